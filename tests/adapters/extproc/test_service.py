"""The service over real gRPC frames, with Envoy's own definitions at the other end."""

from collections.abc import Awaitable, Callable

import grpc
import trio
from envoy_data_plane.envoy.service.ext_proc import v3 as envoy

from semroute.adapters.extproc import SERVICE_NAME, ExtProcService
from semroute.adapters.grpc import Server, open_listener
from semroute.domain.address import Address
from semroute.domain.errors import UnexpectedEventError
from semroute.domain.exchange.events import Direction, RequestHeaders
from semroute.domain.exchange.replies import HeadersReply
from semroute.domain.ports import ExchangeStream

Converse = Callable[[ExchangeStream], Awaitable[None]]

HEADERS = envoy.ProcessingRequest(request_headers=envoy.HttpHeaders())


Outcome = list[envoy.ProcessingResponse] | grpc.StatusCode


async def exchanged(converse: Converse, *messages: envoy.ProcessingRequest) -> Outcome:
    """Sends messages to a service and returns its answers, or the status it failed with."""

    def call(address: Address) -> Outcome:
        with grpc.insecure_channel(str(address)) as channel:
            process = channel.stream_stream(
                f"/{SERVICE_NAME}/Process",
                request_serializer=bytes,
                response_deserializer=envoy.ProcessingResponse.parse,
            )
            try:
                return list(process(iter(messages), timeout=5))
            except grpc.RpcError as error:
                return error.code()

    server = Server([ExtProcService(converse)])
    async with (
        open_listener(Address("127.0.0.1", 0)) as (address, listener),
        trio.open_nursery() as nursery,
    ):
        await nursery.start(server.serve, [listener])
        outcome = await trio.to_thread.run_sync(call, address)
        nursery.cancel_scope.cancel()
    return outcome


async def go_on(stream: ExchangeStream) -> None:
    while (event := await stream.receive()) is not None:
        await stream.reply(HeadersReply(event.direction))


async def test_every_message_is_answered() -> None:
    answers = await exchanged(go_on, HEADERS, HEADERS)
    assert isinstance(answers, list)
    assert len(answers) == 2
    assert all(answer.request_headers is not None for answer in answers)


async def test_a_message_left_unanswered_never_ends_a_stream_well() -> None:
    async def leave(stream: ExchangeStream) -> None:
        await stream.receive()

    assert await exchanged(leave, HEADERS) is grpc.StatusCode.INTERNAL


async def test_a_message_left_unanswered_after_an_answered_one_is_no_better() -> None:
    async def leave(stream: ExchangeStream) -> None:
        await stream.receive()
        await stream.reply(HeadersReply(Direction.REQUEST))
        await stream.receive()

    assert await exchanged(leave, HEADERS, HEADERS) is grpc.StatusCode.INTERNAL


async def test_a_conversation_may_end_when_it_owes_nothing() -> None:
    async def one(stream: ExchangeStream) -> None:
        assert isinstance(await stream.receive(), RequestHeaders)
        await stream.reply(HeadersReply(Direction.REQUEST))

    answers = await exchanged(one, HEADERS)
    assert isinstance(answers, list)
    assert len(answers) == 1


async def test_envoy_s_mistakes_are_called_that() -> None:
    async def complain(stream: ExchangeStream) -> None:
        await stream.receive()
        message = "that makes no sense"
        raise UnexpectedEventError(message)

    assert await exchanged(complain, HEADERS) is grpc.StatusCode.INVALID_ARGUMENT
    assert await exchanged(go_on, envoy.ProcessingRequest()) is grpc.StatusCode.INVALID_ARGUMENT


async def test_a_mode_we_do_not_speak_is_unimplemented() -> None:
    strange = bytes(HEADERS) + bytes([11 << 3 | 2, 2, 1 << 3, 77])  # protocol_config of mode 77
    message = envoy.ProcessingRequest.parse(strange)
    assert await exchanged(go_on, message) is grpc.StatusCode.UNIMPLEMENTED


async def test_our_own_mistakes_are_unknown_to_envoy() -> None:
    async def stumble(stream: ExchangeStream) -> None:
        await stream.receive()
        raise ZeroDivisionError

    assert await exchanged(stumble, HEADERS) is grpc.StatusCode.UNKNOWN
