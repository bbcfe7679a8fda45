import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Literal

import httpx2
import pytest
from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st
from openai import OpenAI

from semroute.adapters.openai.answers import filter_for
from semroute.adapters.openai.events import MAX_EVENT_BYTES
from semroute.adapters.openai.sse import SseParser
from semroute.domain.chat import Refusal
from semroute.domain.filtering import AnswerFilter, NewFilter
from semroute.domain.headers import Headers

from .text_filters import Hoarding, Replacing, Stopping, Unchanging

REFUSAL = Refusal("chatcmpl-0", "small", "It cannot be read.", 1)
HEAD = {"id": "chatcmpl-9", "object": "chat.completion.chunk", "created": 17, "model": "big"}
DONE = b"data: [DONE]\n\n"


def stream_filter(
    new_filter: NewFilter = Unchanging, on_unreadable: Literal["pass", "stop"] = "stop"
) -> AnswerFilter:
    headers = Headers.of({"content-type": "text/event-stream; charset=utf-8"})
    found = filter_for(headers, new_filter, REFUSAL, on_unreadable)
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


def test_a_stream_that_nothing_is_changed_in_keeps_its_bytes_and_is_not_delayed() -> None:
    pieces = [
        b": hello\n\n",
        event(choice({"role": "assistant", "content": ""})),
        content("\u00e9"),
        b'event: x\r\ndata: {"choices" :\r\ndata: [ ]}\r\n\r\n',
        finish(),
        event(usage={"prompt_tokens": 1}),
        DONE,
    ]
    assert fed(stream_filter(), pieces) == [*pieces, b""]


def test_what_a_filter_holds_back_leaves_with_the_next_piece_or_before_the_end() -> None:
    pieces = [content("to [EMA"), content("IL_1], or [EM"), finish(), DONE]
    said = fed(stream_filter(lambda: Replacing(new="me@x")), pieces)
    assert documents(said[0])[0]["choices"] == [choice({"content": "to "})]
    assert documents(said[1])[0]["choices"] == [choice({"content": "me@x, or "})]
    assert documents(said[2]) == [
        {**HEAD, "choices": [choice({"content": "[EM"})]},
        {**HEAD, "choices": [choice({}, 0, "stop")]},
    ]
    assert said[2].endswith(finish())
    assert said[3] == DONE


def test_the_end_of_a_text_stays_in_the_chunk_that_ends_its_choice() -> None:
    said = fed(stream_filter(Hoarding), [content("a"), event(choice({"content": "b"}, 0, "stop"))])
    assert said[0] == b""
    assert documents(said[1]) == [{**HEAD, "choices": [choice({"content": "ab"}, 0, "stop")]}]


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        (DONE, [*"ab", "[DONE]"]),
        (b"data: [DONE]", [*"ab"]),  # an event that is not ended is none
        (b"", [*"ab"]),
        (b": bye", [*"ab"]),
    ],
)
def test_what_is_held_back_leaves_before_the_end_of_a_stream_that_ends_no_choice(
    last: bytes, expected: list[str]
) -> None:
    said = b"".join(fed(stream_filter(Hoarding), [content("a"), content("b", 1), last]))
    assert [
        each if each == "[DONE]" else each["choices"][0]["delta"]["content"]
        for each in documents(said)
    ] == expected
    assert last in said


@pytest.mark.parametrize(
    "piece",
    [
        event(choice({"role": "assistant", "content": "@"})),
        event(choice({"content": "@"}), usage={"prompt_tokens": 1}),
        event(
            choice({"tool_calls": [{"index": 0, "id": "c", "function": {"arguments": '{"a": "@'}}]})
        ),
        event(choice({"tool_calls": [{"index": 0, "function": {"name": "f", "arguments": '"@'}}]})),
        event(choice({"content": "@"}), choice({"role": "assistant"}, 1)),
    ],
)
def test_a_chunk_goes_on_without_its_text_if_it_says_anything_else(piece: bytes) -> None:
    (said,) = documents(stream_filter(Hoarding).feed(piece, is_last=False))
    (before,) = documents(piece)
    assert "@" not in json.dumps(said)
    assert said.get("usage") == before.get("usage")
    assert [sorted(each["delta"]) for each in said["choices"]] == [
        sorted(each["delta"]) for each in before["choices"]
    ]


def test_a_chunk_that_says_nothing_any_more_is_dropped_but_not_the_comment_before_it() -> None:
    answer = stream_filter(Hoarding)
    call = {"index": 1, "function": {"arguments": '"x'}}
    opened = answer.feed(event(choice({"tool_calls": [call]})), is_last=False)
    assert documents(opened)[0]["choices"][0]["delta"]["tool_calls"] == [
        {"index": 1, "function": {"arguments": '"'}}
    ]
    call["function"] = {"arguments": "y"}
    assert answer.feed(event(choice({"tool_calls": [call]})), is_last=False) == b""
    assert answer.feed(content("x"), is_last=False) == b""
    assert answer.feed(b": alive\n" + content("x"), is_last=False) == b": alive\n\n"


