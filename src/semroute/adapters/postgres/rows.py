"""Entries as rows of the database, and back, if nobody has touched them."""

import zlib
from typing import Any, Final

from semroute.domain.caching.entry import Entry
from semroute.domain.errors import CacheError

from .vectors import vector_of

COLUMNS: Final = (
    "e.id, e.partition, e.exact, e.tenant, e.route, e.model, e.text, halfvec_send(v.emb),"
    " e.encoder, e.answer, e.tokens, e.created, e.expires, e.seal"
)
"""What `entry_of` reads, with `entry e` and `vec v` joined."""

# Somebody who writes to the database could let a few bytes grow without end.
_MOST_ANSWER_BYTES: Final = 64 << 20
# Answers are written by whoever waits for no one, but 2 KB of JSON gain little from more.
_COMPRESSION: Final = 1


def row_of(entry: Entry) -> dict[str, Any]:
    """Returns the values of a row of the table `entry`.

    Raises:
        CacheError: The answer is too long to be read again.
    """
    if entry.answer is not None and len(entry.answer) > _MOST_ANSWER_BYTES:
        message = f"an answer of {len(entry.answer)} bytes is too long to be kept"
        raise CacheError(message)
    return {
        "id": entry.id,
        "partition": entry.partition,
        "exact": entry.exact,
        "tenant": entry.tenant,
        "route": entry.route,
        "model": entry.model,
        # Not as text: PostgreSQL's has no NUL and no half of a surrogate pair, prompts may.
        "text": entry.text.encode("utf-8", "surrogatepass"),
        "encoder": entry.encoder,
        "answer": None if entry.answer is None else zlib.compress(entry.answer, _COMPRESSION),
        "tokens": entry.tokens,
        "created": entry.created,
        "expires": entry.expires,
        "seal": _seal(entry),
    }


def entry_of(row: tuple[Any, ...]) -> Entry | None:
    """Returns the entry that a row holds; None if it is not what was once put."""
    id_, partition, exact, tenant, route, model, text, sent, encoder, packed, *rest = row
    tokens, created, expires, seal = rest
    try:
        entry = Entry(
            id=id_,
            partition=partition,
            exact=exact,
            tenant=tenant,
            route=route,
            model=model,
            text=text.decode("utf-8", "surrogatepass"),
            vector=vector_of(sent),
            encoder=encoder,
            answer=None if packed is None else _unpacked(packed),
            tokens=tokens,
            created=created,
            expires=expires,
        )
    except (UnicodeDecodeError, zlib.error):
        return None
    return entry if _seal(entry) == seal else None


def _unpacked(packed: bytes) -> bytes:
    unpacking = zlib.decompressobj()
    answer = unpacking.decompress(packed, _MOST_ANSWER_BYTES)
    if not unpacking.eof or unpacking.unused_data:
        message = "cut short, too long, or followed by something else"
        raise zlib.error(message)
    return answer


def _seal(entry: Entry) -> int:
    """A checksum over what an answer is given by, and the answer."""
    seal = 0
    for part in (
        entry.id.encode("utf-8", "surrogatepass"),
        entry.partition,
        entry.exact,
        entry.text.encode("utf-8", "surrogatepass"),
        entry.vector,
        entry.encoder.encode("utf-8", "surrogatepass"),
        b"" if entry.answer is None else b"a" + entry.answer,
    ):
        seal = zlib.crc32(part, zlib.crc32(len(part).to_bytes(8), seal))
    return seal
