"""A server that ends in the middle of writes loses nothing that it said it had."""

import signal
from typing import Final

import pytest
import trio
from attrs import define, field

from semroute.adapters.postgres import PostgresStore
from semroute.domain.caching.entry import Entry, Selection
from semroute.domain.errors import CacheError

from .entries import HERE, entry, store_of, vector, vectors
from .server import Server, fresh_database, new_server

ACKNOWLEDGED: Final = 40


@pytest.fixture(scope="module")
def server() -> Server:
    return new_server(is_safe=True)


@define
class Writing:
    """What writers have been told, until the server ended."""

    store: PostgresStore
    kept: dict[str, Entry] = field(factory=dict)
    removed: set[str] = field(factory=set)
    offered: dict[str, Entry] = field(factory=dict)

    async def write(self, name: str, target: int, enough: trio.Event) -> None:
        try:
            for number, each in enumerate(vectors(1000)):
                new = entry(f"{name}-{number}", vector=each)
                self.offered[new.id] = new
                await self.store.put(new)
                self.kept[new.id] = new
                if number % 5 == 4:
                    del self.kept[new.id]
                    await self.store.remove([new.id])
                    self.removed.add(new.id)
                if len(self.kept) >= target:
                    enough.set()
        except CacheError:
            enough.set()  # as it must be, once the server is gone


async def test_no_acknowledged_entry_is_lost_when_the_server_is_killed(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    server.start()
    store = store_of(fresh_database(server))
    writing = Writing(store)
    with trio.fail_after(200):
        await store.prepare()
        for how in (signal.SIGQUIT, signal.SIGKILL):
            enough = trio.Event()
            target = len(writing.kept) + ACKNOWLEDGED
            async with trio.open_nursery() as nursery:
                for writer in range(4):
                    nursery.start_soon(writing.write, f"{how}-{writer}", target, enough)
                await enough.wait()
                server.stop(how)
            server.start()
            found = {each.id: each async for each in store.scan(Selection())}
            assert writing.kept.items() <= found.items()
            assert found.items() <= writing.offered.items()
            assert not writing.removed & found.keys()
            verification = await store.verify()
            assert (verification.entries, verification.damaged) == (len(found), 0)
            near = await store.nearest(HERE, vector(1), len(found) + 1)
            assert {each.entry.id for each in near} == found.keys()
            writing.kept = found
        assert len(writing.kept) >= 2 * ACKNOWLEDGED
    assert caplog.text == ""  # psycopg would quote the server
    store.close()
    server.stop()


async def test_what_was_flushed_before_a_kill_stays_flushed(server: Server) -> None:
    server.start()
    store = store_of(fresh_database(server))
    with trio.fail_after(100):
        await store.prepare()
        for number in range(20):
            await store.put(entry(str(number)))
        assert await store.flush(Selection(), dry_run=False) == 20
        await store.put(entry("later"))
        server.stop(signal.SIGKILL)
        server.start()
        assert [each.exact async for each in store.scan(Selection())] == [entry("later").exact]
    store.close()
    server.stop()
