"""How responses are worded: items with parts, and named events with numbers.

A text comes up to five times in a stream: in pieces, and then whole where it, its part, its item
and the response end. Each of them is filtered. Where a held-back end needs an event of its own,
or an event has nothing left to say, all later ones are numbered anew, because clients go by that.
"""

from typing import Final

import msgspec
from attrs import define, evolve, field, frozen

from semroute.adapters.wire.saying import Slot, UnreadableError
from semroute.adapters.wire.tree import Fields, Place, Tree, number_in, object_in, text_in
from semroute.domain.chat import Refusal
from semroute.domain.passage import Path

from . import response_refusals

_DELTA: Final = ".delta"
_DONE: Final = ".done"
_NUMBER: Final = "sequence_number"
_NOTHING: Final = b'""'
_FINAL: Final = frozenset({"response.completed", "response.incomplete", "response.failed"})
_ITEM_DONE: Final = "response.output_item.done"
_IMAGE: Final = "image_generation_call"
# Bytes of what is heard and seen, and errors, which the server words.
_WORDLESS: Final = frozenset(
    {
        "error",
        "response.audio.delta",
        "response.audio.done",
        "response.image_generation_call.partial_image",
    }
)
# Beside responses: what is said of those that are kept.
_OBJECTS: Final = frozenset({"response", "response.deleted", "list"})
_NO_TEXTS: Final = frozenset(
    {
        *("id", "type", "object", "status", "role", "phase", "name", "namespace"),
        *("item_id", "call_id", "file_id", "container_id", "approval_request_id", "server_label"),
        *("encrypted_content", "signature", "obfuscation", "logprobs"),
    }
)
# What a response repeats of its request, and what the server says about itself.
_ECHOES: Final = frozenset(
    {
        *("instructions", "tools", "tool_choice", "metadata", "prompt", "text", "user", "model"),
        *("safety_identifier", "prompt_cache_key", "prompt_cache_retention", "service_tier"),
        *("previous_response_id", "conversation", "truncation", "reasoning", "usage", "error"),
        *("incomplete_details", "billing", "moderation"),
    }
)


@frozen
class ResponsesWording:
    """Words responses."""

    def read(self, body: bytes) -> Tree:
        """Reads a response."""
        tree = Tree.read(body)
        is_known = text_in(tree.fields, "object", "") in _OBJECTS or "output" in tree.fields
        if not is_known and not tree.fields.get("error"):
            raise UnreadableError
        _add_response(tree, tree.fields, ())
        return tree

    def refused(self, refusal: Refusal, body: bytes | None) -> bytes:
        """Returns a response that refuses, which still says what it cost."""
        if body is None:
            return response_refusals.whole(refusal)
        fields = Tree.read(body).fields
        usage = fields.get("usage")
        return response_refusals.whole(_in_the_name_of(fields, refusal), usage)

    def speech(self) -> "ResponsesSpeech":
        """Returns a stream that has not begun."""
        return ResponsesSpeech()


@define
class _Numbering:
    """By how much later numbers are those of earlier events than they were."""

    next: int = 0  # the number of the event that comes, as its server counts
    shift: int = 0


@define
class ResponseEvent:
    """One event of a stream.

    Args:
        tree: Its data.
        numbering: Numbers it.
    """

    _tree: Tree
    _numbering: _Numbering

    @property
    def texts(self) -> list[Place]:
        """What it says."""
        return self._tree.texts

    @property
    def is_changed(self) -> bool:
        """Whether anything it says was replaced, or its number is another now."""
        return self._tree.is_changed or (self._is_numbered and self._numbering.shift != 0)

    @property
    def kind(self) -> str:
        """Its type."""
        return text_in(self._tree.fields, "type", "")

    def ends(self, slot: Slot) -> bool:
        """Whether it ends a text, or the item or the response that has it."""
        if self.kind in _FINAL:
            return True
        fields = self._tree.fields
        if not self.kind.endswith(_DONE) or slot.choice != number_in(fields, "output_index"):
            return False
        return self.kind == _ITEM_DONE or slot == _slot(fields, self.kind.removesuffix(_DONE))

    def encoded(self) -> bytes:
        """Returns it as it now is, with its number."""
        if self._is_numbered and self._numbering.shift:
            number = self._numbering.next + self._numbering.shift
            self._tree.changes[_NUMBER,] = msgspec.Raw(str(number).encode())
        return self._tree.encoded()

    def encoded_event(self) -> bytes | None:
        """Returns it as it now is; None if it was a piece that now says nothing."""
        said = self._tree.changes.get(("delta",))
        if said is not None and bytes(said) == _NOTHING:
            self._numbering.shift -= 1
            return None
        return self.encoded()

    @property
    def _is_numbered(self) -> bool:
        return _NUMBER in self._tree.fields


