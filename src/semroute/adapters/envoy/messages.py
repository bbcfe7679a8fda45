"""Small pieces that several parts of the configuration are made of."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from betterproto2 import Casing, Message
from envoy_data_plane.envoy.config.core import v3 as core
from envoy_data_plane.google import protobuf

from semroute.domain.address import Address


def seconds(value: float) -> timedelta:
    """Returns a duration."""
    return timedelta(seconds=value)


def document_of(message: Message) -> dict[str, Any]:
    """Returns a message as the JSON object that Envoy reads."""
    document: dict[str, Any] = _explicit(message.to_dict(casing=Casing.SNAKE))
    return document


def packed(message: Message) -> protobuf.Any:
    """Returns a message with its type beside it, as extensions are configured."""
    return protobuf.Any.pack(message)


def struct(fields: Mapping[str, str | Mapping[str, str]]) -> protobuf.Struct:
    """Returns a JSON object of strings, one level deep at most."""
    return protobuf.Struct(fields={name: _value(value) for name, value in fields.items()})


def envoy_address(address: Address) -> core.Address:
    """Returns an address in Envoy's words."""
    if address.path is not None:
        return core.Address(pipe=core.Pipe(path=str(address.path)))
    return core.Address(
        socket_address=core.SocketAddress(address=address.host, port_value=address.port)
    )


def _explicit(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Writes out the defaults that a reader of the configuration must not have to know."""
    if isinstance(value, list):
        return [_explicit(item) for item in value]
    if not isinstance(value, dict):
        return value
    written = {key: _explicit(item) for key, item in value.items()}
    if "processing_mode" in written:
        written.setdefault("failure_mode_allow", False)
        written["processing_mode"].setdefault("response_body_mode", "NONE")
    return written


def _value(value: str | Mapping[str, str]) -> protobuf.Value:
    if isinstance(value, str):
        return protobuf.Value(string_value=value)
    return protobuf.Value(struct_value=struct(value))
