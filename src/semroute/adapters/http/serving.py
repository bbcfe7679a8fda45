"""ASGI applications on Trio."""

import socket
from typing import TYPE_CHECKING, Any, Final, cast

import trio
from hypercorn.config import Config
from hypercorn.trio import serve
from starlette.applications import Starlette

from semroute.domain.address import Address

if TYPE_CHECKING:
    from hypercorn.typing import ASGIFramework

_BACKLOG: Final = 128


def bound_socket(address: Address) -> tuple[Address, socket.socket]:
    """Takes a TCP port, so that nobody else can, and says which it is.

    Raises:
        OSError: The port cannot be had; the operator's fault.
    """
    with address.blamed():
        sock = _bound(address)
    host, port = sock.getsockname()[:2]
    return Address(host=host, port=port), sock


def _bound(address: Address) -> socket.socket:
    family, kind, protocol, _, sockaddr = socket.getaddrinfo(
        address.host, address.port, type=socket.SOCK_STREAM
    )[0]
    sock = socket.socket(family, kind, protocol)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(sockaddr)
        sock.listen(_BACKLOG)
    except BaseException:
        sock.close()
        raise
    return sock


async def serve_http(
    app: Starlette,
    sock: socket.socket,
    *,
    task_status: trio.TaskStatus[Any] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Serves an application on a bound socket, which it takes over, until cancelled."""
    config = Config()
    config.bind = [f"fd://{sock.detach()}"]
    config.errorlog = None
    config.accesslog = None
    config.include_server_header = False
    config.graceful_timeout = 0
    await serve(
        cast("ASGIFramework", app),  # the two describe ASGI's messages with types of their own
        config,
        mode="asgi",
        shutdown_trigger=trio.sleep_forever,
        task_status=task_status,
    )
