import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semroute.adapters.wire.events import (
    MAX_EVENT_BYTES,
    EventSplitter,
    EventTooLargeError,
    RawEvent,
)


def split(stream: bytes, sizes: list[int]) -> list[RawEvent]:
    splitter = EventSplitter()
    events: list[RawEvent] = []
    at = 0
    while at < len(stream):
        size = sizes[at % len(sizes)]
        events += splitter.feed(stream[at : at + size])
        at += size
    return [*events, splitter.rest]


SIZES = st.lists(st.integers(1, 9), min_size=1, max_size=4)


@settings(deadline=None)
@given(
    st.lists(st.sampled_from([b"data: x", b"data: y", b": z", b"\r\n", b"\n", b"\r"])),
    SIZES,
)
def test_no_byte_is_lost_and_events_say_the_same_wherever_pieces_end(
    parts: list[bytes], sizes: list[int]
) -> None:
    stream = b"".join(parts)
    events = split(stream, sizes)
    assert b"".join(event.raw for event in events) == stream
    said = [event.data for event in events if event.data is not None]
    assert said == [event.data for event in split(stream, [1]) if event.data is not None]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("size", [1, 2, 1000])
def test_an_event_is_cut_out_as_soon_as_it_is_complete(end: bytes, size: int) -> None:
    first = b": c" + end + b"data: a" + end + b"data: b" + end + end
    splitter = EventSplitter()
    events = [
        event for at in range(0, len(first), size) for event in splitter.feed(first[at : at + size])
    ]
    assert [event.data for event in events if event.data is not None] == ["a\nb"]


def test_new_data_stands_where_the_old_stood() -> None:
    event = RawEvent(b"\xef\xbb\xbf: c\r\nid: 7\r\ndata: a\r\ndata: b\r\nevent: e\r\n\r\n")
    assert event.with_data(b"x\ny") == (
        b"\xef\xbb\xbf: c\r\nid: 7\r\ndata: x\r\ndata: y\r\nevent: e\r\n\r\n"
    )
    assert RawEvent(b"\xef\xbb\xbfdata: a\n\n").with_data(b"x") == b"data: x\n\n"


def test_an_event_without_its_data_leaves_nothing_unless_it_has_other_lines() -> None:
    assert RawEvent(b"data: a\n\n").with_data(None) == b""
    assert RawEvent(b": c\ndata: a\n\n").with_data(None) == b": c\n\n"


@pytest.mark.parametrize("end", [b"", b"\n\n"])
def test_an_event_that_is_too_large_is_not_kept_on_and_on(end: bytes) -> None:
    splitter = EventSplitter()
    piece = b"data: " + b"x" * MAX_EVENT_BYTES + end
    with pytest.raises(EventTooLargeError):
        list(splitter.feed(piece))
    assert splitter.rest.raw == piece
