"""Network addresses as values."""

import ipaddress
from pathlib import PurePosixPath
from typing import Final, Self

from attrs import frozen

_UNIX: Final = "unix:"
_HIGHEST_PORT: Final = 65535


@frozen
class Address:
    """A TCP host and port, or the path of a Unix socket.

    Exactly one of `path` and `host` is set. Port 0 lets the system choose.
    """

    host: str = ""
    port: int = 0
    path: PurePosixPath | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads `127.0.0.1:50051`, `[::1]:50051`, `localhost:0` or `unix:/run/semroute.sock`.

        Raises:
            ValueError: The text is none of these; the operator's fault.
        """
        if text.startswith(_UNIX) and len(text) > len(_UNIX):
            return cls(path=PurePosixPath(text.removeprefix(_UNIX)))
        host, colon, port = text.rpartition(":")
        if not colon or not host or not port.isdecimal() or int(port) > _HIGHEST_PORT:
            message = f"{text!r} is neither host:port nor unix:/path"
            raise ValueError(message)
        return cls(host=host.removeprefix("[").removesuffix("]"), port=int(port))

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach it."""
        if self.path is not None or self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    def __str__(self) -> str:
        if self.path is not None:
            return f"{_UNIX}{self.path}"
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"
