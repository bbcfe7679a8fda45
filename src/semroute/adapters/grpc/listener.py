"""Listening on TCP ports and Unix sockets."""

import os
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import trio

from semroute.domain.address import Address

_BACKLOG: Final = 1024


@asynccontextmanager
async def open_listener(address: Address) -> AsyncIterator[tuple[Address, trio.SocketListener]]:
    """Listens on an address while the context lasts.

    A Unix socket that nobody answers any more is replaced; one that is in use, or a file that
    is no socket, is left alone. The socket's directory must exist. Only its owner can connect.

    Yields:
        The address really listened on, with the port the system chose, and the listener.

    Raises:
        OSError: The address cannot be had; the operator's fault.
    """
    if address.path is None:
        with address.blamed():
            (listener, *others) = await trio.open_tcp_listeners(
                address.port, host=address.host, backlog=_BACKLOG
            )
        for other in others:  # `localhost` may mean two addresses; one port cannot serve both
            await other.aclose()
        host, port = listener.socket.getsockname()[:2]
        async with listener:
            yield Address(host=host, port=port), listener
    else:
        path = Path(address.path)
        with address.blamed():
            if _is_socket(path):
                await _remove_if_dead(path)
            listener = await _unix_listener(path)
        inode = _inode(path)
        try:
            async with listener:
                yield address, listener
        finally:
            if _inode(path) == inode:  # a successor may have put its own socket there
                _remove(path)


async def _unix_listener(path: Path) -> trio.SocketListener:
    sock = trio.socket.socket(trio.socket.AF_UNIX, trio.socket.SOCK_STREAM)
    mask = os.umask(0o177)
    try:
        await sock.bind(os.fspath(path))
    except BaseException:
        sock.close()
        raise
    finally:
        os.umask(mask)
    sock.listen(_BACKLOG)
    return trio.SocketListener(sock)


async def _remove_if_dead(path: Path) -> None:
    """Removes a socket that nobody answers. In use, it stays, and binding to it will fail."""
    try:
        async with await trio.open_unix_socket(os.fspath(path)):
            return
    except ConnectionRefusedError:
        _remove(path)


def _is_socket(path: Path) -> bool:
    return path.exists() and stat.S_ISSOCK(path.stat().st_mode)


def _inode(path: Path) -> int | None:
    return path.stat().st_ino if path.exists() else None


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
