"""An entry as the bytes of one row.

    magic | crc32 | three lengths | facts as JSON | vector | zlib of text and answer

The checksum covers everything after it. Vector, text and answer may be sealed; the facts are
not, so that a store can be kept in order without its key: they are what a log line may say.
"""

import struct
import sys
import zlib
from typing import Final

import msgspec

from semroute.domain.caching.entry import Entry

from .disk import INLINE_BYTES
from .seal import AnySeal, LockedError

_START: Final = struct.Struct("<4sIIII")  # magic, checksum, and the three lengths
_LENGTHS: Final = struct.Struct("<III")
_HEAD: Final = struct.Struct("<4sI")
_TEXT_LENGTH: Final = struct.Struct("<I")
_MAGICS: Final = frozenset({b"SRA1", b"SRX1"})
_FAST: Final = 1  # zlib's level: half the size at a tenth of the time


class DamagedError(Exception):
    """A row is not what was written; the disk's fault, or somebody's."""


class UnfitEntryError(Exception):
    """An entry cannot be a row; its maker's fault."""


class Facts(msgspec.Struct, gc=False):
    """What a row says openly. `answered` is false for a tombstone.

    There is one for each entry, always. A hundred thousand of them are read at a start, so they
    are made without Python's help, and the garbage collector need not look at them: they hold
    texts and numbers only.
    """

    id: str
    partition: bytes
    exact: bytes
    tenant: str
    route: str
    model: str
    encoder: str
    tokens: int
    created: float
    expires: float
    answered: bool


_ENCODER: Final = msgspec.json.Encoder()
_DECODER: Final = msgspec.json.Decoder(Facts)


class Row(msgspec.Struct, frozen=True, gc=False):
    """A row whose checksum is right, taken apart.

    Args:
        magic: How it is sealed.
        facts: What it says openly.
        data: All of it.
        vector_start: Where its vector begins, after the facts as they are written.
        body_start: Where its text and its answer begin, after the vector.
    """

    magic: bytes
    facts: Facts
    data: bytes
    vector_start: int
    body_start: int

    @property
    def written(self) -> bytes:
        """Returns the facts as they are written."""
        return self.data[_START.size : self.vector_start]

    @property
    def vector(self) -> bytes:
        """Returns the vector as it is written."""
        return self.data[self.vector_start : self.body_start]

    @property
    def body(self) -> bytes:
        """Returns text and answer as they are written."""
        return self.data[self.body_start :]


def facts_of(entry: Entry) -> Facts:
    """Returns what the row of an entry says openly."""
    return Facts(
        entry.id, entry.partition, entry.exact, entry.tenant, entry.route, entry.model,
        entry.encoder, entry.tokens, entry.created, entry.expires, entry.answer is not None,
    )  # fmt: skip


def row_of(entry: Entry, seal: AnySeal) -> bytes:
    """Returns an entry as a row.

    Raises:
        UnfitEntryError: It is too large, or its names cannot be written.
    """
    try:
        written = _ENCODER.encode(facts_of(entry))
    except UnicodeEncodeError as error:  # half a surrogate pair in a model's name
        message = "the entry's names cannot be written"
        raise UnfitEntryError(message) from error
    text = entry.text.encode("utf-8", "surrogatepass")
    plain = b"".join((_TEXT_LENGTH.pack(len(text)), text, entry.answer or b""))
    if len(plain) + len(entry.vector) + len(written) > INLINE_BYTES // 2:
        message = "the entry is too large to be kept"
        raise UnfitEntryError(message)
    vector = seal.close(entry.vector, b"vector" + written)
    body = seal.close(zlib.compress(plain, _FAST), b"body" + written)
    rest = b"".join((_LENGTHS.pack(len(written), len(vector), len(body)), written, vector, body))
    return _HEAD.pack(seal.magic, zlib.crc32(rest)) + rest


def parsed(row: bytes) -> Row:
    """Takes a row apart.

    Raises:
        DamagedError: It is not what was written.
    """
    if len(row) < _START.size:
        raise DamagedError
    magic, checksum, facts_length, vector_length, body_length = _START.unpack_from(row)
    view = memoryview(row)
    if magic not in _MAGICS or zlib.crc32(view[_HEAD.size :]) != checksum:
        raise DamagedError
    vector_start = _START.size + facts_length
    body_start = vector_start + vector_length
    if len(row) != body_start + body_length:
        raise DamagedError
    try:
        facts = _DECODER.decode(view[_START.size : vector_start])
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise DamagedError from error
    # Names are few, and each is kept once.
    facts.tenant, facts.route = sys.intern(facts.tenant), sys.intern(facts.route)
    facts.model, facts.encoder = sys.intern(facts.model), sys.intern(facts.encoder)
    return Row(magic, facts, row, vector_start, body_start)


def vector_of(row: Row, seal: AnySeal) -> bytes:
    """Returns the vector of a row.

    Raises:
        LockedError: It is sealed in another way.
    """
    if row.magic != seal.magic:
        raise LockedError
    return seal.open(row.vector, b"vector" + row.written)


def entry_of(row: Row, seal: AnySeal) -> Entry:
    """Returns the whole entry of a row.

    Raises:
        LockedError: It is sealed in another way.
        DamagedError: It opens, but nothing sensible is in it.
    """
    vector = vector_of(row, seal)
    plain = _inflated(seal.open(row.body, b"body" + row.written))
    (length,) = _TEXT_LENGTH.unpack_from(plain)
    text_end = _TEXT_LENGTH.size + length
    if text_end > len(plain):
        raise DamagedError
    try:
        text = plain[_TEXT_LENGTH.size : text_end].decode("utf-8", "surrogatepass")
    except UnicodeDecodeError as error:
        raise DamagedError from error
    facts = row.facts
    return Entry(
        facts.id, facts.partition, facts.exact, facts.tenant, facts.route, facts.model, text,
        vector, facts.encoder, plain[text_end:] if facts.answered else None, facts.tokens,
        facts.created, facts.expires,
    )  # fmt: skip


def _inflated(data: bytes) -> bytes:
    """Returns what was compressed; never more than a row may hold."""
    inflater = zlib.decompressobj()
    try:
        plain = inflater.decompress(data, INLINE_BYTES)
    except zlib.error as error:
        raise DamagedError from error
    if not inflater.eof or len(plain) < _TEXT_LENGTH.size:
        raise DamagedError
    return plain
