"""Every defect, on stock grpclib and on us. One that stock grpclib has mended fails here too."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
import trio

from semroute.adapters.grpc import Server, open_listener
from semroute.domain.address import Address
from tests.adapters.grpc.peer import BytesCodec, Methods, echo
from tests.adapters.grpc.wire import Speech, hold

from .conversation import heard
from .defects import DEFECTS, Defect


@pytest.fixture(scope="module")
def stock_port() -> Iterator[int]:
    command = [sys.executable, "-W", "ignore", "-m", "tests.upstream.stock"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as child:
        try:
            assert child.stdout is not None
            yield int(child.stdout.readline())
        finally:
            child.kill()


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name)
async def test_stock_grpclib_still_has_it(defect: Defect, stock_port: int) -> None:
    async with await trio.open_tcp_stream("127.0.0.1", stock_port) as stream:
        assert await heard(stream, defect.says(Speech())) == defect.stock


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name)
async def test_we_do_not(defect: Defect) -> None:
    server = Server([Methods(echo=echo, hold=hold)], codec=BytesCodec())
    async with (
        open_listener(Address("127.0.0.1", 0)) as (address, listener),
        trio.open_nursery() as nursery,
    ):
        await nursery.start(server.serve, [listener])
        async with await trio.open_tcp_stream(address.host, address.port) as stream:
            assert await heard(stream, defect.says(Speech())) == defect.ours
        nursery.cancel_scope.cancel()
