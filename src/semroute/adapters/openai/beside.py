"""What stands beside the words of an answer: citations, annotations, and fields nobody knows.

OpenAI has annotations in messages, Azure a context, Perplexity citations beside the choices. All
of it comes as a whole, in a stream too.
"""

from typing import Final, TypeAlias

import msgspec
from attrs import define

from semroute.adapters.wire.blobs import is_bytes, is_random
from semroute.adapters.wire.tree import Place, Tree

_Fields: TypeAlias = dict[str, msgspec.Raw]

_FIELDS: Final = msgspec.json.Decoder(_Fields)
_WORDED: Final = (b'"', b"[", b"{")
_NO_TEXTS: Final = frozenset(
    {
        *("id", "type", "object", "role", "name", "format", "file_id", "tool_call_id"),
        *("data", "b64_json", "signature", "encrypted_content", "thought_signature"),
    }
)
# So much of nothing but base64 is a picture; nobody would look for a number in it.
_FILE_CHARS: Final = 4096


@define
class Beside:
    """One field, and what it says at any depth.

    Args:
        fields: What it is a field of.
        name: Its name.
        tree: It, alone.
    """

    _fields: _Fields
    _name: str
    _tree: Tree

    @classmethod
    def read(cls, fields: _Fields, name: str) -> "Beside | None":
        """Reads a field; None if it has no words.

        Raises:
            UnreadableError: It is nested deeper than anybody should look.
        """
        if bytes(memoryview(fields[name])[:1]) not in _WORDED:
            return None
        tree = Tree.read(msgspec.json.encode({name: fields[name]}))
        tree.add_all((name,), apart_from=_NO_TEXTS)
        beside = cls(fields, name, tree)
        return beside if beside.texts else None

    @property
    def texts(self) -> list[Place]:
        """What it says."""
        return [text for text in self._tree.texts if not _is_file(text.value)]

    @property
    def is_changed(self) -> bool:
        """Whether any of its texts was replaced."""
        return self._tree.is_changed

    def settle(self) -> None:
        """Puts what it now says in its place."""
        if self.is_changed:
            self._fields[self._name] = _FIELDS.decode(self._tree.encoded())[self._name]


def _is_file(text: str) -> bool:
    is_file = is_bytes(text, _FILE_CHARS)
    return is_file and (text.startswith("data:") or is_random(text))
