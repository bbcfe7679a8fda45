"""A row is what was written, or nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from semroute.adapters.diskcache.row import (
    DamagedError,
    UnfitEntryError,
    entry_of,
    facts_of,
    parsed,
    row_of,
    vector_of,
)
from semroute.adapters.diskcache.seal import AnySeal, LockedError, seal_of
from semroute.domain.caching.entry import Entry

from . import stores

PLAIN, SEALED = seal_of(None), seal_of(b"k" * 16)
SEALS = st.sampled_from([PLAIN, SEALED])
NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
ENTRIES = st.builds(
    Entry,
    id=NAMES,
    partition=st.binary(max_size=32),
    exact=st.binary(max_size=32),
    tenant=NAMES,
    route=NAMES,
    model=NAMES,
    text=st.text(max_size=60),
    vector=st.binary(max_size=64),
    encoder=NAMES,
    answer=st.none() | st.binary(max_size=200),
    tokens=st.integers(0, 2**40),
    created=st.floats(0, 1e12),
    expires=st.floats(0, 1e12),
)


@given(ENTRIES, SEALS)
def test_a_row_gives_its_entry_back(entry: Entry, seal: AnySeal) -> None:
    row = parsed(row_of(entry, seal))
    assert entry_of(row, seal) == entry
    assert vector_of(row, seal) == entry.vector
    assert row.facts == facts_of(entry)


@given(st.data(), SEALS)
def test_a_flipped_bit_damages_a_row(data: st.DataObject, seal: AnySeal) -> None:
    row = bytearray(row_of(stores.entry_of(7), seal))
    bit = data.draw(st.integers(0, 8 * len(row) - 1))
    row[bit // 8] ^= 1 << bit % 8
    with pytest.raises(DamagedError):
        parsed(bytes(row))


@given(st.data(), SEALS)
def test_a_cut_or_prolonged_row_is_damaged(data: st.DataObject, seal: AnySeal) -> None:
    row = row_of(stores.entry_of(7), seal)
    end = data.draw(st.integers(0, len(row) - 1))
    for other in (row[:end], row + row[:1], row[end + 1 :]):
        with pytest.raises(DamagedError):
            parsed(other)


@given(st.binary(max_size=200))
def test_no_bytes_are_too_strange(row: bytes) -> None:
    with pytest.raises(DamagedError):
        parsed(row)


def test_another_key_or_none_opens_nothing() -> None:
    entry = stores.entry_of(7)
    for written, read in ((SEALED, PLAIN), (PLAIN, SEALED), (SEALED, seal_of(b"o" * 16))):
        row = parsed(row_of(entry, written))
        for opening in (entry_of, vector_of):
            with pytest.raises(LockedError):
                opening(row, read)


def test_a_sealed_row_shows_neither_question_nor_answer() -> None:
    entry = stores.entry_of(7, text="my name is Mallory", answer=b"hello Mallory", vector=b"v" * 64)
    row = row_of(entry, SEALED)
    assert entry.vector not in row
    body = parsed(row).body
    assert row_of(entry, SEALED) != row  # the nonces differ
    assert len(body) > len(b"my name is Mallory")
    assert entry_of(parsed(row_of(entry, PLAIN)), PLAIN) == entry


def test_parts_of_sealed_rows_cannot_be_exchanged() -> None:
    one, other = (parsed(row_of(stores.entry_of(number), SEALED)) for number in (1, 2))
    before_body, before_vector = one.data[: one.body_start], one.data[: one.vector_start]
    with pytest.raises(LockedError):
        entry_of(replace(one, data=before_body + other.body), SEALED)
    with pytest.raises(LockedError):
        vector_of(replace(one, data=before_vector + one.body, body_start=len(one.data)), SEALED)


@pytest.mark.parametrize("changes", [{"model": "\ud800"}, {"answer": bytes(2**25)}])
def test_what_cannot_be_a_row_says_so(changes: dict[str, object]) -> None:
    with pytest.raises(UnfitEntryError):
        row_of(stores.entry_of(7, **changes), PLAIN)


def test_times_that_are_no_numbers_are_damage() -> None:
    row = row_of(stores.entry_of(7, expires=float("nan")), PLAIN)
    with pytest.raises(DamagedError):
        parsed(row)
