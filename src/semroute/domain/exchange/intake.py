"""The request as it arrives, piece by piece, until it can be ruled on."""

from typing import assert_never

from attrs import define, field

from semroute.domain.headers import Headers
from semroute.domain.http import (
    BodyFault,
    Elsewhere,
    HttpRequest,
    Target,
    Unrouted,
    target_of,
)

from .events import BodyMode


@define
class Intake:
    """One client request, gathered.

    Args:
        max_bytes: A longer body is not read; the request then has the fault `TOO_LARGE`.
        reads_unrouted: Whether requests that we do not route are read all the same.
        headers: The header fields, empty when Envoy is configured to skip them.
    """

    max_bytes: int
    reads_unrouted: bool = False
    headers: Headers = field(factory=Headers)
    _pieces: list[bytes] = field(init=False, factory=list)
    _size: int = field(init=False, default=0)

    @property
    def target(self) -> Target:
        """What the request line asks for."""
        target = target_of(self._pseudo(":method"), self.path)
        is_ours = self.reads_unrouted or not isinstance(target, Unrouted)
        return target if is_ours else Elsewhere()

    @property
    def path(self) -> str:
        """The path that the client asked for."""
        return self._pseudo(":path")

    @property
    def is_too_large(self) -> bool:
        """Whether the body is longer than allowed, or says it will be."""
        return max(self._size, self._declared_size) > self.max_bytes

    @property
    def retained_bytes(self) -> int:
        """How much of the body is being kept."""
        return self._size if self._pieces else 0

    def add(self, piece: bytes) -> None:
        """Takes the next piece of body.

        One that makes it too long is kept as well: should the request go on all the same, all of
        it must.
        """
        self._size += len(piece)
        self._pieces.append(piece)

    def is_complete_after(self, *, is_last: bool, mode: BodyMode) -> bool:
        """Whether the piece added last has completed the body.

        The end-of-stream mark is not enough: with trailers to come, a buffered body arrives
        whole and unmarked. A buffered body is one message by definition, and where none was to
        be shown at all, one that comes is buffered because we asked for it. A streamed one is
        complete when it is as long as its `content-length` says. In full duplex only the mark,
        or the trailers, end it.
        """
        match mode:
            case BodyMode.BUFFERED | BodyMode.NONE:
                return True
            case BodyMode.STREAMED | BodyMode.BUFFERED_PARTIAL:
                return is_last or self._size == self._declared_size
            case BodyMode.FULL_DUPLEX_STREAMED:
                return is_last
            case _ as never:
                assert_never(never)

    def request(self, fault: BodyFault | None = None) -> HttpRequest:
        """Returns the request with the body gathered so far."""
        method = self._pseudo(":method")
        if self.is_too_large:
            return HttpRequest(method, self.path, self.headers, fault=BodyFault.TOO_LARGE)
        return HttpRequest(method, self.path, self.headers, self.body(), fault)

    def body(self) -> bytes:
        """Returns the body gathered so far."""
        return b"".join(self._pieces)

    def release(self) -> None:
        """Lets go of the body."""
        self._pieces.clear()

    @property
    def _declared_size(self) -> int:
        value = self.headers.get("content-length") or ""
        return int(value) if value.isascii() and value.isdecimal() else -1

    def _pseudo(self, name: str) -> str:
        return self.headers.get(name) or ""
