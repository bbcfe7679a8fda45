"""Every body mode with every shape of request and answer, through a real Envoy."""

import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Final

import pytest
import trio
from attrs import evolve, frozen
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from semroute.app.settings import Settings
from semroute.domain.naming import SEALED_PATH
from tests.adapters.grpc.peer import Peer

from .gateway import Gateway, Patch, Received, found, running_gateway

pytestmark = pytest.mark.envoy

CHAT: Final = "/v1/chat/completions"
ELSEWHERE: Final = "/v1/fine_tuning/jobs"
LAW: Final = {
    "model": "auto",
    "messages": [{"role": "user", "content": "Can my landlord evict me?"}],
}
BODY: Final = json.dumps(LAW).encode()

MODES: Final = ("NONE", "BUFFERED", "BUFFERED_PARTIAL", "STREAMED", "FULL_DUPLEX_STREAMED")
DUPLEX: Final = "FULL_DUPLEX_STREAMED"


@frozen
class Cell:
    """One way to configure Envoy's ExtProc filter.

    Args:
        request: The body mode of requests.
        response: The body mode of answers.
        trailers: Whether trailers of both are sent, or skipped.
        may_override: Whether the router may ask for other body modes.
    """

    request: str
    response: str
    trailers: str = "SEND"
    may_override: bool = True

    def __str__(self) -> str:
        fixed = "" if self.may_override else "-fixed"
        return f"{self.request}-{self.response}-{self.trailers}".lower() + fixed

    def __call__(self, document: dict[str, Any]) -> None:
        """Changes a configuration of Envoy's to this."""
        (mode,) = found(document, "processing_mode")
        mode["request_body_mode"], mode["response_body_mode"] = self.request, self.response
        mode["request_trailer_mode"] = mode["response_trailer_mode"] = self.trailers
        self.filter(document)["allow_mode_override"] = self.may_override

    @staticmethod
    def filter(document: dict[str, Any]) -> dict[str, Any]:
        configs = found(document, "typed_config")
        (here,) = (config for config in configs if "processing_mode" in config)
        assert isinstance(here, dict)
        return here

    @property
    def is_valid(self) -> bool:
        """Whether Envoy starts with it: full duplex wants to be sent the trailers."""
        return self.trailers == "SEND" or DUPLEX not in (self.request, self.response)

    @property
    def sends_on_unread(self) -> bool:
        """Whether Envoy sends requests on before the router has read them, if left alone."""
        return self.request in ("NONE", "STREAMED")

    @property
    def says_it_is_fixed(self) -> bool:
        """Whether the modes tell that they cannot be changed."""
        return DUPLEX in (self.request, self.response)

    @property
    def works(self) -> bool:
        """Whether requests can be routed."""
        can_change = self.may_override and not self.says_it_is_fixed
        return can_change or not self.sends_on_unread

    def with_trailers(self) -> int:
        """The status of a request whose body is followed by trailers, and has no length.

        It comes whole but not marked as the end, which looks like the beginning of a longer one.
        """
        match self.request:
            case "STREAMED":
                return 500
            case "BUFFERED_PARTIAL":
                return 413
            case _:
                return 200

    def with_only_trailers(self) -> int:
        """The status of a request without a body. Skipped trailers leave it to the upstream."""
        if self.trailers == "SEND":
            return 400
        return 500 if self.request == "BUFFERED" else 404


OVERRIDABLE: Final = itertools.starmap(Cell, itertools.product(MODES, MODES, ("SEND", "SKIP")))
FIXED: Final = (Cell(mode, other, may_override=False) for mode in MODES for other in ("NONE", mode))
CELLS: Final = [cell for cell in dict.fromkeys((*OVERRIDABLE, *FIXED)) if cell.is_valid]


def without_body(_: Request) -> Response:
    return Response(status_code=204)


def long(_: Request) -> Response:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(8):
            yield b"x" * 50_000

    return StreamingResponse(pieces())


async def in_pieces(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), 30):
        yield body[start : start + 30]
        await trio.sleep(0.01)


@asynccontextmanager
async def http2(gateway: Gateway) -> AsyncIterator[Peer]:
    """A client that sees and sends trailers."""
    listen = gateway.envoy.listen
    async with await trio.open_tcp_stream(listen.host, listen.port) as stream:
        peer = Peer(stream)
        await peer.connect()
        yield peer


