"""Network addresses as values."""

import ipaddress
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import Final, Self

from attrs import frozen

_UNIX: Final = "unix:"
_HIGHEST_PORT: Final = 65535
_LONGEST_HOST: Final = 253  # RFC 1035 section 2.3.4, without the root's dot

# RFC 1123 section 2.1, and the underscores of container networks.
_HOST: Final = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)(\.(?!-)[A-Za-z0-9_-]{1,63}(?<!-))*\.?")
_NUMERIC: Final = re.compile(r"[0-9.]+")
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


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
        if text.startswith(_UNIX) and (path := PurePosixPath(text.removeprefix(_UNIX))).name:
            return cls(path=path)
        if _SCHEME.match(text):
            message = f"{text!r} has a scheme; it must be host:port alone"
            raise ValueError(message)
        host, colon, port = text.rpartition(":")
        if not colon or not (port.isascii() and port.isdecimal()) or int(port) > _HIGHEST_PORT:
            message = f"{text!r} is neither host:port nor unix:/path"
            raise ValueError(message)
        return cls(host=_host(host), port=int(port))

    @property
    def is_ip(self) -> bool:
        """Whether its host is an IP address, and not a name that stands for some."""
        return bool(self.host) and _ip(self.host) is not None

    @property
    def is_link_local(self) -> bool:
        """Whether its host is a link-local IP address."""
        address = _plain(_ip(self.host))
        return address is not None and address.is_link_local

    def overlaps(self, other: "Address") -> bool:
        """Whether two sockets that listen on these would be in each other's way."""
        if self.path is not None or other.path is not None:
            return self == other
        mine, theirs = _ip(self.host), _ip(other.host)
        is_everywhere = any(each is not None and each.is_unspecified for each in (mine, theirs))
        is_same = self.host.lower() == other.host.lower() or (mine is not None and mine == theirs)
        is_loopback = self.is_local and other.is_local and (mine is None or theirs is None)
        return 0 != self.port == other.port and (is_everywhere or is_same or is_loopback)

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach it."""
        address = _plain(_ip(self.host))
        if address is not None:
            return address.is_loopback
        return self.path is not None or self.host.lower() == "localhost"

    def sibling(self, index: int) -> "Address":
        """Returns the address of the process with this index, 0 being this one's.

        It is so many ports higher, or a socket with the index in its name. Port 0 stays 0.
        """
        if index == 0 or (self.path is None and self.port == 0):
            return self
        if self.path is None:
            return Address(self.host, self.port + index)
        return Address(path=self.path.with_stem(f"{self.path.stem}-{index}"))

    @contextmanager
    def blamed(self) -> Iterator[None]:
        """Makes every OSError in the context say that it is about this address."""
        try:
            yield
        except OSError as error:
            raise OSError(error.errno, error.strerror or str(error), str(self)) from error

    def __str__(self) -> str:
        if self.path is not None:
            return f"{_UNIX}{self.path}"
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def _host(text: str) -> str:
    is_bracketed = text.startswith("[") and text.endswith("]")
    host = text[1:-1] if is_bracketed else text
    address = _ip(host)
    if isinstance(address, ipaddress.IPv6Address) and not is_bracketed:
        message = f"{text!r} must be in brackets, as [{text}]"
        raise ValueError(message)
    is_ipv6 = isinstance(address, ipaddress.IPv6Address) and "%" not in host
    is_name = len(host) <= _LONGEST_HOST and _HOST.fullmatch(host) and not _NUMERIC.fullmatch(host)
    if is_ipv6 or (not is_bracketed and (address is not None or is_name)):
        return host
    message = f"{text!r} is neither the name nor the address of a host"
    raise ValueError(message)


def _ip(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _plain(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address | None,
) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Returns the IPv4 address that an IPv6 one may stand for."""
    mapped = getattr(address, "ipv4_mapped", None)
    return address if mapped is None else mapped
