import json
from typing import Any

import pytest

from semroute.adapters.openai import (
    OpenAIChat,
    OpenAICompletions,
    OpenAIEmbeddings,
    OpenAIResponses,
)
from semroute.domain.routing import ChatEdit, SystemPrompt, SystemPromptMode

INSERT, APPEND, REPLACE = SystemPromptMode
USER = {"role": "user", "content": "hi"}


def said(role: str, content: Any, **more: Any) -> dict[str, Any]:
    return {"role": role, "content": content, **more}


def part(text: str) -> dict[str, str]:
    return {"type": "text", "text": text}


@pytest.mark.parametrize("role", ["system", "developer"])
@pytest.mark.parametrize(
    ("content", "mode", "expected"),
    [
        ("be kind", INSERT, "be brief\n\nbe kind"),
        ("be kind", APPEND, "be kind\n\nbe brief"),
        ("be kind", REPLACE, "be brief"),
        ([part("be kind")], INSERT, [part("be brief"), part("be kind")]),
        ([part("be kind")], APPEND, [part("be kind"), part("be brief")]),
        ([part("be kind")], REPLACE, "be brief"),
        ([], INSERT, [part("be brief")]),
        ("", INSERT, "be brief"),
        ("", APPEND, "be brief"),
        (None, INSERT, "be brief"),
        (None, APPEND, "be brief"),
    ],
)
def test_a_system_message_says_ours_too(
    role: str, content: Any, mode: SystemPromptMode, expected: Any
) -> None:
    assert chat([said(role, content), USER], mode) == [said(role, expected), USER]


def chat(messages: list[Any], mode: SystemPromptMode) -> list[Any]:
    body = json.dumps({"model": "auto", "messages": messages}).encode()
    result = OpenAIChat().edit(body, ChatEdit(system=SystemPrompt("be brief", mode)))
    turns: list[Any] = json.loads(result)["messages"]
    assert OpenAIChat().parse(result).model == "auto"
    return turns


@pytest.mark.parametrize("mode", SystemPromptMode)
def test_without_a_system_message_ours_comes_first(mode: SystemPromptMode) -> None:
    assert chat([USER], mode) == [said("system", "be brief"), USER]


def test_a_system_message_without_content_gets_some() -> None:
    assert chat([{"role": "system", "name": "x"}, USER], INSERT) == [
        {"role": "system", "name": "x", "content": "be brief"},
        USER,
    ]


@pytest.mark.parametrize("mode", [INSERT, APPEND])
def test_only_the_first_system_message_is_changed_wherever_it_is(mode: SystemPromptMode) -> None:
    turns = [USER, said("system", "one", name="x"), said("developer", "two"), USER]
    changed = chat(turns, mode)
    assert changed == [USER, said("system", changed[1]["content"], name="x"), *turns[2:]]
    assert sorted(changed[1]["content"].split("\n\n")) == ["be brief", "one"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([said("system", "1"), said("system", "2"), USER], [said("system", "be brief"), USER]),
        (
            [said("developer", "1"), said("developer", "2"), USER],
            [said("developer", "be brief"), USER],
        ),
        (
            [said("system", "1"), said("developer", "2"), USER],
            [said("developer", "be brief"), USER],
        ),
        # what comes later is part of the conversation
        (
            [said("system", "1"), USER, said("system", "2")],
            [said("system", "be brief"), USER, said("system", "2")],
        ),
        (
            [USER, said("developer", "2"), USER],
            [said("developer", "be brief"), USER, said("developer", "2"), USER],
        ),
        ([said("system", "1")], [said("system", "be brief")]),
    ],
)
def test_what_a_conversation_begins_with_is_replaced(before: list[Any], after: list[Any]) -> None:
    assert chat(before, REPLACE) == after


def test_the_other_turns_and_parts_keep_their_bytes() -> None:
    body = (
        b'{"model":"a","messages":[{"n":1.0e0 , "role":"\\u0073ystem","content":[ {"type":"text",'
        b' "text":"\\/"} ]}, { "role" : "user", "content" :"\\u00e9"}]}'
    )
    edit = ChatEdit(system=SystemPrompt("é", APPEND))
    assert OpenAIChat().edit(body, edit) == (
        b'{"model":"a","messages":[{"n":1.0e0,"role":"\\u0073ystem","content":[{"type":"text",'
        b' "text":"\\/"},{"type":"text","text":"\xc3\xa9"}]},'
        b'{ "role" : "user", "content" :"\\u00e9"}]}'
    )


ITEM = said("system", "be kind")


@pytest.mark.parametrize(
    ("fields", "mode", "expected"),
    [
        ({}, INSERT, "be brief"),
        ({}, APPEND, "be brief"),
        ({}, REPLACE, "be brief"),
        ({"instructions": None}, INSERT, "be brief"),
        ({"instructions": ""}, APPEND, "be brief"),
        ({"instructions": "be kind"}, INSERT, "be brief\n\nbe kind"),
        ({"instructions": "be kind"}, APPEND, "be kind\n\nbe brief"),
        ({"instructions": "be kind"}, REPLACE, "be brief"),
        ({"instructions": [ITEM]}, INSERT, [said("developer", "be brief"), ITEM]),
        ({"instructions": [ITEM]}, APPEND, [ITEM, said("developer", "be brief")]),
        ({"instructions": [ITEM]}, REPLACE, "be brief"),
    ],
)
def test_the_instructions_of_a_response_say_ours_too(
    fields: dict[str, Any], mode: SystemPromptMode, expected: Any
) -> None:
    body = {"model": "auto", "input": [ITEM, USER]} | fields
    edit = ChatEdit(system=SystemPrompt("be brief", mode))
    result = json.loads(OpenAIResponses().edit(json.dumps(body).encode(), edit))
    assert result == body | {"instructions": expected}


@pytest.mark.parametrize("codec", [OpenAICompletions(), OpenAIEmbeddings()])
@pytest.mark.parametrize("mode", SystemPromptMode)
def test_what_has_no_system_prompt_keeps_every_byte(
    codec: OpenAICompletions, mode: SystemPromptMode
) -> None:
    body = b' {"model": "auto", "prompt": "hi", "input": "hi"}'
    assert codec.edit(body, ChatEdit(system=SystemPrompt("be brief", mode))) == body


@pytest.mark.parametrize(
    ("codec", "body"),
    [
        (OpenAIChat(), b'{"messages": "hi"}'),
        (OpenAIChat(), b"{}"),
        (OpenAIChat(), b'{"messages": [{"role": "system", "content": {}}]}'),
        (OpenAIResponses(), b'{"instructions": 7}'),
    ],
)
def test_a_place_for_a_system_prompt_that_has_something_else_is_our_own_fault(
    codec: OpenAIChat, body: bytes
) -> None:
    with pytest.raises(LookupError):
        codec.edit(body, ChatEdit(system=SystemPrompt("be brief")))