async def sent(peer: Peer, body: bytes, trailers: dict[str, str] | None = None) -> int:
    """Sends a request and reads the whole answer; returns the number of its stream."""
    head = [
        (":method", "POST"), (":scheme", "http"), (":path", CHAT), (":authority", "gateway"),
        ("content-type", "application/json"),
    ]  # fmt: skip
    call = await peer.open(headers=head)
    if body:
        await peer.send(call, body, end=trailers is None)
    if trailers is not None:
        peer.h2.send_headers(call, list(trailers.items()), end_stream=True)
        await peer.flush()
    await peer.until(lambda: peer.ended(call))
    return call


async def status_with_trailers(gateway: Gateway, body: bytes) -> int:
    async with http2(gateway) as peer:
        return int(peer.header(await sent(peer, body, {"x-checksum": "1"}), ":status") or 0)


async def assert_clean(gateway: Gateway) -> None:
    for counter in ("streams_failed", "spurious_msgs_received", "failure_mode_allowed"):
        assert await gateway.stat(f"http.gateway.ext_proc.{counter}") == 0, counter


def chats(gateway: Gateway) -> list[Received]:
    """What arrived at the model servers on our path, apart from nothing at all."""
    return [each for each in gateway.servers.received if each.path == CHAT and each.body]


@pytest.mark.parametrize("cell", [cell for cell in CELLS if cell.works], ids=str)
async def test_every_request_is_ruled_on_and_every_answer_arrives(cell: Cell) -> None:
    async with running_gateway(patch=cell) as gateway, gateway.http() as client:
        routed = [
            await client.post(CHAT, json=LAW),
            await client.post(CHAT, content=in_pieces(BODY)),
            await client.post(CHAT, json=LAW | {"stream": True}),
        ]
        listed = await client.get("/v1/models")
        elsewhere = await client.post(ELSEWHERE, content=in_pieces(b"data" * 100))
        kept = await client.post("/v1/files", content=in_pieces(b"file" * 100))
        bodyless = await client.post(CHAT)
        with_trailers = await status_with_trailers(gateway, BODY)
        only_trailers = await status_with_trailers(gateway, b"")
        ruled = chats(gateway)
        gateway.servers.answer = without_body
        nothing = await client.post(CHAT, json=LAW)
        gateway.servers.answer = long
        everything = await client.post(CHAT, json=LAW)
        await assert_clean(gateway)
    for response in routed:
        assert response.status_code == 200
        assert response.headers["x-semroute-model"] == "saul-54b"
    assert routed[-1].text.endswith("data: [DONE]\n\n")
    assert listed.json()["data"][0]["id"] == "auto"
    assert elsewhere.status_code == kept.status_code == 404
    assert bodyless.status_code == 400
    assert with_trailers == cell.with_trailers()
    assert only_trailers == cell.with_only_trailers()
    assert nothing.status_code == 204
    assert everything.content == b"x" * 400_000
    arrived = [("gpu-2", "saul-54b")] * (3 + (with_trailers == 200))
    assert [(each.endpoint, each.json["model"]) for each in ruled] == arrived
    others = [each for each in gateway.servers.received if each.path not in (CHAT, SEALED_PATH)]
    assert [each.body for each in others] == [b"data" * 100, b"file" * 100]


@pytest.mark.parametrize("cell", [cell for cell in CELLS if not cell.works], ids=str)
async def test_no_request_is_served_unread(cell: Cell) -> None:
    async with running_gateway(patch=cell) as gateway, gateway.http() as client:
        whole = await client.post(CHAT, json=LAW)
        pieces = await client.post(CHAT, content=in_pieces(BODY))
        listed = await client.get("/v1/models")
        elsewhere = await client.post(ELSEWHERE, content=in_pieces(b"data" * 100))
        await assert_clean(gateway)
    received = gateway.servers.received
    if cell.says_it_is_fixed:
        assert whole.status_code == pieces.status_code == 500
        assert whole.json()["error"]["code"] == "unread_request"
        assert received.pop().path == ELSEWHERE
        assert received == []
    # Envoy does not say that it ignores what it is asked to change. It may still be in time for
    # a body that comes with the headers; every other request ends where no model is.
    for each in received:
        expected = ("gpu-2", "saul-54b")
        assert each.path != CHAT or (each.endpoint, each.json["model"]) == expected
    assert whole.status_code in (200, 404, 500)
    assert pieces.status_code in (404, 500)
    assert listed.json()["data"][0]["id"] == "auto"
    assert elsewhere.status_code == 404


