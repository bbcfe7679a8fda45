"""A full disk costs entries, and no request."""

import json
import random
import sys
from pathlib import Path
from typing import Any

import trio

from semroute.adapters.diskcache import Limits, Noted

from .stores import ROOT, Notes, entry_of, execute, filled, opened


async def outcome_of(directory: Path, *limit: str) -> dict[str, Any]:
    child = await trio.run_process(
        [sys.executable, "-m", "tests.adapters.diskcache.full_disk", str(directory), *limit],
        capture_stdout=True,
        capture_stderr=True,
        cwd=ROOT,
    )
    outcome: dict[str, Any] = json.loads(child.stdout)
    return outcome


async def test_a_database_that_may_not_grow_goes_on_with_fewer_entries(tmp_path: Path) -> None:
    """SQLite says the same then as on a full disk."""
    await filled(tmp_path, 1)
    execute(tmp_path, "INSERT INTO Settings VALUES ('sqlite_max_page_count', 300)")
    notes = Notes()
    async with opened(tmp_path, Limits(ballast_bytes=1 << 20), notes=notes) as store:
        for number in range(400):
            kept = entry_of(number, answer=random.randbytes(4000))
            await store.put(kept)
            assert await store.exact(kept.exact) == kept
        assert notes.counts[Noted.BALLAST_DROPPED] > 0
        assert notes.counts[Noted.EVICTED] >= 400 - store.entries > 0
        assert (await store.verify()).damaged == 0
        entries = store.entries
        assert (tmp_path / "ballast").stat().st_size == 1 << 20
    async with opened(tmp_path) as store:
        assert store.entries == entries
        found = [await store.exact(entry_of(number).exact) for number in range(400)]
        assert sum(each is not None for each in found) == entries


async def test_files_that_may_not_grow_end_the_writing_and_no_reading(tmp_path: Path) -> None:
    """Not even a removal can be written down then, as it could be with the ballast's room."""
    outcome = await outcome_of(tmp_path, "2000000")
    assert outcome["kept"] > 20
    assert outcome["refused"] > 20
    assert outcome["notes"]["write_refused"] == outcome["refused"]
    assert (outcome["wrong"], outcome["unreadable"]) == (0, 0)


async def test_what_was_kept_before_the_end_is_there_once_there_is_room(tmp_path: Path) -> None:
    outcome = await outcome_of(tmp_path, "2000000")
    async with opened(tmp_path) as store:
        assert store.entries >= outcome["kept"]
        assert (await store.verify()).damaged == 0
        await store.put(entry_of(5000))
        assert await store.exact(entry_of(5000).exact) == entry_of(5000)


async def test_a_store_without_room_for_its_ballast_works_all_the_same(tmp_path: Path) -> None:
    async with opened(tmp_path, Limits(ballast_bytes=0)) as store:
        await store.put(entry_of(1))
    (tmp_path / "ballast").unlink()
    (tmp_path / "ballast").mkdir()  # nothing can be written there
    async with opened(tmp_path) as store:
        assert await store.exact(entry_of(1).exact) == entry_of(1)
