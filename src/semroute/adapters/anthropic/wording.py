"""How messages are worded: blocks, and named events about them."""

from typing import Final

from attrs import define, evolve, field, frozen

from semroute.adapters.wire.saying import Slot, UnreadableError
from semroute.adapters.wire.tree import (
    Fields,
    Place,
    Tree,
    number_in,
    object_in,
    objects_in,
    text_in,
)
from semroute.domain.chat import Refusal
from semroute.domain.passage import Path

from . import refusals

# By the type of a delta: the field of its text, and of the block that it grows.
_PIECES: Final = {
    "text_delta": "text",
    "thinking_delta": "thinking",
    "input_json_delta": "partial_json",
}
_DELTAS: Final = {name: kind for kind, name in _PIECES.items()}
_INPUT: Final = "input"  # of a tool; in pieces it is JSON in a string, whole it is an object
_NO_TEXTS: Final = frozenset(
    {
        *("id", "type", "role", "model", "name", "tool_use_id", "file_id", "container_id"),
        *("signature", "data", "encrypted_content", "encrypted_index", "media_type", "caller"),
        *("stop_reason", "stop_sequence", "error_code", "usage", "container"),
    }
)


@frozen
class MessagesWording:
    """Words messages."""

    def read(self, body: bytes) -> Tree:
        """Reads a message."""
        tree = Tree.read(body)
        if tree.fields.get("type") == "error" or "error" in tree.fields:
            return tree
        if "content" not in tree.fields:
            raise UnreadableError
        _add_message(tree, tree.fields, ())
        return tree

    def refused(self, refusal: Refusal, body: bytes | None) -> bytes:
        """Returns a message that refuses, which still says what it cost."""
        if body is None:
            return refusals.whole(refusal)
        fields = Tree.read(body).fields
        return refusals.whole(_in_the_name_of(fields, refusal), fields.get("usage"))

    def speech(self) -> "MessagesSpeech":
        """Returns a stream that has not begun."""
        return MessagesSpeech()


@define
class MessageEvent:
    """One event of a stream.

    Args:
        tree: Its data.
        ended: The number of the block that it ends; None if it ends none.
        ends_all: Whether it ends the message.
        piece: Where a piece of a text stands in it that alone it is there for; None for nowhere.
    """

    _tree: Tree
    ended: int | None = None
    ends_all: bool = False
    piece: Path | None = None

    @property
    def texts(self) -> list[Place]:
        """What it says."""
        return self._tree.texts

    @property
    def is_changed(self) -> bool:
        """Whether anything it says was replaced."""
        return self._tree.is_changed

    def ends(self, slot: Slot) -> bool:
        """Whether it ends the block that has a text, or the message."""
        return self.ends_all or slot.choice == self.ended

    def encoded(self) -> bytes:
        """Returns it as it now is."""
        return self._tree.encoded()

    def encoded_event(self) -> bytes | None:
        """Returns it as it now is; None if it was a piece that now says nothing."""
        said = self._tree.changes.get(self.piece) if self.piece is not None else None
        return None if said is not None and bytes(said) == b'""' else self.encoded()


@define
class MessagesSpeech:
    """A stream of events."""

    _message: Fields = field(init=False, factory=dict)
    _open: dict[int, None] = field(init=False, factory=dict)  # blocks that the client knows
    _blocks: int = field(init=False, default=0)
    _read: MessageEvent | None = field(init=False, default=None)
    _begun: int | None = field(init=False, default=None)

    def read(self, data: bytes) -> MessageEvent:
        """Reads an event."""
        tree = Tree.read(data)
        self._begun = None
        self._read = self._event(tree)
        return self._read

    def sent(self) -> None:
        """Hears that the event has gone on."""
        if self._begun is not None:
            self._open[self._begun] = None
        if self._read is not None and self._read.ended is not None:
            self._open.pop(self._read.ended, None)

    def piece(self, slot: Slot, text: str) -> bytes:
        """Returns an event that says just this."""
        name = str(slot.path[-1])
        delta = {"type": _DELTAS[name], name: text}
        return refusals.event("content_block_delta", index=slot.choice, delta=delta)

    def refused(self, refusal: Refusal) -> bytes:
        """Ends the blocks that are open, and the message with one that refuses."""
        if not self._message:
            return refusals.stream(refusal)
        refusal = _in_the_name_of(self._message, refusal)
        return refusals.ending(refusal, self._open, self._blocks)

    def _event(self, tree: Tree) -> MessageEvent:
        fields = tree.fields
        match fields.get("type"):
            case "message_start":
                message = object_in(fields, "message")
                _add_message(tree, message, ("message",))
                self._message = message
                return MessageEvent(tree)
            case "content_block_start":
                index = number_in(fields, "index")
                self._begun, self._blocks = index, max(self._blocks, index + 1)
                _add_block(tree, object_in(fields, "content_block"), ("content_block",), index)
                return MessageEvent(tree)
            case "content_block_delta":
                index = number_in(fields, "index")
                return MessageEvent(tree, piece=_add_delta(tree, object_in(fields, "delta"), index))
            case "content_block_stop":
                return MessageEvent(tree, number_in(fields, "index"))
            case "message_stop" | "message_delta":
                tree.add_all(("delta",), apart_from=_NO_TEXTS)
                return MessageEvent(tree, ends_all=True)
            case str():  # an error, or nobody here has heard of it
                tree.add_all((), apart_from=_NO_TEXTS)
                return MessageEvent(tree)
            case _:
                raise UnreadableError


def _add_message(tree: Tree, message: Fields, path: Path) -> None:
    for index, block in enumerate(objects_in(message, "content")):
        _add_whole(tree, block, (*path, "content", index))
    tree.add_all((*path, "stop_details"), apart_from=_NO_TEXTS)


def _add_whole(tree: Tree, block: Fields, path: Path) -> None:
    """Adds what a block says that has all of it."""
    for name in block:
        if name == _INPUT:
            tree.add_spelled(Slot(0, (*path, "partial_json")), (*path, name))
        elif name not in _NO_TEXTS:
            tree.add_all((*path, name), apart_from=_NO_TEXTS)


def _add_block(tree: Tree, block: Fields, path: Path, index: int) -> None:
    """Adds what a block says that begins: texts that grow are pieces already."""
    for name in block:
        if name in _DELTAS:
            tree.add_piece(Slot(index, (name,)), (*path, name))
        elif name == _INPUT:
            tree.add_spelled(Slot(0, (*path, "partial_json")), (*path, name))
        elif name not in _NO_TEXTS:
            tree.add_all((*path, name), apart_from=_NO_TEXTS)


def _add_delta(tree: Tree, delta: Fields, index: int) -> Path | None:
    name = _PIECES.get(text_in(delta, "type", ""))
    if name is None:
        tree.add_all(("delta",), apart_from=_NO_TEXTS)
        return None
    tree.add_piece(Slot(index, (name,)), ("delta", name))
    return "delta", name


def _in_the_name_of(message: Fields, refusal: Refusal) -> Refusal:
    """Returns the refusal as if it came from where a message comes from, if that says where."""
    return evolve(
        refusal,
        id=text_in(message, "id", refusal.id),
        model=text_in(message, "model", refusal.model),
    )
