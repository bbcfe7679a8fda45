"""What only the store in PostgreSQL promises: others share it, and others may spoil it."""

import zlib
from typing import Final

import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st

from semroute.adapters.postgres import Database, PostgresStore, running_store
from semroute.domain.caching.entry import Entry, Selection
from semroute.domain.errors import CacheError

from .entries import ELSEWHERE, HERE, NOW, TTL, Clock, entry, near, store_of, vector
from .server import DIMENSIONS, fresh_database, shared_server


def run_sql(database: Database, *statements: str) -> None:
    """Does to a store's tables what no store would do."""
    with shared_server().admin() as connection:
        connection.execute(f"SET search_path = {database.schema}, public")
        for statement in statements:
            connection.execute(statement)


async def test_what_one_router_keeps_and_flushes_is_so_for_the_other(
    store: PostgresStore, database: Database
) -> None:
    kept = entry()
    async with running_store(store_of(database)) as other:
        await store.put(kept)
        assert await other.exact(kept.exact) == kept
        assert await near(other, kept.vector) == [kept.id]
        assert await other.flush(Selection(), dry_run=False) == 1
        assert await store.exact(kept.exact) is None
        assert await near(store, kept.vector) == []
    async with running_store(store_of(database)) as later:
        assert await later.exact(kept.exact) is None


async def test_two_who_keep_the_same_at_once_keep_one_of_them(
    store: PostgresStore, database: Database
) -> None:
    rivals = [entry("same", answer=b"%d" % number) for number in range(24)]
    async with running_store(store_of(database)) as other, trio.open_nursery() as nursery:
        for number, rival in enumerate(rivals):
            nursery.start_soon((other if number % 2 else store).put, rival)
    winner = await store.exact(rivals[0].exact)
    assert winner in rivals
    assert [each async for each in store.scan(Selection())] == [winner]
    assert await near(store, vector(1, 1)) == [winner.id]


async def test_schemas_of_one_database_know_nothing_of_each_other(store: PostgresStore) -> None:
    kept = entry()
    await store.put(kept)
    async with running_store(store_of(fresh_database())) as other:
        assert await other.exact(kept.exact) is None
        assert await other.flush(Selection(), dry_run=False) == 0
    assert await store.exact(kept.exact) == kept


async def test_many_start_at_once_on_an_empty_database() -> None:
    database = fresh_database()
    stores = [store_of(database) for _ in range(5)]
    async with trio.open_nursery() as nursery:
        for each in stores:
            nursery.start_soon(each.prepare)
    await stores[0].put(entry())
    for each in stores:
        assert await each.exact(entry().exact) is not None
        each.close()


async def test_more_is_flushed_than_goes_into_one_transaction(
    store: PostgresStore, database: Database
) -> None:
    async with trio.open_nursery() as nursery:
        for number in range(40):
            nursery.start_soon(store.put, entry(str(number)))
    columns = "partition, tenant, route, model, text, encoder, answer, tokens, created, expires"
    run_sql(
        database,
        f"INSERT INTO entry (id, exact, seal, {columns}) SELECT id || n, exact || n::text::bytea,"
        f" seal, {columns} FROM entry, generate_series(1, 29) n",
    )
    assert await store.flush(Selection(), dry_run=True) == 1200
    assert await store.flush(Selection(), dry_run=False) == 1200
    assert await store.flush(Selection(), dry_run=True) == 0


_ENTRIES = st.lists(
    st.tuples(
        st.integers(0, 3),  # the partition
        st.integers(0, 9),  # the request
        st.tuples(st.integers(-3, 3), st.integers(1, 3)),
        st.sampled_from([-5, 5, 500]),  # seconds to live
    ),
    max_size=12,
)


@settings(max_examples=25, deadline=None)
@given(_ENTRIES)
async def test_whatever_is_kept_no_partition_sees_another(
    entries: list[tuple[int, int, tuple[int, int], int]],
) -> None:
    expected: dict[bytes, Entry] = {}
    store = store_of(fresh_database())
    try:
        await store.prepare()
        for partition, request, parts, ttl in entries:
            each = entry(
                f"{request}",
                partition=bytes([partition]) * 32,
                vector=vector(*parts),
                expires=NOW + ttl,
            )
            await store.put(each)
            expected[each.exact] = each
        for number in range(4):
            partition_ = bytes([number]) * 32
            found = await store.nearest(partition_, vector(1, 1), 100)
            assert {each.entry.id for each in found} == {
                each.id
                for each in expected.values()
                if each.partition == partition_ and each.expires > NOW
            }
            similarities = [each.similarity for each in found]
            assert similarities == sorted(similarities, reverse=True)
    finally:
        store.close()


