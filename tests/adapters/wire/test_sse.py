from hypothesis import given
from hypothesis import strategies as st

from semroute.adapters.wire.sse import SseEvent, SseParser


def parse(*pieces: bytes) -> list[SseEvent]:
    parser = SseParser()
    return [event for piece in pieces for event in parser.feed(piece)]


def test_an_event_ends_with_an_empty_line() -> None:
    assert parse(b"data: one\n\ndata: two") == [SseEvent("one")]


def test_data_lines_are_joined_and_other_fields_are_skipped() -> None:
    stream = b": comment\nid: 7\nevent: delta\ndata: a\ndata:b\nretry: 1\n\n"
    assert parse(stream) == [SseEvent("a\nb", "delta")]


def test_an_event_without_data_is_none() -> None:
    assert parse(b"event: ping\n\ndata: x\n\n") == [SseEvent("x")]


def test_a_byte_order_mark_is_skipped_once() -> None:
    assert parse(b"\xef\xbb\xbfdata: \xef\xbb\xbfx\n\n") == [SseEvent("\ufeffx")]


LINE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"), min_size=1)


@given(
    st.lists(st.lists(LINE, min_size=1, max_size=3), max_size=5),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.lists(st.integers(min_value=1, max_value=7), min_size=1),
)
def test_where_pieces_end_makes_no_difference(
    events: list[list[str]], newline: str, sizes: list[int]
) -> None:
    stream = "".join(
        "".join(f"data: {line}{newline}" for line in lines) + newline for lines in events
    ).encode()
    pieces: list[bytes] = []
    rest = stream
    while rest:
        size = sizes[len(pieces) % len(sizes)]
        pieces.append(rest[:size])
        rest = rest[size:]
    # A final carriage return may yet become a line end of two bytes.
    assert parse(*pieces, b"\n" if newline == "\r" else b"") == [
        SseEvent("\n".join(lines)) for lines in events
    ]
