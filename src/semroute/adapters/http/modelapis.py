"""What the model server says in other APIs than chat: completions, vectors, responses, messages.

Each function makes one answer: a document, or the events of a stream.
"""

import base64
import hashlib
import json
import struct
from collections.abc import Iterator, Sequence
from typing import Any, Final, TypeAlias

Fields: TypeAlias = dict[str, Any]

_DIMENSIONS: Final = 8


def pieces_of(model: str, name: str, count: int, what: str) -> list[str]:
    """Returns what the server says, as it streams it: who it is, and how much it has read."""
    plural = what if count == 1 else f"{what}s"
    said = f"This is {model}, running on {name}. I have read {count} {plural}."
    return [word if index == 0 else f" {word}" for index, word in enumerate(said.split())]


def length_of(*values: object) -> int:
    """Returns how many words there are, which stand for tokens."""
    return len(json.dumps(values).split())


def completion(body: Fields, text: str, usage: Fields, finish: str | None = "stop") -> Fields:
    """Returns a completion, or a chunk of one."""
    choice = {"index": 0, "text": text, "logprobs": None, "finish_reason": finish}
    return {
        "id": "cmpl-0",
        "object": "text_completion",
        "created": 0,
        "model": body["model"],
        "choices": [choice],
        **({"usage": usage} if usage else {}),
    }


def embeddings(body: Fields) -> Fields:
    """Returns a vector for each text: a digest, which means nothing and is always the same."""
    texts = body["input"] if isinstance(body["input"], list) else [body["input"]]
    is_packed = body.get("encoding_format") == "base64"
    vectors = [_vector(str(text), is_packed=is_packed) for text in texts]
    tokens = length_of(*texts)
    return {
        "object": "list",
        "model": body["model"],
        "data": [
            {"object": "embedding", "index": index, "embedding": vector}
            for index, vector in enumerate(vectors)
        ],
        "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
    }


def _vector(text: str, *, is_packed: bool) -> list[float] | str:
    digest = hashlib.blake2b(text.encode(), digest_size=_DIMENSIONS).digest()
    numbers = [byte / 255 for byte in digest]
    packed = base64.b64encode(struct.pack(f"<{_DIMENSIONS}f", *numbers)).decode()
    return packed if is_packed else numbers


def response(body: Fields, known: str, pieces: Sequence[str]) -> Fields:
    """Returns a response with one message."""
    text = "".join(pieces)
    output, read = len(pieces), length_of(body.get("input"))
    return {
        **_response(body, known),
        "status": "completed",
        "output": [_item(known, "completed", [_part(text)])],
        "usage": {
            "input_tokens": read,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": output,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": read + output,
        },
    }


def unknown_response() -> Fields:
    """Returns an error: nobody here gave the response that a request goes on from."""
    return {
        "error": {
            "message": "Previous response not found.",
            "type": "invalid_request_error",
            "param": "previous_response_id",
            "code": "previous_response_not_found",
        }
    }


def response_events(body: Fields, known: str, pieces: Sequence[str]) -> Iterator[bytes]:
    """Yields the same as a stream."""
    text, opened = "".join(pieces), _response(body, known)
    whole = response(body, known, pieces)
    at = {"item_id": f"msg_{known}", "output_index": 0, "content_index": 0}
    begun = _item(known, "in_progress", [])
    events: list[tuple[str, Fields]] = [
        ("created", {"response": opened}),
        ("in_progress", {"response": opened}),
        ("output_item.added", {"output_index": 0, "item": begun}),
        ("content_part.added", {**at, "part": _part("")}),
        *(("output_text.delta", {**at, "delta": each, "logprobs": []}) for each in pieces),
        ("output_text.done", {**at, "text": text, "logprobs": []}),
        ("content_part.done", {**at, "part": _part(text)}),
        ("output_item.done", {"output_index": 0, "item": whole["output"][0]}),
        ("completed", {"response": whole}),
    ]
    for number, (name, fields) in enumerate(events):
        yield named_event(f"response.{name}", {"sequence_number": number, **fields})


def _response(body: Fields, known: str) -> Fields:
    return {
        "id": known,
        "object": "response",
        "created_at": 0,
        "status": "in_progress",
        "error": None,
        "incomplete_details": None,
        "instructions": body.get("instructions"),
        "metadata": {},
        "model": body["model"],
        "output": [],
        "parallel_tool_calls": True,
        "previous_response_id": body.get("previous_response_id"),
        "temperature": 1.0,
        "tool_choice": "auto",
        "tools": body.get("tools") or [],
        "top_p": 1.0,
    }


def _item(known: str, status: str, content: list[Fields]) -> Fields:
    return {
        "type": "message",
        "id": f"msg_{known}",
        "status": status,
        "role": "assistant",
        "content": content,
    }


def _part(text: str) -> Fields:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def message(body: Fields, pieces: Sequence[str]) -> Fields:
    """Returns a message with one block."""
    return {
        **_message(body),
        "content": [{"type": "text", "text": "".join(pieces)}],
        "stop_reason": "end_turn",
        "usage": {"input_tokens": length_of(body["messages"]), "output_tokens": len(pieces)},
    }


def message_events(body: Fields, pieces: Sequence[str]) -> Iterator[bytes]:
    """Yields the same as a stream."""
    yield named_event("message_start", {"message": _message(body)})
    block = {"type": "text", "text": ""}
    yield named_event("content_block_start", {"index": 0, "content_block": block})
    yield named_event("ping", {})
    for piece in pieces:
        delta = {"type": "text_delta", "text": piece}
        yield named_event("content_block_delta", {"index": 0, "delta": delta})
    yield named_event("content_block_stop", {"index": 0})
    ended = {"stop_reason": "end_turn", "stop_sequence": None}
    yield named_event("message_delta", {"delta": ended, "usage": {"output_tokens": len(pieces)}})
    yield named_event("message_stop", {})


def _message(body: Fields) -> Fields:
    return {
        "id": "msg_0",
        "type": "message",
        "role": "assistant",
        "model": body["model"],
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": length_of(body["messages"]), "output_tokens": 1},
    }


def named_event(name: str, fields: Fields) -> bytes:
    """Returns an event that says its type twice, as its name and in its data."""
    return f"event: {name}\ndata: {json.dumps({'type': name, **fields})}\n\n".encode()
