"""The same ExtProc answers on three gRPC servers. `python -m bench.servers KIND ADDRESS`."""

import asyncio
import sys
from collections.abc import AsyncIterator
from typing import Any

import grpc.aio
import grpclib.server
import trio
from grpclib.const import Cardinality, Handler

from semroute.adapters.extproc._pb import extproc_pb2 as pb
from semroute.adapters.grpc import Server, open_listener
from semroute.domain.address import Address

from .exchange import PROCESS


def answer(request: pb.ProcessingRequest) -> pb.ProcessingResponse:
    """Answers as a router does: four headers on the request's body, nothing elsewhere."""
    response = pb.ProcessingResponse()
    kind = request.WhichOneof("request")
    part = getattr(response, str(kind))
    part.SetInParent()
    if kind == "request_body":
        part.response.clear_route_cache = True
        part.response.body_mutation.body = request.request_body.body
        for number in range(4):
            option = part.response.header_mutation.set_headers.add()
            option.append_action = 2
            option.header.key = f"x-header-{number}"
            option.header.raw_value = b"some ordinary value"
    return response


class Service:
    """Works on grpclib, on asyncio as well as on Trio."""

    async def process(self, stream: Any) -> None:
        async for message in stream:
            await stream.send_message(answer(message))

    def __mapping__(self) -> dict[str, Handler]:
        handler = Handler(
            self.process, Cardinality.STREAM_STREAM, pb.ProcessingRequest, pb.ProcessingResponse
        )
        return {PROCESS: handler}


async def on_trio(address: Address) -> None:
    async with open_listener(address) as (_, listener), trio.open_nursery() as nursery:
        await nursery.start(Server([Service()]).serve, [listener])
        print("ready", flush=True)


async def on_asyncio(address: Address) -> None:
    server = grpclib.server.Server([Service()])
    await server.start(address.host, address.port)
    print("ready", flush=True)
    await server.wait_closed()


async def on_grpcio(address: Address) -> None:
    async def process(requests: AsyncIterator[Any], _: Any) -> AsyncIterator[Any]:
        async for request in requests:
            yield answer(request)

    service, method = PROCESS.strip("/").split("/")
    handler = grpc.stream_stream_rpc_method_handler(
        process, pb.ProcessingRequest.FromString, pb.ProcessingResponse.SerializeToString
    )
    server = grpc.aio.server()
    server.add_generic_rpc_handlers(
        (grpc.method_handlers_generic_handler(service, {method: handler}),)
    )
    server.add_insecure_port(str(address))
    await server.start()
    print("ready", flush=True)
    await server.wait_for_termination()


if __name__ == "__main__":
    kind, where = sys.argv[1], Address.parse(sys.argv[2])
    match kind:
        case "semroute":
            trio.run(on_trio, where)
        case "grpclib":
            asyncio.run(on_asyncio(where))
        case "grpcio":
            asyncio.run(on_grpcio(where))