async def test_what_does_not_fit_envoys_buffer_is_refused_when_only_its_beginning_is_shown() -> (
    None
):
    cell = Cell("BUFFERED_PARTIAL", "NONE", may_override=False)
    turns = [{"role": "user", "content": "Can I be evicted? " * 1_000}] * 400
    long_request = json.dumps(LAW | {"messages": turns}).encode()

    def patch(document: dict[str, Any]) -> None:
        cell(document)
        for listener in found(document, "listeners")[0]:
            listener["per_connection_buffer_limit_bytes"] = 100_000

    async with running_gateway(patch=patch) as gateway, gateway.http() as client:
        fits = await client.post(CHAT, json=LAW)
        too_long = await client.post(CHAT, content=long_request)
        await assert_clean(gateway)
    assert fits.status_code == 200
    assert too_long.status_code == 413
    assert too_long.json()["error"]["code"] == "partial_body"
    assert [each.json["model"] for each in chats(gateway)] == ["saul-54b"]


async def test_large_bodies_pass_whole_in_full_duplex() -> None:
    answer = bytes(range(256)) * 8192  # 2 MiB
    turns = [{"role": "user", "content": "Can I be evicted? " * 1_000}] * 120
    request = LAW | {"messages": [*turns, LAW["messages"][0]]}
    async with running_gateway(patch=Cell(DUPLEX, DUPLEX)) as gateway, gateway.http() as client:
        gateway.servers.answer = lambda _: Response(answer)
        for _ in range(3):
            response = await client.post(CHAT, json=request)
            assert response.status_code == 200
            assert response.content == answer
            chosen = response.headers["x-semroute-model"]
        await assert_clean(gateway)
        await gateway.until_metric("semroute_retained_bytes 0.0")
    for received in chats(gateway):
        assert len(received.body) > 2_000_000
        assert received.json == request | {"model": chosen}


async def trailing_server(stream: trio.SocketStream) -> None:
    """Answers every request with a body and trailers, as HTTP/1.1 has them."""
    received = b""
    while data := await stream.receive_some():
        received += data
        if received.endswith((b"}", b"\r\n0\r\n\r\n")):
            received = b""
            head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntrailer: x-sum\r\n\r\n"
            await stream.send_all(head + b"5\r\nhello\r\n")
            await trio.sleep(0.02)
            await stream.send_all(b"0\r\nx-sum: 1\r\n\r\n")


def with_upstream_trailers(cell: Cell) -> Patch:
    def patch(document: dict[str, Any]) -> None:
        cell(document)
        name = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
        options = {
            "@type": f"type.googleapis.com/{name}",
            "explicit_http_config": {"http_protocol_options": {"enable_trailers": True}},
        }
        for cluster in found(document, "clusters")[0]:
            if cluster["name"] != "semroute":
                cluster["typed_extension_protocol_options"] = {name: options}
                cluster.pop("health_checks", None)

    return patch


@pytest.mark.parametrize("cell", [cell for cell in CELLS if cell.request == "BUFFERED"], ids=str)
async def test_trailers_of_answers_pass(cell: Cell) -> None:
    async with trio.open_nursery() as nursery:
        serve = partial(trio.serve_tcp, trailing_server, 0, host="127.0.0.1")
        (listener,) = await nursery.start(serve)
        port = listener.socket.getsockname()[1]

        def moved(settings: Settings) -> Settings:
            endpoints = {
                name: evolve(endpoint, address=f"127.0.0.1:{port}")
                for name, endpoint in settings.endpoints.items()
            }
            return evolve(settings, endpoints=endpoints)

        async with running_gateway(moved, with_upstream_trailers(cell)) as gateway:
            async with http2(gateway) as peer:
                call = await sent(peer, BODY)
            await assert_clean(gateway)
        nursery.cancel_scope.cancel()
    assert peer.header(call, ":status") == "200"
    assert peer.header(call, "x-semroute-model") == "saul-54b"
    assert peer.data(call) == b"hello"
    assert peer.header(call, "x-sum") == "1"


@pytest.mark.parametrize(
    ("request_mode", "response_mode"),
    [*itertools.product(("NONE", "STREAMED", "BUFFERED"), ("NONE", "STREAMED"))],
)
async def test_an_observer_changes_nothing(request_mode: str, response_mode: str) -> None:
    cell = Cell(request_mode, response_mode)

    def patch(document: dict[str, Any]) -> None:
        cell(document)
        cell.filter(document)["observability_mode"] = True

    async with (
        running_gateway(patch=patch, is_screened=False) as gateway,
        gateway.http() as client,
    ):
        response = await client.post(CHAT, json=LAW)
        broken = await client.post("/v1/files", content=b"data")
        observed = 'extproc_requests_total{request_type="request_headers",status="observed"} 2.0'
        await gateway.until_metric(observed)
        await assert_clean(gateway)
    assert response.status_code == 200
    assert "x-semroute-model" not in response.headers
    assert broken.status_code == 404
    assert [each.body for each in gateway.servers.received] == [response.request.content, b"data"]
