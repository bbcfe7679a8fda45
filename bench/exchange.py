"""One ExtProc exchange of four messages, as bytes; and a client that has it many times over."""

import asyncio
import time
from collections.abc import Sequence
from functools import cache
from typing import Any

import grpc.aio

from semroute.adapters.extproc import SERVICE_NAME
from semroute.adapters.extproc._pb import extproc_pb2 as pb

PROCESS = f"/{SERVICE_NAME}/Process"


def head(**fields: str) -> pb.HttpHeaders:
    headers = [
        pb.HeaderValue(key=name.replace("_", "-"), raw_value=value.encode())
        for name, value in fields.items()
    ]
    return pb.HttpHeaders(headers=pb.HeaderMap(headers=headers))


@cache
def messages(body: bytes) -> tuple[bytes, ...]:
    """Returns what Envoy says about one request with this body, and its answer."""
    padding = {f"x_header_{number}": "some ordinary value" for number in range(10)}
    request = head(
        **{":method": "POST", ":path": "/v1/chat/completions", ":authority": "gateway"}, **padding
    )
    response = head(**{":status": "200"}, content_type="application/json", **padding)
    modes = pb.ProtocolConfiguration(request_body_mode=2, response_body_mode=1)
    answer = b'{"usage": {"prompt_tokens": 9, "completion_tokens": 9}}'.ljust(2000)
    return tuple(
        message.SerializeToString()
        for message in (
            pb.ProcessingRequest(request_headers=request, protocol_config=modes),
            pb.ProcessingRequest(request_body=pb.HttpBody(body=body, end_of_stream=True)),
            pb.ProcessingRequest(response_headers=response),
            pb.ProcessingRequest(response_body=pb.HttpBody(body=answer, end_of_stream=True)),
        )
    )


async def have_exchanges(
    address: str, exchange: Sequence[bytes], *, at_once: int, seconds: float
) -> list[float]:
    """Has exchanges, `at_once` of them at any time, and returns how long each took."""
    durations: list[float] = []
    async with grpc.aio.insecure_channel(address) as channel:
        process: Any = channel.stream_stream(PROCESS)
        end = time.perf_counter() + seconds

        async def one_after_the_other() -> None:
            while (start := time.perf_counter()) < end:
                call = process()
                for message in exchange:
                    await call.write(message)
                    assert await call.read() is not grpc.aio.EOF
                await call.done_writing()
                while await call.read() is not grpc.aio.EOF:
                    pass
                durations.append(time.perf_counter() - start)

        await asyncio.gather(*(one_after_the_other() for _ in range(at_once)))
    return durations
