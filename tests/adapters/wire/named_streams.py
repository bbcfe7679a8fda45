"""Streams of named events, through a filter, and what they then say."""

import json
from typing import Any, Literal

from semroute.adapters.wire.sse import SseParser
from semroute.domain.chat import Refusal
from semroute.domain.filtering import AnswerFilter, NewFilter
from semroute.domain.headers import Headers
from semroute.domain.ports import AnswerCodec

from .text_filters import Unchanging

REFUSAL = Refusal("d1", "small", "It cannot be read.", 1)


def opened(
    codec: AnswerCodec,
    kind: Literal["application/json", "text/event-stream"],
    new_filter: NewFilter = Unchanging,
    on_unreadable: Literal["pass", "stop"] = "stop",
) -> AnswerFilter:
    headers = Headers.of({"content-type": kind})
    found = codec.answer_filter(headers, new_filter, REFUSAL, on_unreadable=on_unreadable)
    assert found is not None
    return found


def event(fields: dict[str, Any]) -> bytes:
    return f"event: {fields['type']}\ndata: {json.dumps(fields)}\n\n".encode()


def streamed(codec: AnswerCodec, pieces: list[bytes], new_filter: NewFilter = Unchanging) -> bytes:
    answer = opened(codec, "text/event-stream", new_filter)
    said = [answer.feed(piece, is_last=False) for piece in pieces]
    return b"".join([*said, answer.feed(b"", is_last=True)])


def whole(codec: AnswerCodec, document: Any, new_filter: NewFilter = Unchanging) -> Any:
    answer = opened(codec, "application/json", new_filter)
    return json.loads(answer.feed(json.dumps(document).encode(), is_last=True))


def events(stream: bytes) -> list[Any]:
    """Returns the data of every event; each must say its own name."""
    parsed = list(SseParser().feed(stream))
    documents = [json.loads(each.data) for each in parsed]
    assert [each.name for each in parsed] == [each["type"] for each in documents]
    return documents
