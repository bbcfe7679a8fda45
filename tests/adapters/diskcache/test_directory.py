"""The directory belongs to one process, and nobody else looks into it."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import trio

from semroute.adapters.diskcache import DiskStore
from semroute.adapters.diskcache.directory import Directory, network_type
from semroute.domain.errors import CacheError

from .stores import ROOT, database_bytes, entry_of, filled, opened, put_aside

HOLD = """
import sys, trio
from pathlib import Path
from semroute.adapters.diskcache import DiskStore

async def main():
    async with trio.open_nursery() as nursery:
        await nursery.start(DiskStore(Path(sys.argv[1])).run)
        print("open", flush=True)
        sys.stdin.read()
        nursery.cancel_scope.cancel()

trio.run(main)
"""
NOBODY = 65534
OPEN = """
import os, sys, trio
from pathlib import Path
from semroute.adapters.diskcache import DiskStore
from semroute.domain.errors import CacheError

if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
try:
    trio.run(DiskStore(Path(sys.argv[1])).run)
except CacheError as error:
    print(error)
"""


def holder_of(directory: Path) -> subprocess.Popen[bytes]:
    """Returns a process that has a store open until its standard input ends."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(directory)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"open\n"
    return holder


def leading_elsewhere(directory: Path, name: str, elsewhere: Path) -> Path:
    """Returns a new directory in which a name is a link to another file."""
    directory.mkdir()
    (directory / name).symlink_to(elsewhere)
    return directory


def made_read_only(directory: Path) -> None:
    """Lets nobody write, and root give it away so that the rule applies to it."""
    for path in (*directory.iterdir(), directory):
        path.chmod(0o500 if path == directory else 0o400)
        if os.geteuid() == 0:
            os.chown(path, NOBODY, NOBODY)


async def opening(directory: Path) -> str:
    """Returns why a store cannot be opened."""
    with pytest.raises(CacheError) as raised:
        await DiskStore(directory).run()
    return str(raised.value)


async def test_a_second_process_is_told_what_to_use_instead(tmp_path: Path) -> None:
    with holder_of(tmp_path) as holder:
        message = await opening(tmp_path)
        assert holder.stdin is not None
        holder.stdin.close()
    assert "another process uses the cache" in message
    assert "PostgreSQL" in message
    async with opened(tmp_path) as store:
        assert store.entries == 0


async def test_a_second_store_of_this_process_is_refused_too(tmp_path: Path) -> None:
    async with opened(tmp_path):
        assert "another process" in await opening(tmp_path)


async def test_nobody_else_can_look_into_it(tmp_path: Path) -> None:
    directory = tmp_path / "a" / "cache"
    before = os.umask(0)
    try:
        await filled(directory, 3)
        async with opened(directory) as store:
            await store.put(entry_of(4))
            names = {path.name for path in directory.iterdir()}
            assert names == {"LOCK", "ballast", "cache.db", "cache.db-wal", "cache.db-shm"}
            assert {path.stat().st_mode & 0o777 for path in directory.iterdir()} == {0o600}
    finally:
        os.umask(before)
    assert directory.stat().st_mode & 0o777 == 0o700


def test_a_directory_that_was_open_to_others_is_closed_to_them(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    directory = Directory(tmp_path)
    assert tmp_path.stat().st_mode & 0o777 == 0o700
    directory.close()


@pytest.mark.parametrize("name", ["LOCK", "cache.db"])
async def test_a_lock_or_database_that_leads_elsewhere_is_refused(
    tmp_path: Path, somebody_s: Path, name: str
) -> None:
    directory = leading_elsewhere(tmp_path / "cache", name, somebody_s)
    assert "cannot be" in await opening(directory)


async def test_a_file_is_no_directory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "cannot be used" in await opening(tmp_path / "file")


@pytest.fixture
def somebody_s(tmp_path: Path) -> Iterator[Path]:
    """A file of somebody else, which stays as it is."""
    path = tmp_path / "elsewhere"
    path.write_bytes(b"somebody else's")
    yield path
    assert path.read_bytes() == b"somebody else's"


@pytest.fixture
def reachable() -> Iterator[Path]:
    """A directory that a process without privileges can reach, which `tmp_path` is not."""
    directory = Path(tempfile.mkdtemp())
    directory.chmod(0o755)
    yield directory
    shutil.rmtree(directory)


async def test_a_read_only_directory_is_refused_as_it_is(reachable: Path) -> None:
    """Run without privileges, as nothing is read-only to root."""
    directory = reachable / "cache"
    await filled(directory, 2)
    made_read_only(directory)
    before = database_bytes(directory)
    child = await trio.run_process(
        [sys.executable, "-c", OPEN, str(directory)],
        capture_stdout=True,
        cwd=ROOT,
    )
    assert b"cannot be" in child.stdout
    assert database_bytes(directory) == before
    assert put_aside(directory) == []


MOUNTS = """\
22 1 0:21 / /proc rw shared:5 - proc proc rw
30 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
41 30 0:52 / /mnt/share rw,relatime shared:9 master:1 - nfs4 server:/export rw,vers=4.2
42 30 0:53 / /mnt/other rw - fuse.sshfs me@server: rw
43 30 0:54 / /mnt/odd rw
"""


@pytest.mark.parametrize(
    ("device", "kind"),
    [((254, 0), None), ((0, 21), None), ((0, 52), "nfs4"), ((0, 53), "fuse.sshfs"),
     ((0, 54), None), ((0, 99), None)],
)  # fmt: skip
def test_network_file_systems_are_known_by_their_device(
    device: tuple[int, int], kind: str | None
) -> None:
    assert network_type(MOUNTS, os.makedev(*device)) == kind


async def test_a_closed_store_says_so(tmp_path: Path) -> None:
    store = DiskStore(tmp_path)
    for call in (
        lambda: store.exact(b"k" * 32),
        lambda: store.nearest(b"p" * 32, b"\0<", 1),
        lambda: store.put(entry_of(1)),
        lambda: store.remove(["a"]),
        lambda: store.get("a"),
        store.verify,
    ):
        with pytest.raises(CacheError, match="not open"):
            await call()
    assert (store.entries, store.size_bytes) == (0, 0)