DAMAGES: Final = {
    "answer cut": "UPDATE entry SET answer = substr(answer, 1, length(answer) - 3)",
    "answer emptied": "UPDATE entry SET answer = ''",
    "answer lengthened": "UPDATE entry SET answer = answer || 'x'",
    "answer no zlib": 'UPDATE entry SET answer = \'{"content":"another"}\'',
    "answer removed": "UPDATE entry SET answer = NULL",
    "answer of another": (
        "UPDATE entry SET answer = (SELECT answer FROM entry WHERE id <> 'damaged')"
    ),
    "bit of the answer": "UPDATE entry SET answer = set_bit(answer, 77, 1 - get_bit(answer, 77))",
    "bit of the text": "UPDATE entry SET text = set_bit(text, 9, 1 - get_bit(text, 9))",
    "text no Unicode": "UPDATE entry SET text = '\\xff'",
    "another id": "UPDATE entry SET seal = seal + 1",
    "another encoder": "UPDATE entry SET encoder = 'another'",
    "vector gone": "DELETE FROM vec",
    "vector turned": "UPDATE vec SET emb = emb * emb",
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
async def test_a_damaged_entry_is_a_miss_until_it_is_removed(
    store: PostgresStore, database: Database, damage: str
) -> None:
    spoilt, sound = entry("spoilt", id="damaged"), entry("sound")
    for each in (spoilt, sound):
        await store.put(each)
    run_sql(database, f"{damage} WHERE id = 'damaged'")
    assert await store.exact(spoilt.exact) is None
    assert await store.get(spoilt.id) is None
    assert await near(store, vector(1, 1)) == [sound.id]
    assert [each.id async for each in store.scan(Selection())] == [sound.id]
    verification = await store.verify()
    assert (verification.entries, verification.damaged) == (1, 1)
    assert (await store.verify()).damaged == 0
    await store.put(spoilt)
    assert await store.exact(spoilt.exact) == spoilt


async def test_an_answer_that_would_grow_without_end_is_not_unpacked(
    store: PostgresStore, database: Database
) -> None:
    await store.put(entry())
    packing = zlib.compressobj(9)
    bomb = b"".join(packing.compress(bytes(1 << 20)) for _ in range(80)) + packing.flush()
    run_sql(database, f"UPDATE entry SET answer = '\\x{bomb.hex()}'")
    assert await store.exact(entry().exact) is None


async def test_what_is_too_long_to_be_read_again_is_not_kept(store: PostgresStore) -> None:
    with pytest.raises(CacheError, match="too long"):
        await store.put(entry(answer=bytes((64 << 20) + 1)))
    assert await store.exact(entry().exact) is None


async def test_a_vector_of_another_encoder_is_refused(store: PostgresStore) -> None:
    for wrong in (b"\0\0", bytes(2 * DIMENSIONS + 2), b"\0"):
        with pytest.raises(CacheError, match="dimensions"):
            await store.put(entry(vector=wrong))
        with pytest.raises(CacheError, match="dimensions"):
            await store.nearest(HERE, wrong, 4)
    with pytest.raises(CacheError, match="value"):
        await store.put(entry(vector=b"\xff\x7f" * DIMENSIONS))  # not a number
    assert await store.exact(entry().exact) is None


@pytest.mark.parametrize("name", ["\0", "\ud800"])
async def test_a_name_that_the_database_cannot_have_is_refused(
    store: PostgresStore, name: str
) -> None:
    with pytest.raises(CacheError) as refused:
        await store.put(entry(model=name))
    assert "what is" not in str(refused.value)
    await store.put(entry())
    assert await store.exact(entry().exact) is not None


async def test_a_put_that_fails_leaves_what_was_there(store: PostgresStore) -> None:
    kept = entry()
    await store.put(kept)
    with pytest.raises(CacheError):
        await store.put(entry(vector=b"\xff\x7f" * DIMENSIONS))
    assert await store.exact(kept.exact) == kept
    assert await near(store, kept.vector) == [kept.id]


async def test_partitions_share_nothing_but_the_table(
    store: PostgresStore, database: Database
) -> None:
    mine, theirs = entry("mine"), entry("theirs", partition=ELSEWHERE)
    for each in (mine, theirs):
        await store.put(each)
    # A row that has moved is in no partition, rather than in a wrong one.
    run_sql(database, f"UPDATE vec SET partition = '\\x{HERE.hex()}'")
    assert await near(store, vector(1, 1)) == [mine.id]
    assert await near(store, vector(1, 1), ELSEWHERE) == []


async def test_the_sweeper_takes_what_has_expired_and_nothing_else(
    store: PostgresStore, clock: Clock, database: Database
) -> None:
    clock.seconds = NOW - 100
    for number in range(30):
        await store.put(entry(str(number), expires=NOW - 50 + number))
    living = entry("living")
    await store.put(living)
    assert await store.sweep() == 0
    clock.seconds = NOW - 35.5
    other = store_of(database, clock)
    swept: list[int] = []

    async def sweep(sweeper: PostgresStore) -> None:
        swept.append(await sweeper.sweep())

    async with trio.open_nursery() as nursery:
        nursery.start_soon(sweep, store)
        nursery.start_soon(sweep, other)
    other.close()
    assert sum(swept) == 15
    assert len([each async for each in store.scan(Selection())]) == 16
    clock.seconds = NOW
    assert await store.sweep() == 15
    assert await store.exact(living.exact) == living


async def test_a_router_whose_clock_runs_ahead_takes_nothing_from_others(
    store: PostgresStore, clock: Clock
) -> None:
    kept = entry()
    await store.put(kept)
    clock.seconds += 10 * TTL
    assert await store.exact(kept.exact) is None
    assert await store.sweep() == 0
    clock.seconds = NOW
    assert await store.exact(kept.exact) == kept


async def test_more_is_swept_than_goes_into_one_transaction(
    store: PostgresStore, database: Database, clock: Clock
) -> None:
    await store.put(entry(expires=NOW - 1))
    columns = "partition, tenant, route, model, text, encoder, answer, tokens, created, expires"
    run_sql(
        database,
        f"INSERT INTO entry (id, exact, seal, {columns}) SELECT id || n, exact || n::text::bytea,"
        f" seal, {columns} FROM entry, generate_series(1, 1100) n",
    )
    assert await store.sweep() == 1101
