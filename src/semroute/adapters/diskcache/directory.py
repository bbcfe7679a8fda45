"""A directory that belongs to one process."""

import fcntl
import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Final

from semroute.domain.errors import CacheError

from .table import FILES

_LOCK: Final = "LOCK"
_BALLAST: Final = "ballast"
_ASIDE: Final = "cache.corrupt-"
_KEPT_ASIDE: Final = 2
_BLOCK: Final = bytes(2**16)

# SQLite's locks and shared memory do not work there: "database disk image is malformed".
_NETWORK_TYPES: Final = frozenset(
    {
        "9p", "afs", "beegfs", "ceph", "cifs", "coda", "fuse.glusterfs", "fuse.rclone",
        "fuse.s3fs", "fuse.sshfs", "gfs2", "glusterfs", "gpfs", "lustre", "ncpfs", "nfs", "nfs4",
        "ocfs2", "smb3", "smbfs", "virtiofs",
    }
)  # fmt: skip


class Directory:
    """A directory of ours, locked, that nobody else can read.

    Args:
        path: Where it is, or is made.

    Raises:
        CacheError: It cannot be used; the operator's fault.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.chmod(path.stat().st_mode & 0o700)
            _refuse_network(path)
            self._lock = _locked(path)
        except OSError as error:
            message = f"{path} cannot be used as a cache: {error.strerror}"
            raise CacheError(message) from error

    def put_aside(self, now: float) -> Path:
        """Puts a damaged database aside, for whoever wants to look into it.

        It goes into a directory in this one, which may be a mount point. The last two are kept.

        Raises:
            OSError: It cannot be moved.
        """
        before = sorted(self.path.glob(f"{_ASIDE}*"), key=_time_of)
        latest = _time_of(before[-1]) if before else 0
        aside = self.path / f"{_ASIDE}{max(int(now), latest + 1)}"
        aside.mkdir(mode=0o700)
        for name in FILES:
            if (file := self.path / name).exists():
                file.rename(aside / name)
        for old in [*before, aside][:-_KEPT_ASIDE]:
            shutil.rmtree(old)
        return aside

    def take_ballast(self, size: int) -> bool:
        """Keeps a part of the disk back, and returns whether there was room for it."""
        path = self.path / _BALLAST
        try:
            if path.exists() and path.stat().st_size == size:
                return True
            path.touch(0o600)
            with path.open("wb") as file:
                file.writelines(_BLOCK[: size - start] for start in range(0, size, len(_BLOCK)))
        except OSError:
            self.drop_ballast()
            return False
        return True

    def drop_ballast(self) -> None:
        """Gives the part that was kept back to whoever needs it, if there is one."""
        with suppress(OSError):
            (self.path / _BALLAST).unlink()

    def close(self) -> None:
        """Lets another process have it."""
        os.close(self._lock)


def network_type(mounts: str, device: int) -> str | None:
    """Returns what kind of network file system a device is; None if it is none.

    Args:
        mounts: The text of `/proc/self/mountinfo`.
        device: What `stat` says of a file on it.
    """
    name = f"{os.major(device)}:{os.minor(device)}"
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        kind = after.partition(" ")[0]
        if before.split()[2:3] == [name] and kind in _NETWORK_TYPES:
            return kind
    return None


def _refuse_network(path: Path) -> None:
    mounts = Path("/proc/self/mountinfo").read_text("utf-8", "replace")
    if (kind := network_type(mounts, path.stat().st_dev)) is not None:
        message = (
            f"{path} is on a network file system ({kind}), where SQLite cannot keep a cache whole;"
            " use a local directory, or the shared backend (PostgreSQL)"
        )
        raise CacheError(message)


def _locked(path: Path) -> int:
    """Returns the open file that is the lock. It is ours until it is closed, however that is."""
    file = os.open(path / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(file)
        if not isinstance(error, BlockingIOError):
            raise
        message = (
            f"another process uses the cache in {path}; processes that are to share one need the"
            " shared backend (PostgreSQL)"
        )
        raise CacheError(message) from error
    return file


def _time_of(aside: Path) -> int:
    number = aside.name.removeprefix(_ASIDE)
    return int(number) if number.isdecimal() else 0
