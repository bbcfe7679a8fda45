"""What a request needs of the model that answers it, in the words of every API."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semroute.adapters.anthropic import AnthropicMessages, AnthropicTokenCount
from semroute.adapters.openai import (
    OpenAIChat,
    OpenAICompletions,
    OpenAIEmbeddings,
    OpenAIResponses,
)
from semroute.domain.chat import ChatRequest, Tool, ToolChoice
from semroute.domain.ports import ChatCodec
from semroute.domain.signals.definitions import Modality
from tests.adapters.wire.documents import JSON, UNHURRIED

USER = {"role": "user", "content": "hi"}
BODIES: dict[str, dict[str, Any]] = {
    "chat": {"messages": [USER]},
    "completions": {"prompt": "hi"},
    "responses": {"input": [USER]},
    "messages": {"messages": [USER]},
    "count_tokens": {"messages": [USER]},
    "embeddings": {"input": "hi"},
}
CODECS: dict[str, ChatCodec] = {
    "chat": OpenAIChat(),
    "completions": OpenAICompletions(),
    "responses": OpenAIResponses(),
    "messages": AnthropicMessages(),
    "count_tokens": AnthropicTokenCount(),
    "embeddings": OpenAIEmbeddings(),
}
ANTHROPIC = ("messages", "count_tokens")
every_api = pytest.mark.parametrize("api", BODIES)


def parsed(api: str, fields: dict[str, Any]) -> ChatRequest:
    return CODECS[api].parse(json.dumps({"model": "auto"} | BODIES[api] | fields).encode())


@every_api
def test_a_request_that_says_nothing_needs_nothing(api: str) -> None:
    chat = parsed(api, {})
    assert (chat.tools, chat.tool_choice, chat.called) == ((), ToolChoice.AUTO, frozenset())
    assert (chat.modalities, chat.wants_schema) == (frozenset(), False)
    assert (chat.max_answer_tokens, chat.is_continuation) == (None, False)


SCHEMA = {"properties": {"city": {"description": "Its name."}}}
WEATHER = Tool("weather", "Tells it.\ncity\nIts name.")
ABOUT = {"name": "weather", "description": "Tells it."}
TOOLS: dict[str, dict[str, Any]] = {
    "chat": {
        "tools": [{"type": "function", "function": ABOUT | {"parameters": SCHEMA}}, {}],
        "tool_choice": {"type": "function", "function": {"name": "weather"}},
    },
    "responses": {
        "tools": [
            {"type": "function", **ABOUT, "parameters": SCHEMA},
            {"type": "web_search"},
        ],
        "tool_choice": {"type": "function", "name": "weather"},
    },
    "messages": {
        "tools": [ABOUT | {"input_schema": SCHEMA}, {"type": "mcp_toolset"}],
        "tool_choice": {"type": "tool", "name": "weather"},
    },
}
TOOLS["count_tokens"] = TOOLS["messages"]


@pytest.mark.parametrize("api", TOOLS)
def test_tools_and_the_choice_among_them_are_read(api: str) -> None:
    chat = parsed(api, TOOLS[api])
    assert chat.tools == (WEATHER, Tool(""))
    assert chat.tool_choice is ToolChoice.NAMED
    assert chat.called == {"weather"}
    free = parsed(api, TOOLS[api] | {"tool_choice": None})
    assert free.tools == chat.tools
    assert (free.tool_choice, free.called) == (ToolChoice.AUTO, frozenset())


def test_functions_are_tools_that_all_stay() -> None:
    functions = [ABOUT | {"parameters": SCHEMA}, {"name": "g"}, "h"]
    chat = parsed("chat", {"functions": functions, "function_call": "none"})
    assert chat.tools == (WEATHER, Tool("g"), Tool(""))
    assert chat.tool_choice is ToolChoice.NONE
    assert chat.called == {"weather", "g"}
    both = {"functions": functions[:1], "function_call": {"name": "weather"}}
    tools = [{"type": "function", "function": {"name": "f"}}]
    chat = parsed("chat", both | {"tools": tools})
    assert chat.tools == (Tool("f"), WEATHER)
    assert chat.tool_choice is ToolChoice.NAMED
    assert chat.called == {"weather"}
    assert parsed("chat", both | {"tool_choice": "none"}).tool_choice is ToolChoice.NONE


def function(name: Any) -> dict[str, Any]:
    return {"id": "1", "type": "function", "function": {"name": name, "arguments": "{}"}}


def assistant(**more: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": None} | more


@pytest.mark.parametrize(
    ("api", "said", "called"),
    [
        ("chat", assistant(tool_calls=[function("f"), function("g"), function("f")]), {"f", "g"}),
        ("chat", assistant(tool_calls=[{"type": "custom", "custom": {"name": "f"}}]), {"f"}),
        ("chat", assistant(function_call={"name": "f", "arguments": "{}"}), {"f"}),
        ("chat", assistant(tool_calls=[function(7), function(""), {}, "f", None]), set()),
        ("chat", assistant(tool_calls={"name": "f"}, function_call="f"), set()),
        ("responses", {"type": "function_call", "call_id": "1", "name": "f"}, {"f"}),
        ("responses", {"type": "custom_tool_call", "name": "f", "input": ""}, {"f"}),
        ("responses", {"type": "function_call", "name": "f", "namespace": "n"}, {"f", "n"}),
        ("responses", {"type": "function_call", "name": 7, "namespace": ""}, set()),
        ("responses", {"type": "web_search_call", "id": "1"}, set()),
        ("responses", {"type": "message", "role": "assistant", "name": "f"}, set()),
        *(
            (api, assistant(content=content), called)
            for api in ANTHROPIC
            for content, called in (
                ([{"type": "tool_use", "id": "1", "name": "f", "input": {"name": "x"}}], {"f"}),
                ([{"type": "text", "text": "hm"}, {"type": "server_tool_use", "name": "f"}], {"f"}),
                ([{"type": "tool_use", "name": 7}, {"type": "tool_use"}], set()),
                ([{"type": "text", "text": "hm", "name": "f"}], set()),
                ("tool_use", set()),
            )
        ),
    ],
)
def test_what_was_called_is_read_from_the_conversation(
    api: str, said: dict[str, Any], called: set[str]
) -> None:
    key = next(iter(BODIES[api]))
    chat = parsed(api, {key: [USER, said, USER]})
    assert chat.called == called
    assert not chat.is_continuation


PICTURES: dict[str, list[Any]] = {
    "chat": [{"type": "image_url", "image_url": {"url": "x"}}, {"type": "file", "file": {}}],
    "responses": [{"type": "input_image", "image_url": "x"}, {"type": "input_file"}],
    "messages": [{"type": "image", "source": {}}, {"type": "document", "source": {}}],
}
PICTURES["count_tokens"] = PICTURES["messages"]


@pytest.mark.parametrize("api", PICTURES)
def test_what_is_no_text_is_told_apart_wherever_it_was_said(api: str) -> None:
    key = next(iter(BODIES[api]))
    turns = [{"role": "user", "content": [part]} for part in PICTURES[api]]
    assert parsed(api, {key: turns[:1]}).modalities == {Modality.IMAGE}
    assert parsed(api, {key: [*turns, USER]}).modalities == {Modality.IMAGE, Modality.FILE}


@pytest.mark.parametrize(
    "item",
    [
        {"type": "function_call_output", "output": [{"type": "input_image", "image_url": "x"}]},
        {"type": "computer_call_output", "output": {"type": "computer_screenshot"}},
    ],
)
def test_a_tool_may_return_pictures_to_a_response(item: dict[str, Any]) -> None:
    assert parsed("responses", {"input": [USER, item]}).modalities == {Modality.IMAGE}


FORMAT = {"type": "json_schema", "json_schema": {"name": "x", "schema": {}}}


@pytest.mark.parametrize(
    ("api", "fields"),
    [
        ("chat", {"response_format": FORMAT}),
        ("completions", {"response_format": FORMAT}),
        ("responses", {"text": {"format": FORMAT, "verbosity": "low"}}),
        ("messages", {"output_config": {"format": FORMAT, "effort": "low"}}),
        ("messages", {"output_format": FORMAT}),
    ],
)
def test_a_schema_is_wanted_where_the_format_is_one(api: str, fields: dict[str, Any]) -> None:
    assert parsed(api, fields).wants_schema
    for other in ('{"type": "json_object"}', '{"type": ["json_schema"]}', '"json_schema"', "[]"):
        spelled = json.dumps(fields).replace(json.dumps(FORMAT), other)
        assert not parsed(api, json.loads(spelled)).wants_schema


@pytest.mark.parametrize(
    ("api", "name"),
    [
        ("chat", "max_tokens"),
        ("chat", "max_completion_tokens"),
        ("completions", "max_tokens"),
        ("responses", "max_output_tokens"),
        ("messages", "max_tokens"),
    ],
)
def test_how_long_an_answer_may_be_is_a_whole_number(api: str, name: str) -> None:
    assert parsed(api, {name: 9}).max_answer_tokens == 9
    assert parsed(api, {name: 0}).max_answer_tokens == 0
    for odd in (-1, "9", True, 9.5, [9], None):
        assert parsed(api, {name: odd}).max_answer_tokens is None


def test_the_newer_of_two_lengths_is_the_one() -> None:
    lengths = {"max_tokens": 7, "max_completion_tokens": 9}
    assert parsed("chat", lengths).max_answer_tokens == 9
    assert parsed("chat", lengths | {"max_completion_tokens": None}).max_answer_tokens == 7


RESULT = {"type": "tool_result", "tool_use_id": "1", "content": "42"}
REMINDER = {"type": "text", "text": "<system-reminder>x</system-reminder>\n"}


@pytest.mark.parametrize(
    ("api", "last"),
    [
        ("chat", {"role": "tool", "tool_call_id": "1", "content": "42"}),
        ("chat", {"role": "function", "name": "f", "content": "42"}),
        ("responses", {"type": "function_call_output", "call_id": "1", "output": "42"}),
        ("responses", {"type": "custom_tool_call_output", "call_id": "1", "output": "42"}),
        *(
            (api, {"role": "user", "content": content})
            for api in ANTHROPIC
            for content in ([RESULT], [RESULT, RESULT], [RESULT, REMINDER], [REMINDER, RESULT])
        ),
    ],
)
def test_a_model_goes_on_after_what_a_tool_returned(api: str, last: dict[str, Any]) -> None:
    key = next(iter(BODIES[api]))
    assert parsed(api, {key: [USER, last]}).is_continuation
    assert not parsed(api, {key: [USER, last, USER]}).is_continuation


@pytest.mark.parametrize("api", ANTHROPIC)
@pytest.mark.parametrize(
    "last",
    [
        {"role": "user", "content": [RESULT, {"type": "text", "text": "and now?"}]},
        {"role": "user", "content": [RESULT, {"type": "image", "source": {}}]},
        {"role": "user", "content": [REMINDER]},
        {"role": "user", "content": []},
        {"role": "user", "content": None},
        {"role": "assistant", "content": [RESULT]},
    ],
)
def test_a_user_who_says_something_begins_a_turn(api: str, last: dict[str, Any]) -> None:
    assert not parsed(api, {"messages": [USER, last]}).is_continuation


ODD = st.recursive(
    JSON | st.sampled_from(["function", "custom", "allowed_tools", "tool", "none", "json_schema"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "name", "function", "tools", "format", "description"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)
FIELDS = [
    *("tools", "tool_choice", "functions", "function_call", "response_format", "text"),
    *("output_config", "output_format", "max_tokens", "max_output_tokens"),
    *("parallel_tool_calls", "max_completion_tokens"),
]


@every_api
@settings(UNHURRIED, max_examples=40)
@given(fields=st.dictionaries(st.sampled_from(FIELDS), ODD, max_size=4))
def test_nothing_odd_about_tools_or_formats_is_a_reason_to_refuse(
    api: str, fields: dict[str, Any]
) -> None:
    chat = parsed(api, fields)
    assert "" not in chat.called
    if api in TOOLS and "functions" not in fields:
        tools = fields.get("tools")
        assert len(chat.tools) == (len(tools) if isinstance(tools, list) else 0)


@pytest.mark.parametrize("api", ["chat", "responses", *ANTHROPIC])
@settings(UNHURRIED, max_examples=40)
@given(odd=st.dictionaries(st.sampled_from(["tool_calls", "function_call", "name"]), ODD))
def test_nothing_odd_about_calls_is_a_reason_to_refuse(api: str, odd: dict[str, Any]) -> None:
    key = next(iter(BODIES[api]))
    assert "" not in parsed(api, {key: [USER, {"role": "assistant", "content": "x"} | odd]}).called


@pytest.mark.parametrize("api", ["chat", "completions", "responses", "messages", "count_tokens"])
def test_knobs_are_what_is_said_beside_texts_turns_and_tools(api: str) -> None:
    said = {"temperature": 0.5, "reasoning_effort": "low", "thinking": {"type": "enabled"}}
    chat = parsed(api, {**said, "tools": [{"name": "f"}], "metadata": {"a": ["b"]}})
    assert chat.knobs == {"model": "auto", **said, "metadata": {"a": ["b"]}}
    assert "enabled" not in repr(chat)
