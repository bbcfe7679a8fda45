"""A streamed answer put together, as if it had not been streamed.

What is known to grow is joined: texts, the arguments of tool calls, the probabilities of tokens.
What is known to be repeated must stay the same. What nobody here has heard of may be said once,
because it could be either. A stream that breaks these rules is unreadable; nothing of it is
dropped in silence but its padding.
"""

from collections.abc import Iterable
from typing import Final

from attrs import define, field

from semroute.adapters.wire.saying import UnreadableError
from semroute.adapters.wire.strictjson import Json

from .completion import CALLS, TEXTS
from .growing import Growing

CHUNK: Final = "chat.completion.chunk"
COMPLETION: Final = "chat.completion"

# OpenAI makes chunks equally long with it, so that their sizes tell nobody what is said.
_PADDING: Final = "obfuscation"
# They differ between the chunks of some servers, and an answer that is given again has its own.
_NAMES: Final = frozenset({"id", "created"})
_PROBABILITIES: Final = frozenset({"content", "refusal"})
_GROWING_LISTS: Final = frozenset({"token_ids"})  # vLLM's
# What a whole completion calls what chunks call `delta`. One with both is something else.
_MESSAGE: Final = "message"


def assembled(chunks: Iterable[dict[str, Json]]) -> dict[str, Json]:
    """Returns the completion that chunks make. A choice that has not ended has no finish reason.

    Raises:
        UnreadableError: They cannot be put together without a loss.
    """
    whole = _Whole()
    for chunk in chunks:
        whole.take(chunk)
    return whole.document()


@define
class _Call:
    """A tool call."""

    _fields: Growing = field(init=False, factory=Growing)
    _inner: dict[str, Growing] = field(init=False, factory=dict)

    def take(self, call: dict[str, Json]) -> None:
        for name, value in call.items():
            if name == "index":
                continue
            if name in CALLS and value is not None:
                self._fields.agree(name, {})
                _take_call(self._inner.setdefault(name, Growing()), value, CALLS[name])
            elif name in ("id", "type"):
                self._fields.agree(name, value)
            else:
                self._fields.set_once(name, value)

    def whole(self) -> dict[str, Json]:
        whole = self._fields.whole()
        whole.update({name: inner.whole() for name, inner in self._inner.items()})
        return whole


@define
class _Choice:
    """One choice."""

    _fields: Growing = field(init=False, factory=Growing)
    _message: Growing = field(init=False, factory=Growing)
    _calls: dict[int, _Call] = field(init=False, factory=dict)
    _function_call: Growing | None = field(init=False, default=None)
    _probabilities: Growing | None = field(init=False, default=None)

    def take(self, choice: dict[str, Json]) -> None:
        for name, value in choice.items():
            if name == "delta":
                self._take_delta(_object(value or {}))
            elif name == "logprobs":
                self._take_probabilities(value)
            elif name in _GROWING_LISTS:
                self._fields.extend(name, value)
            elif name == _MESSAGE:
                raise UnreadableError
            elif isinstance(value, str) and name != "finish_reason":
                self._fields.set_once(name, value)  # it may be a piece of a text
            elif name != "index":
                self._fields.agree(name, value)

    def whole(self, index: int) -> dict[str, Json]:
        message = self._message.whole()
        message["role"] = message.get("role") or "assistant"
        if self._calls:
            message["tool_calls"] = [call.whole() for _, call in sorted(self._calls.items())]
        if self._function_call is not None:
            message["function_call"] = self._function_call.whole()
        whole = {"index": index, _MESSAGE: message, **self._fields.whole()}
        if self._probabilities is not None:
            whole["logprobs"] = self._probabilities.whole()
        return whole

    def _take_delta(self, delta: dict[str, Json]) -> None:
        for name, value in delta.items():
            if name in TEXTS:
                self._message.join(name, value)
            elif name == "role":
                self._message.agree(name, value)
            elif name == "tool_calls" and value:
                self._message.agree(name, None)
                for position, call in enumerate(_objects(value)):
                    number = _number(call.get("index", position))
                    self._calls.setdefault(number, _Call()).take(call)
            elif name == "function_call" and value:
                self._message.agree(name, None)
                self._function_call = self._function_call or Growing()
                _take_call(self._function_call, value, "arguments")
            else:
                self._message.set_once(name, value)

    def _take_probabilities(self, value: Json) -> None:
        self._fields.agree("logprobs", None)
        if value is None:
            return
        self._probabilities = self._probabilities or Growing()
        for name, items in _object(value).items():
            if name in _PROBABILITIES:
                self._probabilities.extend(name, items)
            else:
                self._probabilities.set_once(name, items)


@define
class _Whole:
    """All of it."""

    _fields: Growing = field(init=False, factory=Growing)
    _choices: dict[int, _Choice] = field(init=False, factory=dict)

    def take(self, chunk: dict[str, Json]) -> None:
        choices = _objects(chunk.get("choices"))
        # Azure tells what it thinks of the prompt before anything else, in no chunk of any kind.
        if chunk.get("object") != CHUNK and (choices or chunk.get("object")):
            raise UnreadableError
        for position, choice in enumerate(choices):
            number = _number(choice.get("index", position))
            self._choices.setdefault(number, _Choice()).take(choice)
        for name, value in chunk.items():
            if name in _NAMES:
                self._fields.set_first(name, value)
            elif name == "usage":
                self._fields.set_last(name, value)  # some servers count as they go
            elif name == "object":
                self._fields.set_first(name, COMPLETION)
            elif name not in ("choices", _PADDING):
                self._fields.agree(name, value)

    def document(self) -> dict[str, Json]:
        whole = self._fields.whole()
        whole["choices"] = [choice.whole(i) for i, choice in sorted(self._choices.items())]
        return whole


def _take_call(call: Growing, value: Json, text: str) -> None:
    """Takes what a chunk says of a call; `text` is the field with what it is given."""
    for name, piece in _object(value).items():
        if name == text:
            call.join(name, piece)
        else:
            call.set_once(name, piece)


def _object(value: Json) -> dict[str, Json]:
    if not isinstance(value, dict):
        raise UnreadableError
    return value


def _objects(value: Json) -> list[dict[str, Json]]:
    if not isinstance(value, list):
        raise UnreadableError
    return [_object(item) for item in value]


def _number(value: Json) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise UnreadableError
    return value
