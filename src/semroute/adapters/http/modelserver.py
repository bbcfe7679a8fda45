"""A model server without a model: OpenAI's chat API over real HTTP, for demonstrations and tests.

It says who it is and counts words for tokens. Answers come whole or as server-sent events.
"""

import json
from collections.abc import AsyncIterator
from typing import Any, Final

import trio
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

SERVED_BY: Final = "x-served-by"

_CHUNK_SECONDS: Final = 0.01


def model_server(name: str) -> Starlette:
    """Returns a server that calls itself `name`.

    It serves `/health` and `/v1/chat/completions`; every answer carries its name in the header
    `x-served-by`.
    """

    async def health(_: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def complete(request: Request) -> Response:
        body = await request.json()
        words = _words(body, name)
        usage = _usage(body, words)
        headers = {SERVED_BY: name}
        if not body.get("stream"):
            return JSONResponse(_completion(body, " ".join(words), usage), headers=headers)
        includes_usage = bool((body.get("stream_options") or {}).get("include_usage"))
        events = _events(body, words, usage if includes_usage else None)
        return StreamingResponse(events, media_type="text/event-stream", headers=headers)

    return Starlette(
        routes=[
            Route("/health", health),
            Route("/v1/chat/completions", complete, methods=["POST"]),
        ]
    )


def _words(body: dict[str, Any], name: str) -> list[str]:
    turns = len(body["messages"])
    plural = "message" if turns == 1 else "messages"
    return f"This is {body['model']}, running on {name}. I have read {turns} {plural}.".split()


def _usage(body: dict[str, Any], words: list[str]) -> dict[str, int]:
    prompt = len(json.dumps(body["messages"]).split())
    return {
        "prompt_tokens": prompt,
        "completion_tokens": len(words),
        "total_tokens": prompt + len(words),
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
    body: dict[str, Any], words: list[str], usage: dict[str, int] | None
) -> AsyncIterator[bytes]:
    deltas: list[dict[str, str]] = [{"role": "assistant", "content": ""}]
    deltas += [{"content": word if index == 0 else f" {word}"} for index, word in enumerate(words)]
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
