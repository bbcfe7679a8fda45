"""Requests sent by the clients that the makers of the APIs give out."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import anthropic
import openai
import trio
from attrs import frozen

from .journeys import Journey


@frozen
class Heard:
    """What a client hears.

    Args:
        status: The status.
        headers: The headers.
        model: The model that says it answers; None if none does.
        code: The code of the error; None if there is none.
    """

    status: int
    headers: Mapping[str, str]
    model: str | None = None
    code: str | None = None


async def ask(url: str, journey: Journey) -> Heard:
    """Sends a request, in a thread, and returns what the client hears."""
    send = _by_anthropic if journey.api == "messages" else _by_openai
    return await trio.to_thread.run_sync(send, url, journey)


def _by_openai(url: str, journey: Journey) -> Heard:
    with openai.OpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0, timeout=60) as client:
        services: dict[str, Callable[..., Any]] = {
            "chat": client.chat.completions.with_raw_response.create,
            "completions": client.completions.with_raw_response.create,
            "embeddings": client.embeddings.with_raw_response.create,
            "responses": client.responses.with_raw_response.create,
        }
        try:
            return _heard(services[journey.api](**_arguments(services[journey.api], journey)))
        except openai.APIStatusError as error:
            return Heard(error.status_code, error.response.headers, code=error.code)


def _by_anthropic(url: str, journey: Journey) -> Heard:
    with anthropic.Anthropic(base_url=url, api_key="none", max_retries=0, timeout=60) as client:
        create: Callable[..., Any] = client.messages.with_raw_response.create
        try:
            return _heard(create(**_arguments(create, journey)))
        except anthropic.APIStatusError as error:
            return Heard(error.status_code, error.response.headers)


def _arguments(create: Callable[..., Any], journey: Journey) -> dict[str, Any]:
    """Returns a body as a client takes it: what it has no name for goes in beside."""
    known = inspect.signature(create).parameters
    named = {name: value for name, value in journey.sent.items() if name in known}
    beside = {name: value for name, value in journey.sent.items() if name not in known}
    return {**named, "extra_body": beside or None, "extra_headers": journey.headers}


def _heard(raw: Any) -> Heard:
    answer = raw.parse()
    return Heard(raw.status_code, raw.headers, answer.model)
