"""Streams as model servers write them, through a filter, and what they then say."""

import json
from collections import defaultdict
from typing import Any, Literal

from semroute.adapters.openai.refusals import CHAT
from semroute.adapters.openai.wording import ChoicesWording
from semroute.adapters.wire.answers import filter_for
from semroute.adapters.wire.sse import SseParser
from semroute.domain.chat import Refusal
from semroute.domain.filtering import AnswerFilter, NewFilter
from semroute.domain.headers import Headers
from tests.adapters.wire.text_filters import Unchanging

REFUSAL = Refusal("chatcmpl-0", "small", "It cannot be read.", 1)
HEAD = {"id": "chatcmpl-9", "object": "chat.completion.chunk", "created": 17, "model": "big"}
DONE = b"data: [DONE]\n\n"


def stream_filter(
    new_filter: NewFilter = Unchanging, on_unreadable: Literal["pass", "stop"] = "stop"
) -> AnswerFilter:
    headers = Headers.of({"content-type": "text/event-stream; charset=utf-8"})
    found = filter_for(ChoicesWording(CHAT), headers, new_filter, REFUSAL, on_unreadable)
    assert found is not None
    return found


def choice(delta: dict[str, Any], index: int = 0, finish: str | None = None) -> dict[str, Any]:
    return {"index": index, "delta": delta, "finish_reason": finish}


def event(*choices: dict[str, Any], **fields: Any) -> bytes:
    return b"data: " + json.dumps({**HEAD, "choices": choices, **fields}).encode() + b"\n\n"


def content(text: str, index: int = 0) -> bytes:
    return event(choice({"content": text}, index))


def finish(index: int = 0) -> bytes:
    return event(choice({}, index, "stop"))


def fed(answer: AnswerFilter, pieces: list[bytes]) -> list[bytes]:
    said = [answer.feed(piece, is_last=False) for piece in pieces]
    return [*said, answer.feed(b"", is_last=True)]


def documents(stream: bytes) -> list[Any]:
    data = [event.data for event in SseParser().feed(stream)]
    return [text if text == "[DONE]" else json.loads(text) for text in data]


def texts(stream: bytes) -> dict[tuple[Any, ...], str]:
    """Joins what a stream says, by choice and field."""
    joined: dict[tuple[Any, ...], str] = defaultdict(str)
    for document in documents(stream):
        for each in [] if document == "[DONE]" else document["choices"]:
            delta = each["delta"]
            for name in ("content", "refusal", "reasoning_content"):
                joined[each["index"], name] += delta.get(name) or ""
            for call in delta.get("tool_calls") or ():
                joined[each["index"], call["index"]] += call["function"].get("arguments", "")
    return {slot: text for slot, text in joined.items() if text}
