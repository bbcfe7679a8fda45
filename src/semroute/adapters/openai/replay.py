"""A kept answer, given again: whole, or in the chunks that a model server would have sent."""

import json
from collections.abc import Iterator
from typing import Final

import msgspec
from attrs import frozen

from semroute.adapters.wire import replies
from semroute.adapters.wire.strictjson import Json, load_object
from semroute.domain.caching.answer import Replayed
from semroute.domain.chat import ChatRequest
from semroute.domain.http import LocalReply

from .assembled import CHUNK
from .completion import CALLS, TEXTS
from .pieces import pieces_of
from .refusals import DONE

_FIELDS: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])

# What every chunk says; what else a document says, the first one does.
_HEAD: Final[tuple[str, ...]] = (
    "id",
    "object",
    "created",
    "model",
    "system_fingerprint",
    "service_tier",
)
_NO_HEAD: Final = frozenset({"choices", "usage"})
# What belongs to the words of a choice, token by token.
_TOKENS: Final = ("logprobs", "token_ids")


def replay(document: bytes, chat: ChatRequest, named: Replayed) -> LocalReply:
    """Gives an answer again under a new name.

    Args:
        document: A completion that was found fit to be kept.
        chat: Who asks now, and in which form.
        named: The new name.
    """
    if not chat.is_streaming:
        return replies.document(_renamed(document, named))
    return replies.events(b"".join(_chunks(load_object(document), chat, named)) + DONE)


def _renamed(document: bytes, named: Replayed) -> bytes:
    """Returns the document with its new name. Every other value keeps its bytes."""
    names = {"id": named.id, "created": named.created}
    new = {name: msgspec.Raw(msgspec.json.encode(value)) for name, value in names.items()}
    return msgspec.json.encode(_FIELDS.decode(document) | new)


def _chunks(document: dict[str, Json], chat: ChatRequest, named: Replayed) -> Iterator[bytes]:
    usage = document.get("usage")
    names: dict[str, Json] = {"id": named.id, "object": CHUNK, "created": named.created}
    fields = document | names
    head = {name: fields[name] for name in _HEAD if name in fields}
    if chat.wants_usage:
        head["usage"] = None
    first = {name: value for name, value in fields.items() if name not in _NO_HEAD}
    choices = document.get("choices")
    for position, choice in enumerate(choices if isinstance(choices, list) else []):
        assert isinstance(choice, dict), "a fit answer has proper choices"
        for part in _parts(choice):
            said = {"index": choice.get("index", position), "delta": part.delta, **part.fields}
            yield _event({**first, **head, "choices": [said]})
            first = {}
    if chat.wants_usage and usage is not None:
        yield _event({**head, "choices": [], "usage": usage})


@frozen
class _Part:
    """What one chunk says of a choice.

    Args:
        delta: Of its message.
        fields: Beside its message.
    """

    delta: dict[str, Json]
    fields: dict[str, Json]


def _parts(choice: dict[str, Json]) -> Iterator[_Part]:
    message = choice.get("message")
    assert isinstance(message, dict), "a fit answer has messages"
    reason = choice.get("finish_reason")
    tokens = {name: choice[name] for name in _TOKENS if choice.get(name) is not None}
    others = {
        name: value
        for name, value in choice.items()
        if name not in ("index", "message", "finish_reason", *tokens)
    }
    deltas = [_opening(message), *_deltas(message, is_whole=bool(tokens))]
    # The tokens go with the words they spell, which then are not cut.
    spelled = max(
        number for number, delta in enumerate(deltas) if number == 0 or "content" in delta
    )
    for number, delta in enumerate(deltas):
        said = tokens if number == spelled else {}
        yield _Part(delta, {"logprobs": None, **said, "finish_reason": None})
    yield _Part({}, {"logprobs": None, **others, "finish_reason": reason})


def _opening(message: dict[str, Json]) -> dict[str, Json]:
    """Returns what begins a message: who speaks, and which fields say nothing."""
    content = message.get("content")
    begun: dict[str, Json] = {
        "role": message.get("role") or "assistant",
        "content": "" if isinstance(content, str) else None,
    }
    return begun | {name: value for name, value in message.items() if not value and name != "role"}


def _deltas(message: dict[str, Json], *, is_whole: bool) -> Iterator[dict[str, Json]]:
    """Yields what is said, in pieces or whole: thoughts, words, calls, and what belongs to them."""
    said: dict[str, Json] = {
        name: value for name, value in message.items() if value and name != "role"
    }
    for name in reversed(TEXTS):
        text = said.get(name)
        if isinstance(text, str):
            del said[name]
            for piece in [text] if is_whole else pieces_of(text):
                yield {name: piece}
    calls = said.pop("tool_calls", None)
    for position, call in enumerate(calls if isinstance(calls, list) else []):
        assert isinstance(call, dict), "a fit answer has proper calls"
        for part in _call(call):
            yield {"tool_calls": [{**part, "index": position}]}
    call = said.pop("function_call", None)
    if isinstance(call, dict):
        for part in _inner(call, "arguments"):
            yield {"function_call": part}
    if said:
        yield said


def _call(call: dict[str, Json]) -> Iterator[dict[str, Json]]:
    """Yields a tool call: what is called, then what it is given."""
    kind = next((name for name in CALLS if isinstance(call.get(name), dict)), None)
    inner = call.get(kind) if kind is not None else None
    if kind is None or not isinstance(inner, dict):
        yield call
        return
    parts = _inner(inner, CALLS[kind])
    begun: dict[str, Json] = {kind: next(parts)}
    yield call | begun
    for part in parts:
        yield {kind: part}


def _inner(call: dict[str, Json], name: str) -> Iterator[dict[str, Json]]:
    text = call.get(name)
    if not isinstance(text, str):
        yield call
        return
    begun: dict[str, Json] = {name: ""}
    yield call | begun
    for piece in pieces_of(text):
        yield {name: piece}


def _event(chunk: dict[str, Json]) -> bytes:
    data = json.dumps(chunk, ensure_ascii=False, separators=(",", ":"))
    return b"data: " + data.encode() + b"\n\n"
