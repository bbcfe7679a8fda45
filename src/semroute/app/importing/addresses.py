"""Where their servers are, as host:port."""

from typing import Final
from urllib.parse import SplitResult, urlsplit

from attrs import frozen

from semroute.domain.address import Address

_TLS: Final = "https"
_PORTS: Final = {_TLS: 443, "http": 80}

# Our paths are those of the client's request, so a base path can only be the one that all have.
_USUAL_PATHS: Final = ("", "/", "/v1", "/v1/")


@frozen
class Located:
    """A server.

    Args:
        address: Its host:port.
        tls: Whether to speak TLS to it.
        path: A path before all others that is not the usual one; empty if there is none.
        has_login: Whether a user or a password stood before the host.
    """

    address: str
    tls: bool
    path: str = ""
    has_login: bool = False


def located(text: str, protocol: str = "http") -> Located | None:
    """Reads `host`, `host:port` or a URL; None if it is none of these.

    Args:
        text: What was written. Variables of the environment in it stay as they are.
        protocol: What is spoken if it is no URL: `http` or `https`.
    """
    if "${" in text and "://" not in text:
        return Located(text, tls=protocol == _TLS)
    try:
        parts = urlsplit(text if "://" in text else f"{protocol}://{text}")
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return None
    if parts.hostname is None or port is None:
        return None
    address = f"[{parts.hostname}]:{port}" if ":" in parts.hostname else f"{parts.hostname}:{port}"
    return _checked(parts, address)


def _checked(parts: SplitResult, address: str) -> Located | None:
    if "$" not in address:
        try:
            Address.parse(address)
        except ValueError:
            return None
    return Located(
        address,
        tls=parts.scheme == _TLS,
        path="" if parts.path in _USUAL_PATHS else parts.path,
        has_login=parts.username is not None,
    )
