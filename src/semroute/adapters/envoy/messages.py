"""Small pieces that several parts of the configuration are made of."""

from collections.abc import Mapping
from datetime import timedelta

from betterproto2 import Message
from envoy_data_plane.envoy.config.core import v3 as core
from envoy_data_plane.google import protobuf

from semroute.domain.address import Address


def seconds(value: float) -> timedelta:
    """Returns a duration."""
    return timedelta(seconds=value)


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


def _value(value: str | Mapping[str, str]) -> protobuf.Value:
    if isinstance(value, str):
        return protobuf.Value(string_value=value)
    return protobuf.Value(struct_value=struct(value))
