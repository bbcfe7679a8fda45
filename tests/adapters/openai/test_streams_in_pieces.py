import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from attrs import frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.adapters.wire.text_filters import Hoarding, Replacing

from .streams import HEAD, choice, documents, fed, stream_filter, texts


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


@settings(deadline=None)
@given(said=SAID, style=STYLES, sizes=SIZES)
def test_a_filter_that_changes_nothing_leaves_every_byte(
    said: list[Said], style: Style, sizes: list[int]
) -> None:
    plain = [each for each in said if isinstance(each.field, str)]
    stream = style.written(plain)
    assert b"".join(fed(stream_filter(), list(cut(stream, sizes)))) == stream


@settings(deadline=None)
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


@settings(deadline=None)
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


@settings(deadline=None)
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
