"""An edit of a request of any API changes what it names, and not a byte of anything else."""

import json
from collections.abc import Iterator
from typing import Any, TypeAlias

import msgspec
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
from semroute.domain.chat import ChatRequest, Role
from semroute.domain.ports import ChatCodec
from semroute.domain.routing import ChatEdit, SystemPrompt, SystemPromptMode
from tests.adapters.wire.documents import JSON, TEXT, UNHURRIED

Fields: TypeAlias = dict[str, Any]

CODECS: dict[str, tuple[ChatCodec, str, str | None]] = {
    # its codec, where the conversation stands, and where the system prompt does
    "chat": (OpenAIChat(), "messages", "messages"),
    "completions": (OpenAICompletions(), "prompt", None),
    "responses": (OpenAIResponses(), "input", "instructions"),
    "messages": (AnthropicMessages(), "messages", "system"),
    "count_tokens": (AnthropicTokenCount(), "messages", "system"),
    "embeddings": (OpenAIEmbeddings(), "input", None),
}
ABOUT_TOOLS = ("tools", "tool_choice", "parallel_tool_calls")
OURS = "Answer in one word."

PARTS = st.lists(st.fixed_dictionaries({"type": st.just("text"), "text": TEXT}), max_size=2)
CONTENT = TEXT | PARTS
PATCH = st.dictionaries(st.sampled_from(["x-a", "x-b", "reasoning"]), JSON, max_size=3)


@st.composite
def requests(draw: st.DrawFn, api: str) -> Fields:
    roles = st.sampled_from(["system", "developer", "user", "assistant"])
    turns = st.lists(st.fixed_dictionaries({"role": roles, "content": CONTENT}), max_size=3)
    _, conversation, system = CODECS[api]
    request: Fields = {"model": "auto"}
    if api in ("completions", "embeddings"):
        request[conversation] = draw(TEXT)
    else:
        request[conversation] = [*draw(turns), {"role": "user", "content": "hi"}]
    if system == "instructions":
        request |= draw(st.fixed_dictionaries({}, optional={system: TEXT | st.none()}))
    if system == "system":
        request |= draw(st.fixed_dictionaries({}, optional={system: CONTENT}))
    if system is not None:
        names = st.fixed_dictionaries({"name": TEXT, "description": TEXT})
        offer = {
            "tools": st.lists(names | JSON, max_size=4),
            "tool_choice": st.just("auto"),
            "parallel_tool_calls": st.booleans(),
        }
        request |= draw(st.fixed_dictionaries({}, optional=offer))
    request |= draw(PATCH)
    return dict(draw(st.permutations(list(request.items()))))


@st.composite
def edits(draw: st.DrawFn, chat: ChatRequest) -> ChatEdit:
    texts = {each.path: each.text for each in chat.passages if each.is_editable}
    # Only what is said: a text of a field that a patch takes the place of may be gone.
    said = [path for path in texts if path[0] in ("messages", "input", "prompt", "system")]
    kept = st.sets(st.sampled_from(range(len(chat.tools)))) if chat.tools else st.just(set[int]())
    modes = st.sampled_from(SystemPromptMode)
    return ChatEdit(
        draw(st.none() | st.just("big")),
        draw(st.dictionaries(st.sampled_from(said), TEXT, max_size=2)) if said else {},
        draw(st.none() | modes.map(lambda mode: SystemPrompt(OURS, mode))),
        draw(PATCH),
        draw(st.none() | kept.map(lambda positions: tuple(sorted(positions)))),
    )


def spelled(request: Fields, spaces: str) -> bytes:
    """Writes a request as nobody here would, so that what is written anew shows."""
    fields = (
        f"{json.dumps(key)}{spaces}:{json.dumps(value, indent=1)}{spaces}"
        for key, value in request.items()
    )
    return f"{spaces}{{{','.join(fields)}{spaces}}}".encode()


def raw(body: bytes) -> dict[str, bytes]:
    return {
        key: bytes(value)
        for key, value in msgspec.json.decode(body, type=dict[str, msgspec.Raw]).items()
    }


