"""A model server without a model: the APIs of models over real HTTP, for demonstrations and tests.

It says who it is and counts words for tokens. Answers come whole or as server-sent events. The
only thing it remembers is the responses it gave.
"""

import json
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import Any, Final

import trio
from attrs import define, field
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from semroute.domain.http import OK

from . import modelapis
from .modelapis import length_of, pieces_of

SERVED_BY: Final = "x-served-by"

_CHUNK_SECONDS: Final = 0.01
_BAD_REQUEST: Final = 400
_NOT_FOUND: Final = 404


def model_server(name: str) -> Starlette:
    """Returns a server that calls itself `name`.

    It serves `/health`, OpenAI's chat completions, completions, embeddings and responses, and
    Anthropic's messages; every answer carries its name in the header `x-served-by`.
    """
    server = _Server(name)
    services: dict[str, Callable[[Request], Awaitable[Response]]] = {
        "chat/completions": server.chat,
        "completions": server.complete,
        "embeddings": server.embed,
        "responses": server.respond,
        "messages": server.converse,
        "messages/count_tokens": server.count,
    }
    kept = Route("/v1/responses/{known}", server.recall, methods=["GET"])
    posted = [Route(f"/v1/{path}", serve, methods=["POST"]) for path, serve in services.items()]
    return Starlette(routes=[Route("/health", _health), kept, *posted])


@define(eq=False)
class _Server:
    """Serves each API in a method of its own."""

    name: str
    _given: dict[str, dict[str, Any]] = field(init=False, factory=dict)  # its responses, by id

    async def chat(self, request: Request) -> Response:
        body = await request.json()
        pieces = pieces_of(body["model"], self.name, len(body["messages"]), "message")
        usage = _usage(length_of(body["messages"]), pieces)
        if not body.get("stream"):
            return self._whole(_completion(body, "".join(pieces), usage))
        return self._streamed(_events(body, pieces, usage if _includes_usage(body) else None))

    async def complete(self, request: Request) -> Response:
        body = await request.json()
        pieces = pieces_of(body["model"], self.name, 1, "prompt")
        usage = _usage(length_of(body.get("prompt")), pieces)
        if not body.get("stream"):
            return self._whole(modelapis.completion(body, "".join(pieces), usage))
        *first, last = pieces
        chunks = [modelapis.completion(body, piece, {}, None) for piece in first]
        chunks.append(modelapis.completion(body, last, {}))
        if _includes_usage(body):
            chunks.append(modelapis.completion(body, "", usage) | {"choices": []})
        events = [f"data: {json.dumps(chunk)}\n\n".encode() for chunk in chunks]
        return self._streamed(_paced([*events, b"data: [DONE]\n\n"]))

    async def embed(self, request: Request) -> Response:
        return self._whole(modelapis.embeddings(await request.json()))

    async def respond(self, request: Request) -> Response:
        body = await request.json()
        previous = body.get("previous_response_id")
        if previous is not None and previous not in self._given:
            return self._whole(modelapis.unknown_response(), _BAD_REQUEST)
        known = f"resp_{secrets.token_hex(12)}"
        items = body.get("input")
        count = len(items) if isinstance(items, list) else 1
        pieces = pieces_of(body["model"], self.name, count, "item")
        self._given[known] = modelapis.response(body, known, pieces)
        if body.get("stream"):
            return self._streamed(_paced(modelapis.response_events(body, known, pieces)))
        return self._whole(self._given[known])

    async def recall(self, request: Request) -> Response:
        given = self._given.get(request.path_params["known"])
        if given is None:
            return self._whole(modelapis.unknown_response(), _NOT_FOUND)
        return self._whole(given)

    async def converse(self, request: Request) -> Response:
        body = await request.json()
        pieces = pieces_of(body["model"], self.name, len(body["messages"]), "message")
        if body.get("stream"):
            return self._streamed(_paced(modelapis.message_events(body, pieces)))
        return self._whole(modelapis.message(body, pieces))

    async def count(self, request: Request) -> Response:
        body = await request.json()
        return self._whole({"input_tokens": length_of(body["messages"])})

    def _whole(self, document: dict[str, Any], status: int = OK) -> Response:
        return JSONResponse(document, status, {SERVED_BY: self.name})

    def _streamed(self, events: AsyncIterator[bytes]) -> Response:
        headers = {SERVED_BY: self.name}
        return StreamingResponse(events, media_type="text/event-stream", headers=headers)


async def _health(_: Request) -> Response:
    return PlainTextResponse("ok\n")


async def _paced(events: Iterable[bytes]) -> AsyncIterator[bytes]:
    for event in events:
        yield event
        await trio.sleep(_CHUNK_SECONDS)


def _includes_usage(body: dict[str, Any]) -> bool:
    return bool((body.get("stream_options") or {}).get("include_usage"))


def _usage(read: int, pieces: list[str]) -> dict[str, int]:
    return {
        "prompt_tokens": read,
        "completion_tokens": len(pieces),
        "total_tokens": read + len(pieces),
    }


def _completion(body: dict[str, Any], text: str, usage: dict[str, int]) -> dict[str, Any]:
    message = {"role": "assistant", "content": text, "refusal": None}
    return {
        "id": "chatcmpl-0",
        "object": "chat.completion",
        "created": 0,
        "model": body["model"],
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
        "usage": usage,
    }


async def _events(
    body: dict[str, Any], pieces: list[str], usage: dict[str, int] | None
) -> AsyncIterator[bytes]:
    deltas: list[dict[str, str]] = [{"role": "assistant", "content": ""}]
    deltas += [{"content": piece} for piece in pieces]
    for delta in deltas:
        yield _event(body, [{"index": 0, "delta": delta, "finish_reason": None}])
        await trio.sleep(_CHUNK_SECONDS)
    yield _event(body, [{"index": 0, "delta": {}, "finish_reason": "stop"}])
    if usage is not None:
        yield _event(body, [], usage)
    yield b"data: [DONE]\n\n"


def _event(
    body: dict[str, Any], choices: list[dict[str, Any]], usage: dict[str, int] | None = None
) -> bytes:
    chunk = {
        "id": "chatcmpl-0",
        "object": "chat.completion.chunk",
        "created": 0,
        "model": body["model"],
        "choices": choices,
    } | ({"usage": usage} if usage else {})
    return f"data: {json.dumps(chunk)}\n\n".encode()
