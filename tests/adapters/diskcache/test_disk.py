"""Whoever can write to the database runs no code here, and moves no file of others."""

import os
import pickle
import sqlite3
from pathlib import Path

import diskcache
import pytest

from semroute.adapters.diskcache import Noted
from semroute.adapters.diskcache.disk import BytesDisk
from semroute.domain.caching.entry import Selection

from .stores import Notes, count_of, entry_of, execute, filled, opened

PLANT = (
    "INSERT INTO Cache (key, raw, store_time, expire_time, access_time, access_count, size,"
    " mode, filename, value) VALUES (?, ?, 0, NULL, 0, 0, 0, ?, ?, ?)"
)


class Bomb:
    """Leaves a file behind when it is unpickled."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self.trace),)


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    return tmp_path / "executed"


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    path = tmp_path / "victim.txt"
    path.write_text("somebody else's")
    return path


@pytest.fixture
def cache(tmp_path: Path) -> diskcache.Cache:
    return diskcache.Cache(str(tmp_path / "bare"), disk=BytesDisk, disk_min_file_size=2**26)


def test_the_bomb_works_on_diskcache_as_it_comes(tmp_path: Path, trace: Path) -> None:
    with diskcache.Cache(str(tmp_path / "stock")) as cache:
        execute(tmp_path / "stock", PLANT, "e:x", 1, 4, None, pickle.dumps(Bomb(trace)))
        cache.get("e:x")
    assert trace.exists()


def test_a_planted_value_is_not_unpickled(cache: diskcache.Cache, trace: Path) -> None:
    execute(Path(cache.directory), PLANT, "e:x", 1, 4, None, pickle.dumps(Bomb(trace)))
    with pytest.raises(ValueError, match="inline"):
        cache.get("e:x")
    assert not trace.exists()


def test_a_planted_key_is_not_unpickled(cache: diskcache.Cache, trace: Path) -> None:
    bomb = pickle.dumps(Bomb(trace))
    execute(Path(cache.directory), PLANT, sqlite3.Binary(bomb), 0, 1, None, b"value")
    for keys in (cache.iterkeys, lambda: iter(cache), lambda: reversed(cache)):
        with pytest.raises(ValueError, match="no string"):
            list(keys())
    with pytest.raises(ValueError, match="no string"):
        cache.peekitem()
    assert not trace.exists()


@pytest.mark.parametrize("mode", [1, 2, 3, 4])
def test_a_planted_file_is_neither_read_nor_removed(
    cache: diskcache.Cache, victim: Path, mode: int
) -> None:
    execute(Path(cache.directory), PLANT, "e:x", 1, mode, str(victim), None)
    with pytest.raises(ValueError, match="inline"):
        cache.get("e:x")
    assert cache.delete("e:x")
    assert victim.read_text() == "somebody else's"


def test_a_planted_file_of_diskcache_s_own_naming_is_not_read(
    cache: diskcache.Cache, trace: Path
) -> None:
    name = f"ab/cd/{'0' * 28}.val"
    file = Path(cache.directory) / name
    file.parent.mkdir(parents=True)
    file.write_bytes(pickle.dumps(Bomb(trace)))
    execute(Path(cache.directory), PLANT, "e:x", 1, 4, name, None)
    with pytest.raises(ValueError, match="inline"):
        cache.get("e:x")
    cache.clear()
    assert not trace.exists()
    assert file.exists()


@pytest.mark.parametrize("key", [1, 1.5, b"bytes", ("a", "b"), None, Bomb(Path())])
def test_only_strings_are_keys(cache: diskcache.Cache, key: object) -> None:
    for use in (cache.get, cache.delete, cache.__contains__, lambda key: cache.set(key, b"")):
        with pytest.raises(ValueError, match="no string"):
            use(key)


@pytest.mark.parametrize("value", [1, 1.5, "text", ("a", "b"), None, Bomb(Path()), bytearray()])
def test_only_bytes_are_values(cache: diskcache.Cache, value: object) -> None:
    with pytest.raises(ValueError, match="bytes"):
        cache.set("e:x", value)


def test_nothing_becomes_a_file(cache: diskcache.Cache) -> None:
    with pytest.raises(ValueError, match="bytes"):
        cache.set("e:x", bytes(2**26))
    with pytest.raises(ValueError, match="a file"):
        cache.disk.filename()
    assert cache.set("e:y", bytes(2**20))
    assert {path.name for path in Path(cache.directory).iterdir()} <= {
        "cache.db",
        "cache.db-wal",
        "cache.db-shm",
    }


def assert_untouched(trace: Path, victim: Path) -> None:
    """Nothing was executed, and the file of somebody else is as it was."""
    assert not trace.exists()
    assert victim.read_text() == "somebody else's"


async def test_what_was_planted_is_swept_out_when_a_store_is_opened(
    tmp_path: Path, trace: Path, victim: Path
) -> None:
    directory = tmp_path / "cache"
    await filled(directory, 3)
    bomb = pickle.dumps(Bomb(trace))
    planted = [
        ("e:x", 1, 4, None, bomb),
        (sqlite3.Binary(bomb), 0, 1, None, b"value"),
        ("e:y", 1, 1, str(victim), None),
        ("e:z", 1, 2, str(victim), None),
        ("other", 1, 1, None, b"value"),
        (7, 1, 1, None, b"value"),
        ("e:t", 1, 1, None, "text"),
        (None, None, None, None, None),
    ]
    for row in planted:
        execute(directory, PLANT, *row)
    notes = Notes()
    async with opened(directory, notes=notes) as store:
        assert store.entries == 3
        assert notes.counts == {Noted.INTRUDER: len(planted)}
        assert [each.id async for each in store.scan(Selection())] == [
            entry_of(number).id for number in range(3)
        ]
    assert count_of(directory) == 3
    assert_untouched(trace, victim)


async def test_what_is_planted_while_a_store_is_open_is_a_miss_and_goes(
    tmp_path: Path, trace: Path, victim: Path
) -> None:
    directory = tmp_path / "cache"
    notes = Notes()
    async with opened(directory, notes=notes) as store:
        for number in range(3):
            await store.put(entry_of(number))
        bomb = pickle.dumps(Bomb(trace))
        of = "WHERE key = ?"
        execute(directory, f"UPDATE Cache SET mode = 4, value = ? {of}", bomb, f"e:{0:026}")
        execute(
            directory,
            f"UPDATE Cache SET mode = 2, value = NULL, filename = ? {of}",
            str(victim),
            f"e:{1:026}",
        )
        execute(directory, PLANT, "e:x", 1, 4, None, bomb)
        assert await store.exact(entry_of(0).exact) is None
        assert await store.get(entry_of(1).id) is None
        assert await store.exact(entry_of(2).exact) == entry_of(2)
        verification = await store.verify()
        assert verification.entries == 1
        await store.remove(["nobody's"])  # comes after what was to be removed before
        assert store.entries == 1
        assert notes.counts[Noted.DAMAGED] == 2
    assert count_of(directory) == 1
    assert_untouched(trace, victim)


async def test_settings_that_were_planted_are_not_believed(tmp_path: Path) -> None:
    directory = tmp_path / "cache"
    await filled(directory, 2)
    planted = {"eviction_policy": "least-recently-used", "cull_limit": 10, "size_limit": 1}
    for name, value in planted.items():
        execute(directory, "UPDATE Settings SET value = ? WHERE key = ?", value, name)
    async with opened(directory) as store:
        await store.put(entry_of(2))
        assert store.entries == 3
        assert await store.exact(entry_of(2).exact) == entry_of(2)
    assert count_of(directory) == 3
