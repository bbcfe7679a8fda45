"""Completions as model servers answer them, and the streams that they would have been."""

import json
from collections.abc import Iterator
from random import Random
from typing import Any, Final, TypeAlias

from attrs import frozen
from hypothesis import strategies as st

from semroute.domain.headers import Headers
from semroute.domain.record import UpstreamAnswer

Fields: TypeAlias = dict[str, Any]

DONE: Final = b"data: [DONE]\n\n"
USAGE: Final = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
# Chance that a test may draw, and draw again.
RANDOMS: Final = st.integers(0, 1000).map(Random)

_HEAD: Final[tuple[str, ...]] = ("id", "created", "model", "system_fingerprint", "service_tier")


def completion(*messages: Fields, finish: Any = "stop", **fields: Any) -> Fields:
    return {
        "id": "chatcmpl-9",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": "big",
        "choices": [
            {
                "index": index,
                "message": {"role": "assistant", "content": None, **message},
                "finish_reason": finish,
            }
            for index, message in enumerate(messages)
        ],
        "usage": USAGE,
        **fields,
    }


def whole(document: Any, **headers: str) -> UpstreamAnswer:
    fields = {":status": "200", "content-type": "application/json", **headers}
    return UpstreamAnswer(Headers.of(fields), json.dumps(document).encode())


def streamed(body: bytes) -> UpstreamAnswer:
    headers = Headers.of({":status": "200", "content-type": "text/event-stream; charset=utf-8"})
    return UpstreamAnswer(headers, body)


def call(text: str, name: str = "find") -> Fields:
    return {"id": f"call_{name}", "type": "function", "function": {"name": name, "arguments": text}}


def custom_call(text: str) -> Fields:
    return {"id": "call_c", "type": "custom", "custom": {"name": "run", "input": text}}


def probabilities(tokens: list[str]) -> Fields:
    return {
        "content": [
            {"token": token, "bytes": list(token.encode()), "logprob": -0.25, "top_logprobs": []}
            for token in tokens
        ],
        "refusal": None,
    }


@frozen
class Style:
    """How a model server writes streams."""

    newline: bytes = b"\n"
    indent: int | None = None
    ascii_only: bool = True
    has_comments: bool = False
    has_padding: bool = False
    fills_in: bool = False  # fields that say nothing
    ends_with_usage: bool = True  # in a chunk of its own

    def written(self, document: Fields, random: Random) -> bytes:
        chunks = list(self._chunks(document, random))
        return b"".join(map(self._event, chunks)) + DONE.replace(b"\n", self.newline)

    def _event(self, chunk: Fields) -> bytes:
        text = json.dumps(chunk, ensure_ascii=self.ascii_only, indent=self.indent)
        lines = [b": alive"] if self.has_comments else []
        lines += [b"data: " + line.encode() for line in text.split("\n")]
        return self.newline.join([*lines, b"", b""])

    def _chunks(self, document: Fields, random: Random) -> Iterator[Fields]:
        head = {name: document[name] for name in _HEAD if name in document}
        head["object"] = "chat.completion.chunk"
        once = {name: value for name, value in document.items() if name not in head}
        choices, usage = once.pop("choices"), once.pop("usage", None)
        waiting = [list(self._parts(choice, random)) for choice in choices]
        while any(waiting):
            parts = random.choice([each for each in waiting if each])
            chunk = {**head, **once, "choices": [parts.pop(0)]}
            once = {}
            if self.has_padding:
                chunk["obfuscation"] = "x" * random.randrange(5)
            if self.fills_in:
                chunk["usage"] = None
            if usage is not None and not self.ends_with_usage:
                chunk["usage"] = usage if not any(waiting) else {"total_tokens": 1}
            yield chunk
        if usage is not None and self.ends_with_usage:
            yield {**head, "choices": [], "usage": usage}

    def _parts(self, choice: Fields, random: Random) -> Iterator[Fields]:
        message = choice["message"]
        deltas = [{"role": message["role"]}, *self._deltas(message, random)]
        logprobs = choice.get("logprobs")
        for number, delta in enumerate(deltas):
            part = {"index": choice["index"], "delta": delta}
            if logprobs is not None:
                share = logprobs["content"][number :: len(deltas)] if "content" in delta else []
                part["logprobs"] = {"content": share, "refusal": None} if share else None
            if self.fills_in:
                part["finish_reason"] = random.choice([None, ""])
            yield part
        rest = {
            name: value
            for name, value in choice.items()
            if name not in ("index", "message", "logprobs", "finish_reason")
        }
        yield {
            "index": choice["index"],
            "delta": {},
            "finish_reason": choice["finish_reason"],
            **rest,
        }

    def _deltas(self, message: Fields, random: Random) -> Iterator[Fields]:
        for name, value in message.items():
            if name == "tool_calls":
                for number, each in enumerate(value):
                    for piece in _call(each, random):
                        yield {"tool_calls": [{"index": number, **piece}]}
            elif name == "function_call":
                for piece in _text(value, "arguments", random):
                    yield {name: piece}
            elif name in ("content", "reasoning_content") and isinstance(value, str):
                for text in pieces(value, random):
                    yield {name: text}
            elif name != "role":
                yield {name: value}