@define
class ResponsesSpeech:
    """A stream of events."""

    _numbering: _Numbering = field(init=False, factory=_Numbering)
    _items: int = field(init=False, default=0)
    _ids: dict[int, str] = field(init=False, factory=dict)  # of items, by their number
    _response: Fields = field(init=False, factory=dict)

    def read(self, data: bytes) -> ResponseEvent:
        """Reads an event."""
        tree = Tree.read(data)
        fields = tree.fields
        kind = fields.get("type")
        if not isinstance(kind, str):
            raise UnreadableError
        self._note(fields)
        if kind in _WORDLESS:
            pass
        elif kind.endswith(_DELTA):
            tree.add_piece(_slot(fields, kind.removesuffix(_DELTA)), ("delta",))
        elif "response" in fields:
            _add_response(tree, object_in(fields, "response"), ("response",))
        else:
            for name in fields:
                if name not in _NO_TEXTS:
                    _add(tree, fields, name, ())
        return ResponseEvent(tree, self._numbering)

    def sent(self) -> None:
        """Hears that the event has gone on."""
        self._numbering.next += 1

    def piece(self, slot: Slot, text: str) -> bytes:
        """Returns an event that says just this, and takes the next number for it."""
        prefix, name, index, _ = slot.path
        kind = f"{prefix}{_DELTA}"
        fields = {
            "type": kind,
            _NUMBER: self._numbering.next + self._numbering.shift,
            "item_id": self._ids.get(slot.choice, ""),
            "output_index": slot.choice,
            **({str(name): index} if name else {}),
            "delta": text,
        }
        self._numbering.shift += 1
        return b"event: " + kind.encode() + b"\ndata: " + msgspec.json.encode(fields) + b"\n\n"

    def refused(self, refusal: Refusal) -> bytes:
        """Ends the stream with an item that refuses; one that has begun is left as it is."""
        if not self._response:
            return response_refusals.stream(refusal)
        number = self._numbering.next + self._numbering.shift
        point = response_refusals.Point(number, self._items)
        return response_refusals.ending(_in_the_name_of(self._response, refusal), point)

    def _note(self, fields: Fields) -> None:
        self._response = object_in(fields, "response") or self._response
        if _NUMBER in fields:
            self._numbering.next = number_in(fields, _NUMBER)
        if "output_index" in fields:
            index = number_in(fields, "output_index")
            self._items = max(self._items, index + 1)
            known = text_in(object_in(fields, "item"), "id", text_in(fields, "item_id", ""))
            self._ids[index] = known or self._ids.get(index, "")


def _slot(fields: Fields, prefix: str) -> Slot:
    """Returns which text an event is about.

    The path is the type without its end, the field that numbers the text in its item if any has,
    that number, and what the text is.
    """
    name = next((name for name in ("content_index", "summary_index") if name in fields), "")
    number = number_in(fields, name) if name else 0
    last = "arguments" if prefix.endswith("arguments") else "text"
    return Slot(number_in(fields, "output_index"), (prefix, name, number, last))


def _add_response(tree: Tree, response: Fields, path: Path) -> None:
    for name in response:
        if name not in _ECHOES and name not in _NO_TEXTS:
            _add(tree, response, name, path)


def _add(tree: Tree, fields: Fields, name: str, path: Path) -> None:
    """Adds what stands in a field. The image in an item that is one is no text."""
    value = fields[name]
    items = value if isinstance(value, list) else [value]
    for index, item in enumerate(items):
        place = (*path, name, index) if isinstance(value, list) else (*path, name)
        is_image = isinstance(item, dict) and item.get("type") == _IMAGE
        tree.add_all(place, apart_from=_NO_TEXTS | {"result"} if is_image else _NO_TEXTS)


def _in_the_name_of(response: Fields, refusal: Refusal) -> Refusal:
    """Returns the refusal as if it came from where a response comes from, if that says where."""
    created = response.get("created_at")
    return evolve(
        refusal,
        id=text_in(response, "id", refusal.id),
        model=text_in(response, "model", refusal.model),
        created=int(created) if isinstance(created, int | float) else refusal.created,
    )
