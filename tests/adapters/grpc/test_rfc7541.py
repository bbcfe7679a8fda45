"""HPACK, section by section, against the running server."""

from typing import Final

import pytest
from h2.errors import ErrorCodes
from hpack import Encoder

from semroute.adapters.grpc import Limits

from .peer import request_headers
from .wire import HELLO, Answer, Goaway, Outcome, Script, Speech, data, said, wired

COMPRESSION: Final = Goaway((ErrorCodes.COMPRESSION_ERROR,))
USUAL: Final = list(request_headers().items())
END: Final = "END_STREAM"


def ending_in(block: bytes) -> Script:
    """A call whose header block ends in these bytes."""
    return lambda on: said(
        on.block(1, on.encoder.encode(USUAL) + block), data(1, HELLO, END)
    )  # fmt: skip


def beginning_with(block: bytes) -> Script:
    """A call whose header block begins with these bytes."""
    return lambda on: said(
        on.block(1, block + on.encoder.encode(USUAL)), data(1, HELLO, END)
    )  # fmt: skip


def twice(on: Speech) -> bytes:
    """Two calls, the second one written with what the first has left in the table."""
    marked = [*USUAL, ("x-mark", "one")]
    first = said(on.block(3, on.encoder.encode(marked)), data(3, HELLO, END))
    again = on.encoder.encode(marked)
    assert len(again) < 20
    return first + said(on.block(5, again), data(5, HELLO, END))


def without_huffman(on: Speech) -> bytes:
    return said(on.block(1, on.encoder.encode(USUAL, huffman=False)), data(1, HELLO, END))


def resized(on: Speech) -> bytes:
    on.encoder.header_table_size = 0
    return said(on.block(1, on.encoder.encode(USUAL)), data(1, HELLO, END))


def remembered(on: Speech) -> bytes:
    call = ending_in(b"\x40\x03x-a\x01b")(on)
    on.encoder.header_table.add(b"x-a", b"b")
    return call


def evicted(on: Speech) -> bytes:
    """Fills the table until the usual headers have left it, and uses them once more."""
    filled = [*USUAL, *((f"x-{number}", "v" * 200) for number in range(30))]
    first = said(on.block(3, on.encoder.encode(filled)), data(3, HELLO, END))
    return first + said(on.block(5, on.encoder.encode(USUAL)), data(5, HELLO, END))


CASES: Final[dict[str, tuple[Script, Outcome]]] = {
    "2.3.2 the dynamic table outlives a header block": (twice, Answer(stream=5)),
    "2.3.3 index zero": (ending_in(b"\x80"), COMPRESSION),
    "2.3.3 an index beyond both tables": (ending_in(b"\xff\x7f"), COMPRESSION),
    "4.2 a table size update to nothing": (resized, Answer()),
    "4.2 a table size update above our setting": (beginning_with(b"\x3f\xe2\x7f"), COMPRESSION),
    "4.2 a table size update that is not at the beginning": (ending_in(b"\x20"), COMPRESSION),
    "4.4 entries are evicted": (evicted, Answer(stream=5)),
    "5.1 an integer that is cut short": (ending_in(b"\xff"), COMPRESSION),
    "5.1 an integer beyond all bounds": (ending_in(b"\xff" * 40 + b"\x00"), COMPRESSION),
    "5.2 a string without Huffman coding": (without_huffman, Answer()),
    "5.2 a string longer than its block": (ending_in(b"\x40\x7fshort"), COMPRESSION),
    "5.2 Huffman padding of more than seven bits": (
        ending_in(b"\x40\x82\x07\xff\x01a"),
        COMPRESSION,
    ),
    "5.2 Huffman padding that is not the end's": (ending_in(b"\x40\x81\x18\x01a"), COMPRESSION),
    "5.2 Huffman's end of string in a string": (
        ending_in(b"\x40\x85\x07\xff\xff\xff\xff\x01a"),
        COMPRESSION,
    ),
    "6.2.1 a literal that is remembered": (remembered, Answer()),
    "6.2.2 a literal that is not remembered": (ending_in(b"\x00\x03x-a\x01b"), Answer()),
    "6.2.3 a literal that is never to be remembered": (ending_in(b"\x10\x03x-a\x01b"), Answer()),
}


@pytest.mark.parametrize("name", CASES)
async def test_section(name: str) -> None:
    script, outcome = CASES[name]
    speech = Speech()
    async with wired() as wire:
        await wire.say(script(speech))
        await wire.goes(outcome, speech)


async def test_section_7_3_a_small_block_cannot_become_a_large_header_list() -> None:
    """The bomb: one large entry in the table, and then one byte for each copy of it."""
    encoder = Encoder()
    block = encoder.encode([*USUAL, ("x-bomb", "x" * 3000)]) + b"\xbe" * 1000
    speech = Speech(encoder)
    async with wired(Limits(max_header_bytes=16_384)) as wire:
        await wire.say(speech.block(1, block))
        await wire.goes(Goaway((ErrorCodes.ENHANCE_YOUR_CALM,)), speech)
