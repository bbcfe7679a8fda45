"""`grpc.health.v1`, as the gRPC health checking protocol describes it."""

import math
from collections.abc import Iterable
from typing import Any

import trio
from grpclib.const import Status
from grpclib.exceptions import GRPCError
from grpclib.health.v1.health_grpc import HealthBase
from grpclib.health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse
from grpclib.server import Stream

HealthStream = Stream[HealthCheckRequest, HealthCheckResponse]


class Health(HealthBase):
    """One state under several names. It starts as NOT_SERVING.

    Args:
        names: The service names that may be asked for; `""` stands for the whole server.
    """

    def __init__(self, names: Iterable[str] = ("",)) -> None:
        self._names = frozenset(names)
        self._is_serving = False
        self._changed = trio.Event()
        self._closed = trio.Event()
        self._last_asked = -math.inf

    @property
    def is_serving(self) -> bool:
        """Whether we say SERVING."""
        return self._is_serving

    def set_serving(self, *, is_serving: bool) -> None:
        """Changes the state and tells everybody who watches."""
        if is_serving is not self._is_serving:
            self._is_serving = is_serving
            self._changed.set()
            self._changed = trio.Event()

    def was_asked(self, within_seconds: float) -> bool:
        """Whether somebody has checked us lately, and so will hear of a change."""
        return trio.current_time() - self._last_asked <= within_seconds

    def close(self) -> None:
        """Says NOT_SERVING for the last time: whoever watches is told, and then let go."""
        self._is_serving = False
        self._closed.set()
        self._changed.set()

    async def Check(self, stream: HealthStream) -> None:  # noqa: N802 - the protocol's own name
        """Answers once. An unknown name is NOT_FOUND."""
        name = await _asked_for(stream)
        self._last_asked = trio.current_time()
        if name not in self._names:
            raise GRPCError(Status.NOT_FOUND, "unknown service")
        await stream.send_message(self._response())

    async def Watch(self, stream: HealthStream) -> None:  # noqa: N802 - the protocol's own name
        """Answers now and after every change, until `close`.

        An unknown name stays SERVICE_UNKNOWN.
        """
        name = await _asked_for(stream)
        if name not in self._names:
            unknown = HealthCheckResponse.SERVICE_UNKNOWN
            await stream.send_message(HealthCheckResponse(status=unknown))
            await self._closed.wait()
            return
        while True:
            changed = self._changed
            await stream.send_message(self._response())
            if self._closed.is_set():
                return
            await changed.wait()

    def _response(self) -> HealthCheckResponse:
        serving, not_serving = HealthCheckResponse.SERVING, HealthCheckResponse.NOT_SERVING
        return HealthCheckResponse(status=serving if self._is_serving else not_serving)


async def _asked_for(stream: HealthStream) -> str:
    request: Any = await stream.recv_message()
    if request is None:
        raise GRPCError(Status.INVALID_ARGUMENT, "the request is missing")
    return str(request.service)