def _call(value: Fields, random: Random) -> Iterator[Fields]:
    kind, text = ("function", "arguments") if "function" in value else ("custom", "input")
    first, *rest = _text(value[kind], text, random)
    yield {**value, kind: first}
    for piece in rest:
        yield {kind: piece}


def _text(value: Fields, name: str, random: Random) -> Iterator[Fields]:
    first, *rest = pieces(value[name], random)
    yield {**value, name: first}
    for piece in rest:
        yield {name: piece}


def pieces(text: str, random: Random) -> Iterator[str]:
    """Cuts a text anywhere, also into nothing."""
    at = 0
    while at < len(text):
        size = random.randrange(4)
        yield text[at : at + size]
        at += size
    yield ""


STYLES: Final = st.builds(
    Style,
    newline=st.sampled_from([b"\n", b"\r\n"]),
    indent=st.sampled_from([None, 1]),
    ascii_only=st.booleans(),
    has_comments=st.booleans(),
    has_padding=st.booleans(),
    fills_in=st.booleans(),
    ends_with_usage=st.booleans(),
)

SIGNS: Final = st.sampled_from(
    ["a", " ", "\n", "\r\n", "\r", "\n\n", '"', "\\", "é", "e\u0301", "😀", "👩\u200d🚀", "👍🏽",
     "🇫🇷", "\u2028", "\x00", "data: [DONE]", "한"]
)  # fmt: skip
TEXTS: Final = st.lists(SIGNS, max_size=12).map("".join)
WORDS: Final = TEXTS.map(lambda text: f"{text}.")  # never empty
CITED: Final = {"type": "url_citation", "url_citation": {"url": "https://a.example", "title": "A"}}


def _message(**needed: st.SearchStrategy[Any]) -> st.SearchStrategy[Fields]:
    return st.fixed_dictionaries(
        {"role": st.just("assistant"), **needed},
        optional={
            "reasoning_content": TEXTS,
            "refusal": st.none(),
            "annotations": st.just([]) | st.just([CITED]),
            "unheard_of": st.just({"a": [1, 2.5, None]}) | st.just("text") | st.none(),
        },
    )


TALKING: Final = _message(content=WORDS)
CALLING: Final = _message(
    content=st.none() | TEXTS,
    tool_calls=st.lists(
        st.builds(call, TEXTS, st.sampled_from(["find", "look"])) | st.builds(custom_call, TEXTS),
        min_size=1,
        max_size=3,
    ),
) | _message(
    content=st.none(),
    function_call=st.fixed_dictionaries({"name": st.just("find"), "arguments": TEXTS}),
)


def _choices(messages: st.SearchStrategy[Fields], finish: str) -> st.SearchStrategy[list[Fields]]:
    choice = st.fixed_dictionaries(
        {"message": messages, "finish_reason": st.just(finish)},
        optional={
            "stop_reason": st.none() | st.just("###") | st.just(7),
            "content_filter_results": st.just({"hate": {"filtered": False}}),
        },
    )
    return st.lists(choice, min_size=1, max_size=3).map(
        lambda choices: [{"index": index, **each} for index, each in enumerate(choices)]
    )


COMPLETIONS: Final = st.fixed_dictionaries(
    {
        "id": st.just("chatcmpl-9"),
        "object": st.just("chat.completion"),
        "created": st.just(1_700_000_000),
        "model": st.just("big"),
        "choices": _choices(TALKING, "stop") | _choices(CALLING, "tool_calls"),
    },
    optional={
        "usage": st.just(USAGE),
        "system_fingerprint": st.just("fp_1") | st.none(),
        "service_tier": st.just("default"),
        "unheard_of": st.just({"a": 1}) | st.just(["b"]) | st.just("c"),
    },
)