def test_the_probabilities_of_tokens_that_were_changed_are_not_told() -> None:
    probable = {"content": [{"token": "[EMAIL_1]", "logprob": -0.1}]}
    piece = event({**choice({"content": "[EMAIL_1]"}), "logprobs": probable})
    (said,) = documents(stream_filter(Replacing).feed(piece, is_last=False))
    assert said["choices"][0]["logprobs"] is None


def test_a_text_that_must_not_go_on_ends_the_stream_with_a_refusal() -> None:
    pieces = [
        event(choice({"role": "assistant", "content": "a"})),
        content("b", 1),
        finish(1),
        content("please st"),
        content("op! it"),
        content("more"),
        DONE,
    ]
    said = fed(stream_filter(Stopping), pieces)
    assert said[:4] == pieces[:4]
    assert said[5:] == [b"", b"", b""]
    refusal, end, done = documents(said[4])
    assert (refusal["id"], refusal["model"], refusal["created"]) == ("chatcmpl-9", "big", 17)
    assert refusal["choices"][0]["delta"] == {"refusal": "I must not say that."}
    assert (end["choices"][0]["index"], end["choices"][0]["finish_reason"]) == (0, "content_filter")
    assert done == "[DONE]"


def test_a_choice_that_the_client_has_not_heard_of_is_begun_before_it_refuses() -> None:
    said = stream_filter(Stopping).feed(
        event(choice({"role": "assistant", "content": "stop!"}, 2)), is_last=False
    )
    opening, refusal, _, _ = documents(said)
    assert opening["choices"][0]["delta"]["role"] == "assistant"
    assert (refusal["choices"][0]["index"], refusal["choices"][0]["delta"]) == (
        2,
        {"refusal": "I must not say that."},
    )


def test_openai_s_client_reads_a_stream_that_was_stopped() -> None:
    body = b"".join(
        fed(
            stream_filter(Stopping),
            [event(choice({"role": "assistant", "content": "a"})), content("stop!"), DONE],
        )
    )
    transport = httpx2.MockTransport(
        lambda _: httpx2.Response(200, headers={"content-type": "text/event-stream"}, content=body)
    )
    with (
        OpenAI(
            api_key="none", base_url="http://x", http_client=httpx2.Client(transport=transport)
        ) as client,
        client.chat.completions.stream(
            model="auto", messages=[{"role": "user", "content": "hi"}]
        ) as stream,
    ):
        done = [each for each in stream if each.type == "refusal.done"]
    assert [each.refusal for each in done] == ["I must not say that."]


UNREADABLE = [
    b"data: <html>\n\n",
    b'data: {"output": "stop!"}\n\n',
    b'data: {"choices": [{"delta": {"content": ["stop!"]}}]}\n\n',
    b'data: {"choices": [{"delta"',
]


@pytest.mark.parametrize("odd", UNREADABLE)
def test_an_unreadable_event_passes_or_ends_the_stream(odd: bytes) -> None:
    rest = content("x") if odd.endswith(b"\n\n") else b""
    assert fed(stream_filter(on_unreadable="pass"), [odd + rest]) in (
        [odd + rest, b""],
        [rest, odd],
    )
    said = b"".join(fed(stream_filter(on_unreadable="stop"), [odd + rest]))
    assert texts(said) == {(0, "refusal"): "It cannot be read."}
    assert documents(said)[0]["id"] == "chatcmpl-0"
    assert said.endswith(DONE)


def test_an_error_passes() -> None:
    piece = b'data: {"error": {"message": "Overloaded."}}\n\n'
    assert fed(stream_filter(), [piece]) == [piece, b""]


def test_an_event_that_is_too_large_passes_with_all_after_it_or_ends_the_stream() -> None:
    large = b"data: " + b"x" * MAX_EVENT_BYTES
    said = fed(stream_filter(Hoarding, "pass"), [content("a"), large, b"b\n\n" + content("c")])
    assert said[0] == b""
    assert texts(said[1].removesuffix(large)) == {(0, "content"): "a"}
    assert said[1].endswith(large)
    assert said[2] == b"b\n\n" + content("c")
    said = fed(stream_filter(Hoarding, "stop"), [content("a"), large, content("c")])
    assert texts(said[1]) == {(0, "refusal"): "It cannot be read."}
    assert said[2] == b""


@frozen
class Said:
    """One piece of a text: who says it, in which field."""

    index: int
    field: str | int
    text: str

    @property
    def delta(self) -> dict[str, Any]:
        if isinstance(self.field, str):
            return {self.field: self.text}
        return {"tool_calls": [{"index": self.field, "function": {"arguments": self.text}}]}


