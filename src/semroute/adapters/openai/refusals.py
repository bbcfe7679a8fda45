"""The answers of a model that refuses, as OpenAI's own models word them.

A refusal is a completion like any other, with its reason where the content would be. So every
client can read it, which is not true of an error in the middle of a stream.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeAlias

from attrs import frozen

from semroute.domain.chat import Refusal

_Fields: TypeAlias = dict[str, object]

_FINISHED: Final = "content_filter"
_NO_USAGE: Final[_Fields] = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}

DONE: Final = b"data: [DONE]\n\n"
"""What ends every stream."""


@frozen
class Refusals:
    """How one API words refusals.

    Args:
        whole: What a completion calls itself.
        chunk: What a chunk of a stream calls itself.
        choice: A choice of a completion that says this.
        openings: The choices of the chunks that begin a choice.
        endings: Those of the chunks that say this and end it.
    """

    whole: str
    chunk: str
    choice: Callable[[str], _Fields]
    openings: Sequence[_Fields]
    endings: Callable[[str], Sequence[_Fields]]

    def completion(self, refusal: Refusal, choices: Iterable[int], usage: object = None) -> bytes:
        """Returns a whole completion.

        Args:
            refusal: What is said.
            choices: The numbers of the choices that say it.
            usage: What it cost, as OpenAI's `usage`; None for nothing.
        """
        said = [
            {"index": index, **self.choice(refusal.message), **_end(_FINISHED)} for index in choices
        ]
        document = _document(refusal, self.whole, said)
        return json.dumps(document | {"usage": usage or _NO_USAGE}).encode()

    def stream(self, refusal: Refusal, choices: Iterable[int], *, with_usage: bool) -> bytes:
        """Returns a whole stream, from its first chunk to `[DONE]`.

        Args:
            refusal: What is said.
            choices: The numbers of the choices that say it.
            with_usage: Whether the client asked to hear what it cost.
        """
        numbers = tuple(choices)
        usage = self._chunk(refusal, [], _NO_USAGE) if with_usage else b""
        return self.opening(refusal, numbers) + self.ending(refusal, numbers) + usage + DONE

    def opening(self, refusal: Refusal, choices: Iterable[int]) -> bytes:
        """Returns the chunks that begin choices."""
        return b"".join(
            self._chunk(refusal, [{"index": index, **each, **_end()}])
            for index in choices
            for each in self.openings
        )

    def ending(self, refusal: Refusal, choices: Iterable[int]) -> bytes:
        """Returns the chunks that end choices which have begun."""
        return b"".join(
            self._chunk(refusal, [{"index": index, **_end(), **each}])
            for index in choices
            for each in self.endings(refusal.message)
        )

    def _chunk(
        self, refusal: Refusal, choices: list[_Fields], usage: _Fields | None = None
    ) -> bytes:
        document = _document(refusal, self.chunk, choices)
        if usage is not None:
            document |= {"usage": usage}
        return b"data: " + json.dumps(document).encode() + b"\n\n"


def _end(reason: str | None = None) -> _Fields:
    return {"logprobs": None, "finish_reason": reason}


def _document(refusal: Refusal, kind: str, choices: list[_Fields]) -> _Fields:
    return {
        "id": refusal.id,
        "object": kind,
        "created": refusal.created,
        "model": refusal.model,
        "choices": choices,
    }


def _message(text: str) -> _Fields:
    return {"message": {"role": "assistant", "content": None, "refusal": text}}


def _deltas(text: str) -> Sequence[_Fields]:
    return {"delta": {"refusal": text}}, {"delta": {}, "finish_reason": _FINISHED}


def _text(text: str) -> _Fields:
    return {"text": text}


def _texts(text: str) -> Sequence[_Fields]:
    return ({"text": text, "finish_reason": _FINISHED},)


CHAT: Final = Refusals(
    "chat.completion",
    "chat.completion.chunk",
    _message,
    ({"delta": {"role": "assistant", "content": None}},),
    _deltas,
)
"""Those of `/v1/chat/completions`, which have a field of their own."""

TEXT: Final = Refusals("text_completion", "text_completion", _text, (), _texts)
"""Those of `/v1/completions`, which knows no other field than the text."""
