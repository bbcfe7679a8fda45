"""One document of an answer, a completion or a chunk of one: its texts, and how to change them.

Only what stands on the way to a text is decoded. Everything else keeps its bytes.
"""

import json
from collections.abc import Collection
from typing import Final, Self, TypeAlias

import msgspec
from attrs import define, evolve, field

from semroute.adapters.wire.saying import Slot, Spoken, UnreadableError
from semroute.domain.chat import Refusal
from semroute.domain.passage import Path

from .beside import Beside

_Fields: TypeAlias = dict[str, msgspec.Raw]

TEXTS: Final = ("content", "refusal", "reasoning_content", "reasoning")
"""What a message says in so many words."""

CALLS: Final = {"function": "arguments", "custom": "input"}
"""What a tool call may be, and the field with what the tool is given."""

_FIELDS: Final = msgspec.json.Decoder(_Fields)
_ANY_FIELDS: Final[msgspec.json.Decoder[_Fields | None]] = msgspec.json.Decoder(_Fields | None)
_ANY_LIST: Final[msgspec.json.Decoder[list[_Fields] | None]] = msgspec.json.Decoder(
    list[_Fields] | None
)
_ANY_TEXT: Final = msgspec.json.Decoder(str | None)
_NUMBER: Final = msgspec.json.Decoder(int)

_NULL: Final = msgspec.Raw(b"null")
_UNFINISHED: Final = (b"null", b'""')  # the latter from servers that fill in every field
_MESSAGES: Final = ("message", "delta")
# Where `/v1/completions` has its text: in the choice itself.
_BESIDE: Final[Path] = ("choice", "text")
_NO_TEXTS: Final = frozenset({"role", "id", "object", "type", "tool_call_id", "name"})
# Texts that some servers put deeper: what was spoken, and a reasoning in parts.
_DEEPER: Final = (("audio", ("transcript",)), ("reasoning_details", ("text", "summary")))
_TOKENS: Final = ("logprobs", "token_ids")
_HEAD: Final = ("id", "object", "created", "model", "service_tier", "system_fingerprint")
# What a server says about itself, and about what it read; and what is read otherwise.
_NO_TEXTS_AT_ALL: Final = frozenset(
    {
        *_HEAD,
        *("choices", "usage", "error", "provider", "obfuscation", "timings", "x_groq"),
        *("prompt_logprobs", "prompt_token_ids", "prompt_filter_results", "kv_transfer_params"),
    }
)
_NO_TEXTS_IN_CHOICES: Final = frozenset(
    {
        *(*_MESSAGES, *_TOKENS, "text", "index", "finish_reason", "native_finish_reason"),
        *("stop_reason", "matched_stop", "prompt_token_ids", "prompt_logprobs"),
        *("content_filter_results", "content_filter_result"),
    }
)
_NO_TEXTS_IN_MESSAGES: Final = frozenset(
    {*_NO_TEXTS, *TEXTS, *(name for name, _ in _DEEPER), "tool_calls", "function_call"}
)


@define
class Text:
    """One text of a document, or a piece of one."""

    slot: Slot
    value: str
    is_changed: bool = field(init=False, default=False)
    is_whole: bool = field(init=False, default=False)
    _fields: _Fields = field(repr=False)
    _name: str
    _choice: _Fields = field(repr=False)

    def replace(self, new: str) -> None:
        """Says something else instead."""
        if new == self.value:
            return
        self._fields[self._name] = _raw(new)
        self.is_changed = True
        for name in _TOKENS:
            if name in self._choice:
                self._choice[name] = _NULL  # they spell what has been replaced


class _Head(msgspec.Struct):
    id: str
    model: str
    created: int