FIELDS = st.sampled_from(["content", "refusal", "reasoning_content", 0, 1])
PIECES = st.sampled_from(
    ["[", "[EMAIL_1]", "[EMA", "IL_1]", "1]", "é", "😀", " a", '"', "\n", "\\"]
)


@frozen
class Style:
    """How a stream is written."""

    newline: bytes
    indent: int | None
    ascii_only: bool
    with_comments: bool
    with_finish: bool
    with_done: bool

    def written(self, said: list[Said]) -> bytes:
        chunks = [choice(each.delta, each.index) for each in said]
        if self.with_finish:
            chunks += [choice({}, index, "stop") for index in sorted({each.index for each in said})]
        return b"".join(self._lines(chunk) for chunk in chunks) + (
            (b"data: [DONE]" + self.newline * 2) if self.with_done else b""
        )

    def _lines(self, chunk: dict[str, Any]) -> bytes:
        document = {**HEAD, "choices": [chunk]}
        text = json.dumps(document, ensure_ascii=self.ascii_only, indent=self.indent)
        lines = [b": alive"] if self.with_comments else []
        lines += [b"data: " + line.encode() for line in text.split("\n")]
        return self.newline.join([*lines, b"", b""])


STYLES = st.builds(
    Style,
    newline=st.sampled_from([b"\n", b"\r\n", b"\r"]),
    indent=st.sampled_from([None, 1]),
    ascii_only=st.booleans(),
    with_comments=st.booleans(),
    with_finish=st.booleans(),
    with_done=st.booleans(),
)


def cut(stream: bytes, sizes: list[int]) -> Iterator[bytes]:
    at = 0
    while at < len(stream):
        size = sizes[at % len(sizes)]
        yield stream[at : at + size]
        at += size


SAID = st.lists(st.builds(Said, st.integers(0, 2), FIELDS, PIECES), max_size=12)
SIZES = st.lists(st.sampled_from([1, 2, 3, 7, 100, 1000]), min_size=1, max_size=4)


def joined(said: list[Said]) -> dict[tuple[Any, ...], str]:
    result: dict[tuple[Any, ...], str] = defaultdict(str)
    for each in said:
        result[each.index, each.field] += each.text
    return result


@given(said=SAID, style=STYLES, sizes=SIZES)
def test_a_filter_that_changes_nothing_leaves_every_byte(
    said: list[Said], style: Style, sizes: list[int]
) -> None:
    plain = [each for each in said if isinstance(each.field, str)]
    stream = style.written(plain)
    assert b"".join(fed(stream_filter(), list(cut(stream, sizes)))) == stream


@given(said=SAID, style=STYLES, sizes=SIZES)
def test_every_text_ends_up_as_if_it_had_been_filtered_whole(
    said: list[Said], style: Style, sizes: list[int]
) -> None:
    plain = [each for each in said if isinstance(each.field, str)]
    answer = stream_filter(Replacing)
    result = b"".join(fed(answer, list(cut(style.written(plain), sizes))))
    replacing = Replacing()
    assert texts(result + b"\n") == {
        slot: text.replace(replacing.old, replacing.new) for slot, text in joined(plain).items()
    }


@given(
    values=st.lists(st.dictionaries(st.sampled_from("ab"), PIECES), min_size=1, max_size=2),
    style=STYLES,
    sizes=SIZES,
    lengths=st.lists(st.integers(1, 6), min_size=1, max_size=3),
)
def test_arguments_in_pieces_read_as_if_each_string_had_been_replaced(
    values: list[dict[str, str]], style: Style, sizes: list[int], lengths: list[int]
) -> None:
    said: list[Said] = []
    for number, value in enumerate(values):
        text = json.dumps(value).encode()
        said += [Said(0, number, piece.decode()) for piece in cut(text, lengths)]
    result = b"".join(fed(stream_filter(Replacing), list(cut(style.written(said), sizes))))
    replacing = Replacing()
    found = texts(result + b"\n")
    assert [json.loads(found[0, number]) for number in range(len(values))] == [
        {key: text.replace(replacing.old, replacing.new) for key, text in value.items()}
        for value in values
    ]


@given(said=SAID, style=STYLES, sizes=SIZES)
def test_choices_end_after_all_they_say(said: list[Said], style: Style, sizes: list[int]) -> None:
    result = b"".join(fed(stream_filter(Hoarding), list(cut(style.written(said), sizes))))
    ended: set[int] = set()
    for document in documents(result + b"\n"):
        for each in [] if document == "[DONE]" else document["choices"]:
            assert each["index"] not in ended
            if each["finish_reason"] is not None:
                ended.add(each["index"])
    assert ended == ({each.index for each in said} if style.with_finish else set())