def touched(api: str, edit: ChatEdit) -> Iterator[str]:
    system = CODECS[api][2]
    if edit.model is not None:
        yield "model"
    yield from {str(path[0]) for path in edit.texts}
    if edit.system is not None and system is not None:
        yield system
    if edit.tools is not None:
        yield from ABOUT_TOOLS
    yield from edit.fields


def patched(target: Any, patch: Any) -> Any:
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        result[name] = patched(result.get(name), value)
        if value is None:
            del result[name]
    return result


@pytest.mark.parametrize("api", CODECS)
@settings(UNHURRIED, max_examples=40)  # for each of six, two of which share their code
@given(data=st.data(), spaces=st.sampled_from(["", " ", "\n\t"]))
def test_an_edit_changes_what_it_names_and_nothing_else(
    api: str, data: st.DataObject, spaces: str
) -> None:
    codec, _, system = CODECS[api]
    request = data.draw(requests(api))
    body = spelled(request, spaces)
    chat = codec.parse(body)
    edit = data.draw(edits(chat))
    result = codec.edit(body, edit)
    again = codec.parse(result)
    before, after = raw(body), raw(result)

    # Nothing else: neither its bytes nor its place among the others.
    names = set(touched(api, edit))
    assert {key: value for key, value in after.items() if key not in names} == {
        key: value for key, value in before.items() if key not in names
    }
    assert [key for key in after if key in before] == [key for key in before if key in after]

    # What it names.
    new = json.loads(result)
    assert again.model == (edit.model or chat.model)
    merged = patched(request, edit.fields)
    for name in edit.fields:
        assert (name in new, new.get(name)) == (name in merged, merged.get(name))
    tools = request.get("tools")
    if edit.tools is not None and isinstance(tools, list):
        assert new.get("tools", []) == [tools[at] for at in edit.tools]
        assert edit.tools or not after.keys() & set(ABOUT_TOOLS)
    if edit.system is not None and system is not None:
        assert sum(OURS in message.text for message in again.messages) == 1
    if edit.texts and (edit.system is None or edit.system.mode is not SystemPromptMode.REPLACE):
        assert_said(edit, again)
    assert spoken(again) == spoken(codec.parse(codec.edit(body, ChatEdit(texts=edit.texts))))


def assert_said(edit: ChatEdit, chat: ChatRequest) -> None:
    heard = "\n".join(passage.text for passage in chat.passages)
    assert all(text in heard for text in edit.texts.values())


def spoken(chat: ChatRequest) -> list[Any]:
    """What is said by others than those who instruct the model."""
    instructing = (Role.SYSTEM, Role.DEVELOPER)
    return [message for message in chat.messages if message.role not in instructing]


@pytest.mark.parametrize("api", CODECS)
def test_an_edit_of_nothing_keeps_every_byte(api: str) -> None:
    body = b' {"model" : "auto"} '
    assert CODECS[api][0].edit(body, ChatEdit()) == body


def test_everything_at_once_refers_to_the_request_as_it_came() -> None:
    body = json.dumps(
        {
            "tools": [{"name": "f"}, {"name": "g", "description": "me@x.example"}],
            "messages": [
                {"role": "user", "content": "me@x.example"},
                {"role": "system", "content": "later"},
            ],
            "thinking": {"type": "enabled", "budget_tokens": 9},
            "model": "auto",
        }
    ).encode()
    edit = ChatEdit(
        "big",
        {("messages", 0, "content"): "[EMAIL_1]", ("tools", 1, "description"): "[EMAIL_1]"},
        SystemPrompt(OURS, SystemPromptMode.REPLACE),
        {"thinking": {"budget_tokens": 7}, "effort": "low"},
        (1,),
    )
    assert json.loads(OpenAIChat().edit(body, edit)) == {
        "tools": [{"name": "g", "description": "[EMAIL_1]"}],
        "messages": [
            {"role": "system", "content": OURS},
            {"role": "user", "content": "[EMAIL_1]"},
            {"role": "system", "content": "later"},
        ],
        "thinking": {"type": "enabled", "budget_tokens": 7},
        "model": "big",
        "effort": "low",
    }