@define
class Completion:
    """One document, read.

    Args:
        fields: Its fields.
    """

    _fields: _Fields
    texts: list[Spoken] = field(init=False, factory=list)
    choices: list[int] = field(init=False, factory=list)
    finished: set[int] = field(init=False, factory=set)
    # What has been taken apart: from outside inwards, what stood where.
    _nests: list[tuple[_Fields, str, _Fields | list[_Fields]]] = field(init=False, factory=list)
    _own: list[Text] = field(init=False, factory=list)
    _beside: list[Beside] = field(init=False, factory=list)

    @classmethod
    def read(cls, document: bytes) -> Self:
        """Reads a document. One that tells of an error has no texts.

        Raises:
            UnreadableError: It is nothing that this API answers.
        """
        try:
            document.decode()  # the parser skips what it need not look at
            completion = cls(_FIELDS.decode(document))
            completion._read_choices()
        except (UnicodeDecodeError, msgspec.DecodeError, RecursionError):
            raise UnreadableError from None
        return completion

    @property
    def is_changed(self) -> bool:
        """Whether any of its texts was replaced."""
        return any(each.is_changed for each in self._own) or any(
            each.is_changed for each in self._beside
        )

    @property
    def is_idle(self) -> bool:
        """Whether it says nothing at all, so that nobody would miss it."""
        document = _decoded(self.encoded())
        return (
            isinstance(document, dict)
            and not document.get("usage")
            and not self._beside
            and not any(
                choice.get("finish_reason")
                or _says_anything([choice.get(key) for key in (*_MESSAGES, "text")])
                for choice in document["choices"]
            )
        )

    def encoded(self) -> bytes:
        """Returns it as it now is."""
        for beside in self._beside:
            beside.settle()
        for parent, name, child in reversed(self._nests):
            parent[name] = _raw(child)
        return msgspec.json.encode(self._fields)

    def encoded_event(self) -> bytes | None:
        """Returns it as the data of an event; None if it says nothing any more."""
        return None if self.is_idle else self.encoded()

    def ends(self, slot: Slot) -> bool:
        """Whether a text is of a choice that has now finished."""
        return slot.choice in self.finished

    def with_only(self, slot: Slot, text: str) -> bytes:
        """Returns a chunk like this one that says just this."""
        is_beside = slot.path == _BESIDE
        said = {"text": text} if is_beside else {"delta": _delta(slot.path, text)}
        choice = {"index": slot.choice, **said, "finish_reason": None}
        return msgspec.json.encode({**self._head, "choices": [choice]})

    def in_the_name_of(self, refusal: Refusal) -> Refusal:
        """Returns the refusal as if it came from where this comes from, if this says where."""
        try:
            head = msgspec.json.decode(msgspec.json.encode(self._head), type=_Head)
        except msgspec.DecodeError:
            return refusal
        return evolve(refusal, id=head.id, model=head.model, created=head.created)

    @property
    def usage(self) -> object:
        """What it cost, in its own words; None if it does not say."""
        return _decoded(bytes(self._fields.get("usage", _NULL)))

    @property
    def _head(self) -> _Fields:
        return {name: self._fields[name] for name in _HEAD if name in self._fields}

    def _read_choices(self) -> None:
        if "choices" not in self._fields:
            if "error" in self._fields:
                return
            raise UnreadableError
        choices = self._list(self._fields, "choices")
        for position, choice in enumerate(choices):
            index = _NUMBER.decode(choice["index"]) if "index" in choice else position
            self.choices.append(index)
            if bytes(choice.get("finish_reason", _NULL)) not in _UNFINISHED:
                self.finished.add(index)
            self._read_text(choice, "text", index, _BESIDE, choice)
            for name in _MESSAGES:
                if name in choice:
                    self._read_message(self._object(choice, name), index, choice)
            self._read_beside(choice, _NO_TEXTS_IN_CHOICES)
        self._read_beside(self._fields, _NO_TEXTS_AT_ALL)

    def _read_message(self, message: _Fields, index: int, choice: _Fields) -> None:
        # A field that nobody here has heard of is read like any other.
        strings = {name for name, value in message.items() if bytes(memoryview(value)[:1]) == b'"'}
        read = [name for name in message if name in TEXTS or name in strings - _NO_TEXTS]
        for name in read:
            self._read_text(message, name, index, (name,), choice)
        for name, inners in _DEEPER:
            self._read_deeper(message, name, inners, index, choice)
        if "function_call" in message:
            call = self._object(message, "function_call")
            self._read_text(call, "arguments", index, ("function_call", "arguments"), choice)
        for position, call in enumerate(self._list(message, "tool_calls")):
            number = _NUMBER.decode(call["index"]) if "index" in call else position
            for name, inner in CALLS.items():
                path = ("tool_calls", number, name, inner)
                self._read_text(self._object(call, name), inner, index, path, choice)
        self._read_beside(message, {*_NO_TEXTS_IN_MESSAGES, *read})

    def _read_deeper(
        self, message: _Fields, name: str, inners: tuple[str, ...], index: int, choice: _Fields
    ) -> None:
        kind = bytes(memoryview(message.get(name, _NULL))[:1])
        parts = self._list(message, name) if kind == b"[" else []
        if kind == b"{":
            parts = [self._object(message, name)]
        for position, part in enumerate(parts):
            number = _NUMBER.decode(part["index"]) if "index" in part else position
            for inner in inners:
                path = (name, inner) if kind == b"{" else (name, number, inner)
                self._read_text(part, inner, index, path, choice)

    def _read_text(
        self, fields: _Fields, name: str, index: int, path: Path, choice: _Fields
    ) -> None:
        text = _ANY_TEXT.decode(fields[name]) if name in fields else None
        if text:
            own = Text(Slot(index, path), text, fields, name, choice)
            self.texts.append(own)
            self._own.append(own)

    def _read_beside(self, fields: _Fields, names: Collection[str]) -> None:
        for name in [name for name in fields if name not in names]:
            beside = Beside.read(fields, name)
            if beside is not None:
                self.texts += beside.texts
                self._beside.append(beside)

    def _object(self, parent: _Fields, name: str) -> _Fields:
        child = _ANY_FIELDS.decode(parent[name]) if name in parent else None
        if child is None:
            return {}
        self._nests.append((parent, name, child))
        return child

    def _list(self, parent: _Fields, name: str) -> list[_Fields]:
        child = _ANY_LIST.decode(parent[name]) if name in parent else None
        if child is None:
            return []
        self._nests.append((parent, name, child))
        return child


def _raw(value: object) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(value))


def _decoded(value: bytes) -> object:
    """Returns a value that nobody has looked at yet; None also for one that nobody can read."""
    try:
        decoded: object = json.loads(value)
    except (ValueError, RecursionError):
        return None
    return decoded


def _says_anything(value: object) -> bool:
    """Whether there is anything in a value but empty texts, and the number of a tool call."""
    if isinstance(value, dict):
        return any(_says_anything(child) for key, child in value.items() if key != "index")
    if isinstance(value, list):
        return any(map(_says_anything, value))
    return value is not None and value != ""


def _delta(path: Path, text: str) -> object:
    match path:
        case ("tool_calls", number, name, inner):
            return {"tool_calls": [{"index": number, name: {inner: text}}]}
        case (str(outer), int(number), name):
            return {outer: [{"index": number, name: text}]}
        case (str(outer), name):
            return {outer: {name: text}}
        case _:
            return {path[0]: text}
