"""Responses of a model that refuses: an item whose only part is a refusal."""

import json
from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias

from attrs import frozen

from semroute.domain.chat import Refusal

_Fields: TypeAlias = dict[str, object]

_NO_USAGE: Final[_Fields] = {
    "input_tokens": 0,
    "input_tokens_details": {"cached_tokens": 0},
    "output_tokens": 0,
    "output_tokens_details": {"reasoning_tokens": 0},
    "total_tokens": 0,
}


@frozen
class Point:
    """How far a stream has come.

    Args:
        number: The number of the next event.
        item: The number of the next item.
    """

    number: int = 0
    item: int = 0


def whole(refusal: Refusal, usage: object = None) -> bytes:
    """Returns a whole response.

    Args:
        refusal: What is said.
        usage: What it cost, in the words of the API; None for nothing.
    """
    return json.dumps(_response(refusal, [_item(refusal)], usage)).encode()


def stream(refusal: Refusal) -> bytes:
    """Returns a whole stream, from its first event to its last."""
    opened: _Fields = {"response": _response(refusal, None)}
    begun = [(name, opened) for name in ("created", "in_progress")]
    return _events(begun, 0) + ending(refusal, Point(len(begun)))


def ending(refusal: Refusal, point: Point) -> bytes:
    """Returns the events that end a stream which has come to a point."""
    return _events(_ending(refusal, point.item), point.number)


def _ending(refusal: Refusal, index: int) -> Iterator[tuple[str, _Fields]]:
    item = _item(refusal)
    at: _Fields = {"item_id": item["id"], "output_index": index, "content_index": 0}
    begun = {**item, "status": "in_progress", "content": []}
    yield "output_item.added", {"output_index": index, "item": begun}
    yield "content_part.added", {**at, "part": _part("")}
    yield "refusal.delta", {**at, "delta": refusal.message}
    yield "refusal.done", {**at, "refusal": refusal.message}
    yield "content_part.done", {**at, "part": _part(refusal.message)}
    yield "output_item.done", {"output_index": index, "item": item}
    yield "completed", {"response": _response(refusal, [item])}


def _events(events: Iterable[tuple[str, _Fields]], first: int) -> bytes:
    said: list[bytes] = []
    for number, (name, fields) in enumerate(events, first):
        kind = f"response.{name}"
        data = json.dumps({"type": kind, "sequence_number": number, **fields})
        said.append(f"event: {kind}\ndata: {data}\n\n".encode())
    return b"".join(said)


def _item(refusal: Refusal) -> _Fields:
    return {
        "type": "message",
        "id": f"msg_{refusal.id}",
        "status": "completed",
        "role": "assistant",
        "content": [_part(refusal.message)],
    }


def _part(text: str) -> _Fields:
    return {"type": "refusal", "refusal": text}


def _response(refusal: Refusal, output: list[_Fields] | None, usage: object = None) -> _Fields:
    """Returns a response; one that has not ended has no output yet."""
    return {
        "id": refusal.id,
        "object": "response",
        "created_at": refusal.created,
        "status": "in_progress" if output is None else "completed",
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "model": refusal.model,
        "output": output or [],
        "parallel_tool_calls": True,
        "temperature": None,
        "tool_choice": "auto",
        "tools": [],
        "top_p": None,
        "usage": None if output is None else usage or _NO_USAGE,
    }
