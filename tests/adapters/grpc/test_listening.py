"""Real sockets, and the official gRPC client at the other end."""

import stat
from pathlib import Path, PurePosixPath
from typing import Any

import grpc
import pytest
import trio
from grpclib.health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse

from semroute.adapters.grpc import Health, Server, open_listener
from semroute.domain.address import Address

SERVING, NOT_SERVING = HealthCheckResponse.SERVING, HealthCheckResponse.NOT_SERVING
UNKNOWN = HealthCheckResponse.SERVICE_UNKNOWN
NAME = "semantic_router"


def checked(channel: grpc.Channel, name: str) -> Any:
    check = channel.unary_unary(
        "/grpc.health.v1.Health/Check",
        request_serializer=HealthCheckRequest.SerializeToString,
        response_deserializer=HealthCheckResponse.FromString,
    )
    return check(HealthCheckRequest(service=name), timeout=5).status


def watched(channel: grpc.Channel, name: str) -> Any:
    watch = channel.unary_stream(
        "/grpc.health.v1.Health/Watch",
        request_serializer=HealthCheckRequest.SerializeToString,
        response_deserializer=HealthCheckResponse.FromString,
    )
    return watch(HealthCheckRequest(service=name), timeout=5)


@pytest.fixture
def health() -> Health:
    return Health(("", NAME))


@pytest.mark.parametrize("kind", ["tcp", "unix"])
async def test_the_official_client_can_ask_after_our_health(
    health: Health, nursery: trio.Nursery, tmp_path: Path, kind: str
) -> None:
    where = (
        Address("127.0.0.1", 0) if kind == "tcp" else Address(path=PurePosixPath(tmp_path / "s"))
    )
    server = Server([health])
    async with open_listener(where) as (address, listener):
        await nursery.start(server.serve, [listener])
        with grpc.insecure_channel(str(address)) as channel:
            call = trio.to_thread.run_sync
            assert await call(checked, channel, "") == NOT_SERVING
            assert await call(checked, channel, NAME) == NOT_SERVING
            health.set_serving(is_serving=True)
            assert await call(checked, channel, NAME) == SERVING
            with pytest.raises(grpc.RpcError) as caught:
                await call(checked, channel, "nobody")
            assert caught.value.code() is grpc.StatusCode.NOT_FOUND
        server.shut_down()


async def test_a_watcher_hears_of_every_change(
    health: Health, nursery: trio.Nursery, tmp_path: Path
) -> None:
    server = Server([health])
    where = Address(path=PurePosixPath(tmp_path / "s"))
    async with open_listener(where) as (address, listener):
        await nursery.start(server.serve, [listener])
        with grpc.insecure_channel(str(address)) as channel:
            news, silence = watched(channel, NAME), watched(channel, "nobody")

            async def next_from(stream: Any) -> Any:
                return (await trio.to_thread.run_sync(next, stream)).status

            assert await next_from(news) == NOT_SERVING
            assert await next_from(silence) == UNKNOWN
            health.set_serving(is_serving=True)
            assert await next_from(news) == SERVING
            health.set_serving(is_serving=True)  # no news
            health.set_serving(is_serving=False)
            assert await next_from(news) == NOT_SERVING
            assert silence.is_active()
            news.cancel()
            silence.cancel()
        server.shut_down()


async def test_a_unix_socket_is_private_and_goes_away(tmp_path: Path) -> None:
    path = tmp_path / "s"
    async with open_listener(Address(path=PurePosixPath(path))):
        mode = path.stat().st_mode
        assert stat.S_ISSOCK(mode)
        assert stat.S_IMODE(mode) == 0o600
    assert not path.exists()


async def test_a_socket_that_nobody_answers_is_replaced(tmp_path: Path) -> None:
    where = Address(path=PurePosixPath(tmp_path / "s"))
    dead = trio.socket.socket(trio.socket.AF_UNIX)
    await dead.bind(str(where.path))
    dead.close()
    async with open_listener(where), await trio.open_unix_socket(str(where.path)):
        pass


async def test_a_socket_in_use_is_left_alone(tmp_path: Path) -> None:
    where = Address(path=PurePosixPath(tmp_path / "s"))
    async with open_listener(where):
        with pytest.raises(OSError, match="in use"):
            async with open_listener(where):
                pass
        async with await trio.open_unix_socket(str(where.path)):
            pass


async def test_a_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "s"
    path.write_text("precious")
    with pytest.raises(OSError, match="in use"):
        async with open_listener(Address(path=PurePosixPath(path))):
            pass
    assert path.read_text() == "precious"


async def test_a_port_in_use_is_an_error() -> None:
    async with open_listener(Address("127.0.0.1", 0)) as (address, _):
        with pytest.raises(OSError, match="in use"):
            async with open_listener(address):
                pass


async def test_a_name_with_two_addresses_gets_one_port() -> None:
    async with open_listener(Address("localhost", 0)) as (address, _):
        assert address.port
        await (await trio.open_tcp_stream(address.host, address.port)).aclose()
