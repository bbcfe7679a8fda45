"""Tools that are put into requests."""

import json
from typing import Any

import pytest

from semroute.domain.chat import Tool
from semroute.domain.tools.describing import described
from semroute.domain.tools.toolbox import Toolbox, ToolDefinition, ToolShape

SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string", "description": "Wo, z. B. Köln"}},
}


def definition(name: str = "weather", **fields: Any) -> ToolDefinition:
    return ToolDefinition(
        **{
            "tool": Tool(name, "Tells the weather."),
            "description": "Tells the weather.",
            "parameters": json.dumps(SCHEMA),
            **fields,
        }
    )


@pytest.mark.parametrize(
    ("shape", "document"),
    [
        (
            ToolShape.CHAT,
            {
                "type": "function",
                "function": {
                    "name": "weather",
                    "description": "Tells the weather.",
                    "parameters": SCHEMA,
                },
            },
        ),
        (
            ToolShape.RESPONSES,
            {
                "type": "function",
                "name": "weather",
                "description": "Tells the weather.",
                "parameters": SCHEMA,
                "strict": False,
            },
        ),
        (
            ToolShape.MESSAGES,
            {
                "name": "weather",
                "description": "Tells the weather.",
                "input_schema": SCHEMA,
            },
        ),
    ],
)
def test_each_api_has_tools_in_its_own_shape(shape: ToolShape, document: object) -> None:
    assert json.loads(definition().rendered(shape)) == document
    assert "Köln" in definition().rendered(shape)


@pytest.mark.parametrize("shape", ToolShape)
@pytest.mark.parametrize("strict", [True, False])
def test_strictness_goes_where_the_api_has_it(shape: ToolShape, *, strict: bool) -> None:
    document = json.loads(definition(is_strict=strict).rendered(shape))
    place = document["function"] if shape is ToolShape.CHAT else document
    assert place["strict"] is strict


def test_nothing_is_said_of_a_tool_without_a_description() -> None:
    document = json.loads(definition(description="").document)
    assert set(document["function"]) == {"name", "parameters"}


def test_a_box_gives_the_chosen_ones_in_their_order() -> None:
    box = Toolbox((definition("a"), definition("b"), definition("c")))
    assert [tool.name for tool in box.tools] == ["a", "b", "c"]
    rendered = box.rendered((0, 2), ToolShape.MESSAGES)
    assert [json.loads(each)["name"] for each in rendered] == ["a", "c"]


def test_tools_are_chosen_by_any_of_their_tags() -> None:
    box = Toolbox(
        (
            definition("a", tags=frozenset({"x", "y"})),
            definition("b"),
            definition("c", tags=frozenset({"z"})),
        )
    )
    assert [tool.name for tool in box.tagged(["y", "z"]).tools] == ["a", "c"]
    assert box.tagged([]).tools == ()


def test_two_tools_of_one_name_are_no_box() -> None:
    with pytest.raises(ValueError, match="one name"):
        Toolbox((definition(), definition()))


def test_names_descriptions_and_values_of_parameters_are_told() -> None:
    schema = {
        "type": "object",
        "properties": {
            "unit": {"enum": ["metric", 3, "imperial"], "default": {"description": "no"}},
            "where": {
                "description": "A place.",
                "anyOf": [{"type": "string"}, {"properties": {"lat": {"type": "number"}}}],
            },
        },
    }
    assert described("Tells it.", schema).split("\n") == [
        "Tells it.", "unit", "metric", "imperial", "where", "A place.", "lat",
    ]  # fmt: skip
    assert described("", None) == ""
