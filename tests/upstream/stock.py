"""A stock grpclib server in a process of its own. It prints its port."""

import asyncio
import socket
import sys
from typing import Any

from grpclib.server import Server

from tests.adapters.grpc.peer import BytesCodec, Methods, echo


async def hold(_: Any) -> None:
    await asyncio.sleep(3600)


async def main() -> None:
    server = Server([Methods(echo=echo, hold=hold)], codec=BytesCodec())
    listener = socket.create_server(("127.0.0.1", 0))
    await server.start(sock=listener)
    sys.stdout.write(f"{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    await server.wait_closed()


if __name__ == "__main__":
    asyncio.run(main())
