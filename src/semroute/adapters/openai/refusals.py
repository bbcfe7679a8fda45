"""The answers of a model that refuses, as OpenAI's own models word them.

A refusal is a completion like any other, with its reason where the content would be. So every
client can read it, which is not true of an error in the middle of a stream.
"""

import json
from collections.abc import Iterable
from typing import Final, TypeAlias

from semroute.domain.chat import Refusal

_Fields: TypeAlias = dict[str, object]

_FINISHED: Final = "content_filter"
_NO_USAGE: Final[_Fields] = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}

DONE: Final = b"data: [DONE]\n\n"
"""What ends every stream."""


def completion(refusal: Refusal, choices: Iterable[int], usage: object = None) -> bytes:
    """Returns a whole completion.

    Args:
        refusal: What is said.
        choices: The numbers of the choices that say it.
        usage: What it cost, as OpenAI's `usage`; None for nothing.
    """
    message = {"role": "assistant", "content": None, "refusal": refusal.message}
    document = _document(
        refusal,
        "chat.completion",
        [
            {"index": index, "message": message, "logprobs": None, "finish_reason": _FINISHED}
            for index in choices
        ],
    )
    return json.dumps(document | {"usage": usage or _NO_USAGE}).encode()


def stream(refusal: Refusal, choices: Iterable[int], *, with_usage: bool) -> bytes:
    """Returns a whole stream, from its first chunk to `[DONE]`.

    Args:
        refusal: What is said.
        choices: The numbers of the choices that say it.
        with_usage: Whether the client asked to hear what it cost.
    """
    numbers = tuple(choices)
    usage = _chunk(refusal, [], _NO_USAGE) if with_usage else b""
    return opening(refusal, numbers) + ending(refusal, numbers) + usage + DONE


def opening(refusal: Refusal, choices: Iterable[int]) -> bytes:
    """Returns the chunks that begin choices."""
    return b"".join(
        _chunk(refusal, [_choice(index, {"role": "assistant", "content": None})])
        for index in choices
    )


def ending(refusal: Refusal, choices: Iterable[int]) -> bytes:
    """Returns the chunks that end choices which have begun."""
    return b"".join(
        _chunk(refusal, [_choice(index, {"refusal": refusal.message})])
        + _chunk(refusal, [_choice(index, {}, _FINISHED)])
        for index in choices
    )


def _choice(index: int, delta: _Fields, finish_reason: str | None = None) -> _Fields:
    return {"index": index, "delta": delta, "logprobs": None, "finish_reason": finish_reason}


def _chunk(refusal: Refusal, choices: list[_Fields], usage: _Fields | None = None) -> bytes:
    document = _document(refusal, "chat.completion.chunk", choices)
    if usage is not None:
        document |= {"usage": usage}
    return b"data: " + json.dumps(document).encode() + b"\n\n"


def _document(refusal: Refusal, kind: str, choices: list[_Fields]) -> _Fields:
    return {
        "id": refusal.id,
        "object": kind,
        "created": refusal.created,
        "model": refusal.model,
        "choices": choices,
    }
