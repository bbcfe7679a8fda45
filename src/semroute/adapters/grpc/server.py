"""The server: listeners in front of connections."""

import sys
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Protocol

import trio
from grpclib.const import Handler
from grpclib.encoding.base import CodecBase
from grpclib.encoding.proto import ProtoCodec

from semroute.domain.budget import ByteBudget

from .call import CallServer, Terms
from .connection import Connections
from .limits import LimitReached, Limits, ignore_limit


class Service(Protocol):
    """What grpclib's generated bases and hand-written services have in common."""

    def __mapping__(self) -> dict[str, Handler]:
        """The methods, by path."""
        ...


class Server:
    """A gRPC server.

    Args:
        services: What it serves.
        limits: What each peer may ask for.
        limited: Told the name of a limit when a peer runs into it.
        budget: How much of all messages may be kept at once; without bound if not given.
        codec: Turns messages into bytes and back; protobuf if not given.
    """

    def __init__(
        self,
        services: Iterable[Service],
        limits: Limits | None = None,
        *,
        limited: LimitReached = ignore_limit,
        budget: ByteBudget | None = None,
        codec: CodecBase | None = None,
    ) -> None:
        terms = Terms(limits or Limits(), limited, budget or ByteBudget(sys.maxsize))
        methods = {path: method for service in services for path, method in _methods(service)}
        call = CallServer(methods, codec or ProtoCodec(), terms)
        self._connections = Connections(call, terms.limits, limited)
        self._accepting = trio.CancelScope()

    @property
    def connections(self) -> int:
        """How many peers are connected right now."""
        return len(self._connections)

    @property
    def calls(self) -> int:
        """How many calls are being served right now."""
        return self._connections.calls

    async def serve(
        self,
        listeners: Sequence[trio.abc.Listener[trio.SocketStream]],
        *,
        task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
    ) -> None:
        """Serves until `drain` has done its work.

        Ready when every listener accepts. Cancelled, it drops every connection at once.
        """
        async with trio.open_nursery() as connections:
            with self._accepting:
                async with trio.open_nursery() as nursery:
                    for listener in listeners:
                        accept = partial(
                            trio.serve_listeners,
                            self._connections.serve,
                            [listener],
                            handler_nursery=connections,
                        )
                        await nursery.start(accept)
                    task_status.started()

    async def serve_stream(self, stream: trio.abc.HalfCloseableStream) -> None:
        """Serves one connection that somebody else has accepted."""
        await self._connections.serve(stream)

    async def drain(self) -> None:
        """Stops accepting and returns when every call has finished; then `serve` returns too.

        Peers are told to go elsewhere (GOAWAY). Cancelled, it leaves the calls that still run;
        `shut_down` ends those.
        """
        self._accepting.cancel()
        await self._connections.drain()

    def shut_down(self) -> None:
        """Ends every call with UNAVAILABLE, and every connection after its last call."""
        self._accepting.cancel()
        self._connections.shut_down()


def _methods(service: Service) -> Iterable[tuple[str, Handler]]:
    return service.__mapping__().items()
