import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semroute.adapters.wire.offered import keep_tools, tools_in
from semroute.adapters.wire.raw import fields_of, written
from semroute.domain.chat import Tool
from tests.costs import costing

from .documents import UNHURRIED

SCHEMA: Any = {
    "type": "object",
    "description": "Where and when.",
    "properties": {
        "city": {"type": "string", "description": "Its name."},
        "unit": {"enum": ["celsius", "kelvin", 1, None], "default": "celsius"},
        "days": {
            "type": "array",
            "items": {"properties": {"description": {"type": "string"}}},
        },
        "until": {"anyOf": [{"description": "A day."}, {"type": "null"}]},
    },
    "required": ["city"],
}
TEXT = "\n".join(
    [
        "Tells the weather.",
        "Where and when.",
        *("city", "Its name."),
        *("unit", "celsius", "kelvin"),
        *("days", "description"),
        *("until", "A day."),
    ]
)
ABOUT: Any = {"name": "weather", "description": "Tells the weather."}
NAMED: dict[str, Any] = {
    "chat completions": {"type": "function", "function": ABOUT | {"parameters": SCHEMA}},
    "responses": {"type": "function", **ABOUT, "parameters": SCHEMA, "strict": True},
    "messages": {**ABOUT, "input_schema": SCHEMA, "cache_control": {"type": "ephemeral"}},
}


@pytest.mark.parametrize("tool", NAMED.values(), ids=NAMED)
def test_a_tool_says_what_it_does_and_what_its_parameters_are(tool: dict[str, Any]) -> None:
    assert tools_in([tool]) == (Tool("weather", TEXT),)


@pytest.mark.parametrize(
    "tool",
    [
        {"type": "custom", "custom": {"name": "sql", "description": "Asks."}},
        {"type": "custom", "name": "sql", "description": "Asks.", "format": {"type": "text"}},
    ],
)
def test_a_tool_that_takes_text_has_no_parameters(tool: dict[str, Any]) -> None:
    assert tools_in([tool]) == (Tool("sql", "Asks."),)


ODD: list[Any] = [
    {"type": "web_search"},
    {"type": "mcp", "server_label": "docs", "server_description": "Reads."},
    {"type": "function", "function": {"description": "Has no name."}},
    {"type": "function", "function": {"name": ["f"], "description": "Has a list of them."}},
    {"name": ""},
    {"name": 7},
    {"type": "function", "function": "f"},
    {},
    [],
    "f",
    1.5,
    None,
]


@pytest.mark.parametrize("tool", ODD, ids=repr)
def test_what_has_no_name_is_a_tool_all_the_same(tool: Any) -> None:
    assert tools_in([NAMED["messages"], tool]) == (Tool("weather", TEXT), Tool(""))


@pytest.mark.parametrize("value", [None, {}, "tools", 3, []])
def test_what_is_no_list_offers_nothing(value: Any) -> None:
    assert tools_in(value) == ()


def test_a_tool_with_odd_parameters_keeps_its_name() -> None:
    odd: list[Any] = [
        {"properties": ["a"]},
        {"properties": {"a": "b"}, "enum": {"c": 1}},
        "object",
        None,
    ]
    tools = tools_in([{"name": "f", "description": 1, "parameters": schema} for schema in odd])
    assert tools == (Tool("f"), Tool("f", "a"), Tool("f"), Tool("f"))


PIECES = st.recursive(
    st.none() | st.integers() | st.text("ab", max_size=3),
    lambda inner: st.dictionaries(
        st.sampled_from(
            [
                *("name", "type", "function", "custom", "description", "parameters"),
                *("input_schema", "properties", "enum", "items", "anyOf"),
            ]
        ),
        inner | st.lists(inner, max_size=3),
        max_size=5,
    ),
    max_leaves=12,
)


@UNHURRIED
@given(st.lists(PIECES, max_size=4))
def test_any_list_has_a_tool_for_each_of_its_items(values: list[Any]) -> None:
    tools = tools_in(values)
    assert len(tools) == len(values)
    assert all(tool.name or not tool.text for tool in tools)


def test_much_is_said_of_a_tool_and_no_more_is_read_than_it_takes() -> None:
    many: Any = {f"parameter {n}": {"description": "x" * 50} for n in range(20_000)}
    (tool,) = tools_in([{"name": "f", "parameters": {"properties": many}}])
    assert tool.text.startswith(f"parameter 0\n{'x' * 50}\nparameter 1\n")
    assert len(tool.text) <= 2000
    (tool,) = tools_in([{"name": "f", "description": "y" * 10_000}])
    assert tool.text == "y" * 2000


def test_reading_takes_time_in_proportion_to_what_there_is() -> None:
    # Nothing in it says anything, so that all of it is looked at; once.
    silent: dict[str, Any] = {"items": [{"type": "string"}] * 50_000}
    for _ in range(50):
        silent = {"items": silent}
    with costing(5):
        assert tools_in([{"name": "f", "parameters": silent}]) == (Tool("f"),)


BODY = (
    b'{"a":1.0,"tools":[ {"name" : "f"}, 1E2 ,{"name":"g"}],"tool_choice":"auto",'
    b'"parallel_tool_calls":true,"functions":[{"name":"h"}],"b":{ }}'
)


@pytest.mark.parametrize(
    ("kept", "expected"),
    [
        ((0, 1, 2), BODY),
        ((0, 1, 2, 3), BODY),  # the last is a function, and in another list
        ((1, 2), BODY.replace(b'[ {"name" : "f"}, 1E2 ,{"name":"g"}]', b'[1E2,{"name":"g"}]')),
        ((0,), BODY.replace(b'[ {"name" : "f"}, 1E2 ,{"name":"g"}]', b'[{"name" : "f"}]')),
        ((), b'{"a":1.0,"functions":[{"name":"h"}],"b":{ }}'),
        ((3,), b'{"a":1.0,"functions":[{"name":"h"}],"b":{ }}'),
    ],
)
def test_tools_that_stay_keep_their_bytes(kept: tuple[int, ...], expected: bytes) -> None:
    fields = fields_of(BODY)
    keep_tools(fields, kept)
    assert bytes(written(fields)) == expected


@pytest.mark.parametrize("tools", [{}, "f", None])
def test_what_is_no_list_of_tools_is_left_to_the_server(tools: Any) -> None:
    body = json.dumps({"tools": tools, "tool_choice": "auto"}).encode()
    fields = fields_of(body)
    keep_tools(fields, ())
    assert fields == fields_of(body)


def test_where_there_are_no_tools_there_are_none_to_leave_out() -> None:
    fields = fields_of(b'{"tool_choice":"none"}')
    keep_tools(fields, ())
    assert bytes(written(fields)) == b'{"tool_choice":"none"}'
