"""With a key, the directory tells nobody what was asked and answered."""

import logging
from pathlib import Path

import pytest

from semroute.adapters.diskcache import DiskStore, Noted
from semroute.domain.caching.entry import Selection

from .stores import SMALL, Notes, database_bytes, entry_of, filled, opened

KEY, OTHER = b"k" * 32, b"o" * 32
SECRET = entry_of(1, text="my name is Mallory", answer=b'{"content":"hello Mallory"}')


async def test_nothing_private_is_in_the_files(tmp_path: Path) -> None:
    async with opened(tmp_path, key=KEY) as store:
        await store.put(SECRET)
        content = database_bytes(tmp_path)
        assert SECRET.id.encode() in content
        assert SECRET.vector not in content
        assert b"Mallory" not in content
        assert await store.exact(SECRET.exact) == SECRET


@pytest.mark.parametrize("key", [OTHER, None])
async def test_another_key_gives_misses_and_destroys_nothing(
    tmp_path: Path, key: bytes | None, caplog: pytest.LogCaptureFixture
) -> None:
    await filled(tmp_path, 5, key=KEY)
    notes = Notes()
    with caplog.at_level(logging.WARNING):
        async with opened(tmp_path, key=key, notes=notes) as store:
            assert notes.counts == {Noted.LOCKED: 5}
            assert store.entries == 5
            for number in range(5):
                assert await store.exact(entry_of(number).exact) is None
                assert await store.get(entry_of(number).id) is None
            assert await store.nearest(entry_of(1).partition, entry_of(1).vector, 4) == []
            assert [each async for each in store.scan(Selection())] == []
            verification = await store.verify()
            assert (verification.entries, verification.damaged) == (0, 0)
    assert "cache_entries_locked" in caplog.messages
    async with opened(tmp_path, key=KEY) as store:
        for number in range(5):
            assert await store.exact(entry_of(number).exact) == entry_of(number)


async def test_a_locked_entry_is_replaced_and_flushed_like_any_other(tmp_path: Path) -> None:
    await filled(tmp_path, 5, key=KEY)
    async with opened(tmp_path, key=OTHER) as store:
        mine = entry_of(1, id="mine")
        await store.put(mine)
        assert store.entries == 5
        assert await store.exact(mine.exact) == mine
        assert await store.flush(Selection(), dry_run=True) == 5
        assert await store.flush(Selection(), dry_run=False) == 5
        assert store.entries == 0


@pytest.mark.parametrize("length", [0, 8, 31, 33])
def test_a_key_of_another_length_is_refused(tmp_path: Path, length: int) -> None:
    with pytest.raises(ValueError, match="key"):
        DiskStore(tmp_path, SMALL, key=bytes(length))
