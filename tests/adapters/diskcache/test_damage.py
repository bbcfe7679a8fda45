"""What is damaged is a miss, and goes; what cannot be opened is put aside."""

import logging
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from semroute.adapters.diskcache import Noted

from .stores import Notes, count_of, entry_of, execute, filled, opened, put_aside

KEY = f"e:{1:026}"
DAMAGE = {
    "truncated": "UPDATE Cache SET value = substr(value, 1, 100) WHERE key = ?",
    "empty": "UPDATE Cache SET value = x'' WHERE key = ?",
    "flipped": "UPDATE Cache SET value = CAST(substr(value, 1, 90) || x'00'"
    " || substr(value, 92) AS BLOB) WHERE key = ?",
    "another's": "UPDATE Cache SET value = (SELECT value FROM Cache WHERE key LIKE '%2')"
    " WHERE key = ?",
    "text": "UPDATE Cache SET value = 'words' WHERE key = ?",
    "gone": "DELETE FROM Cache WHERE key = ?",
}


@pytest.mark.parametrize("statement", DAMAGE.values(), ids=DAMAGE)
async def test_an_entry_damaged_under_an_open_store_is_a_miss_and_goes(
    tmp_path: Path, statement: str
) -> None:
    notes = Notes()
    async with opened(tmp_path, notes=notes) as store:
        for number in range(3):
            await store.put(entry_of(number))
        execute(tmp_path, statement, KEY)
        near = await store.nearest(entry_of(1).partition, entry_of(1).vector, 3)
        assert {each.entry.id for each in near} == {entry_of(0).id, entry_of(2).id}
        await notes.hear(Noted.DAMAGED)
        assert await store.exact(entry_of(1).exact) is None
        await store.put(entry_of(3))  # after the removal, which came first
        assert store.entries == 3
        assert await store.exact(entry_of(0).exact) == entry_of(0)
    assert count_of(tmp_path) == 3


@pytest.mark.parametrize("name", sorted(set(DAMAGE) - {"gone"}))
async def test_an_entry_damaged_meanwhile_is_gone_when_the_store_is_opened(
    tmp_path: Path, name: str
) -> None:
    await filled(tmp_path, 3)
    execute(tmp_path, DAMAGE[name], KEY)
    notes = Notes()
    async with opened(tmp_path, notes=notes) as store:
        assert store.entries == 2
        assert notes.counts.total() == 1
        assert await store.exact(entry_of(1).exact) is None
        assert await store.exact(entry_of(0).exact) == entry_of(0)
    assert count_of(tmp_path) == 2


async def test_a_damaged_entry_can_be_put_again(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        await store.put(entry_of(1))
        execute(tmp_path, DAMAGE["flipped"], KEY)
        assert await store.exact(entry_of(1).exact) is None
        await store.put(entry_of(1))
        assert await store.exact(entry_of(1).exact) == entry_of(1)


async def test_verifying_finds_the_damage_and_removes_it(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        for number in range(5):
            await store.put(entry_of(number))
        execute(tmp_path, DAMAGE["flipped"], KEY)
        verification = await store.verify()
        assert (verification.entries, verification.damaged) == (4, 1)
        verification = await store.verify()
        assert (verification.entries, verification.damaged) == (4, 0)
        assert store.entries == 4


def overwritten(file: Path) -> None:
    with file.open("r+b") as database:
        database.write(b"\xa5" * 4096)


def halved(file: Path) -> None:
    with file.open("r+b") as database:
        database.truncate(file.stat().st_size // 2)


def scribbled(file: Path) -> None:
    with file.open("r+b") as database:
        for page in range(1, file.stat().st_size // 4096, 3):
            database.seek(page * 4096)
            database.write(b"\xa5" * 4096)


def another_s(file: Path) -> None:
    file.unlink()
    connection = sqlite3.connect(file)
    connection.execute("CREATE TABLE Cache (surprise)")
    connection.close()


@pytest.mark.parametrize("damage", [overwritten, halved, scribbled, another_s])
async def test_a_database_that_cannot_be_opened_is_put_aside(
    tmp_path: Path, damage: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    await filled(tmp_path, 100)
    damage(tmp_path / "cache.db")
    notes = Notes()
    with caplog.at_level(logging.ERROR):
        async with opened(tmp_path, notes=notes) as store:
            assert notes.counts == {Noted.QUARANTINED: 1}
            assert store.entries == 0
            await store.put(entry_of(1))
            assert await store.exact(entry_of(1).exact) == entry_of(1)
    assert "cache_quarantined" in caplog.messages
    (aside,) = put_aside(tmp_path)
    assert aside.name == "cache.corrupt-1800000000"
    assert (aside / "cache.db").exists()
    assert aside.stat().st_mode & 0o777 == 0o700
    async with opened(tmp_path) as store:
        assert store.entries == 1


async def test_an_empty_file_is_an_empty_store(tmp_path: Path) -> None:
    await filled(tmp_path, 10)
    (tmp_path / "cache.db").write_bytes(b"")
    async with opened(tmp_path) as store:
        assert store.entries == 0
        await store.put(entry_of(1))
        assert await store.exact(entry_of(1).exact) == entry_of(1)


async def test_the_last_two_that_were_put_aside_are_kept(tmp_path: Path) -> None:
    for _ in range(4):
        await filled(tmp_path, 1)
        overwritten(tmp_path / "cache.db")
    async with opened(tmp_path):
        names = [path.name for path in put_aside(tmp_path)]
    assert names == ["cache.corrupt-1800000002", "cache.corrupt-1800000003"]
