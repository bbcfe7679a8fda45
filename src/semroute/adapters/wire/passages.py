"""Every text in a request that a model may read, and everything it may read that is no text.

The whole document is walked, so a field that nobody here has heard of is read like any other.
That makes it fit for the bodies of `/v1/completions`, `/v1/embeddings`, `/v1/responses` and
Anthropic's `/v1/messages` too. Order is that of the document.
"""

import re
from typing import Final, cast

from attrs import define, evolve, field, frozen

from semroute.domain.errors import InvalidRequestError
from semroute.domain.passage import Origin, Passage, Path

from .strictjson import Json
from .vocabulary import (
    BINARY_FIELDS,
    FIELD_NAMES,
    ID_FIELDS,
    MEDIA_FIELDS,
    OPAQUE_FIELDS,
    OPAQUE_PARTS,
    SEALED_FIELDS,
    TEXT_FIELDS,
    TOKEN_FIELDS,
    WORDS,
    is_field_name,
    is_id,
    may_be_sealed,
)

# Each costs about 1 microsecond here and more later. A body of real text has a few thousand.
MAX_PASSAGES: Final = 100_000

# A shorter number is no card, no account and nobody's social security number.
_LONG_NUMBER: Final = 10**8

# In a field that is not known to be text, this much of nothing but base64 is somebody's file.
_FILE_CHARS: Final = 4096
_BYTES_CHARS: Final = 64  # where a file is expected, this is enough
# Words can be written in base64's letters too, with dashes for blanks. They are nearly all small
# letters, or all capitals; of random bytes less than half are, and every sixth is a digit.
_BLOCK_CHARS: Final = 256
_MOST_OF_A_CASE: Final = 0.65
_LEAST_DIGITS: Final = 0.03
_SMALL: Final = b"abcdefghijklmnopqrstuvwxyz"
_DIGITS: Final = b"0123456789"
_BASE64: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=\r\n"
_DATA_URL: Final = re.compile(r"data:[\w.+/;=-]{0,100};base64,", re.IGNORECASE | re.ASCII)

# To look a member up takes longer than anything else that is done with a value.
_SEED: Final = ("seed",)
_USER: Final = Origin.USER
_ASSISTANT: Final = Origin.ASSISTANT
_TOOL: Final = Origin.TOOL

_ORIGINS: Final = {
    "system": Origin.SYSTEM,
    "developer": Origin.SYSTEM,
    "assistant": Origin.ASSISTANT,
    "tool": Origin.TOOL,
    "function": Origin.TOOL,
}
_TOP: Final = {
    "system": Origin.SYSTEM,
    "instructions": Origin.SYSTEM,
    "messages": Origin.USER,
    "input": Origin.USER,
    "prompt": Origin.USER,
    "suffix": Origin.USER,
}
_TURNS: Final = frozenset({"messages", "input", "prompt"})
_RESULTS: Final = ("tool_result", "_output")  # what the types of such parts end in
_CALLS: Final = ("_call", "tool_use", "reasoning")
_READABLE_SOURCES: Final = frozenset({"text", "content"})


@frozen
class Reading:
    """What a model may read in a request.

    Args:
        passages: The texts.
        opaque: Where something stands that is no text.
    """

    passages: tuple[Passage, ...]
    opaque: tuple[Path, ...]


def passages_of(document: dict[str, Json]) -> Reading:
    """Returns what a model may read in a document that has been read strictly.

    Raises:
        InvalidRequestError: It has more texts than anybody could look at; the client's fault.
    """
    walk = _Walk()
    for key, value in document.items():
        origin = _TOP.get(key, Origin.DEFINITION)
        walk.name(key, (key,), origin)
        if key == "model" and isinstance(value, str):
            continue  # the router reads it, and sends on only a name it knows
        if key in _TURNS and isinstance(value, list):
            walk.turns(value, key)
        else:
            walk.value(value, key, (key,), origin)
    return Reading(tuple(walk.passages), tuple(walk.opaque))


@define
class _Walk:
    """One walk through a document; what has been found so far.

    It is written for speed, because it visits every value: most values are settled without a
    call, and a path is spelled only where something is found or where it goes deeper.
    """

    passages: list[Passage] = field(factory=list)
    opaque: list[Path] = field(factory=list)

    def turns(self, turns: list[Json], key: str) -> None:
        """Walks through a conversation, in which each turn says whose it is.

        A turn, or all of them, may be numbers of tokens, which only the model can read.
        """
        if _has_tokens(turns):
            self.opaque.append((key,))
            if not _kinds(turns) & _TELLING:
                return
        for index, turn in enumerate(turns):
            path = (key, index)
            if isinstance(turn, list) and _has_tokens(turn):
                self.opaque.append(path)
            self.value(turn, key, path, _origin_of_turn(turn))

    def value(
        self, value: Json, key: str, path: Path, origin: Origin, *, is_binary: bool = False
    ) -> None:
        """Walks through a value; `key` is the field it stands in, however deep in lists."""
        if isinstance(value, str):
            self._string(value, key, path, origin, is_binary=is_binary)
        elif isinstance(value, dict):
            self._object(value, path, origin, is_binary=is_binary)
        elif isinstance(value, list):
            self._list(value, key, path, origin, is_binary=is_binary)
        elif isinstance(value, int | float) and abs(value) >= _LONG_NUMBER and path != _SEED:
            self._add(Passage(path, origin, str(int(value)), is_editable=False))

    def name(self, key: str, path: Path, origin: Origin) -> None:
        """Adds the name of a field, if it may tell the model anything."""
        if key and not is_field_name(key):
            self._add(Passage(path, origin, key, is_editable=False))

    def _object(
        self, value: dict[str, Json], path: Path, origin: Origin, *, is_binary: bool
    ) -> None:
        kind = value.get("type")
        if isinstance(kind, str) and path[0] in _TOP:
            if kind.endswith(_RESULTS):
                origin = _TOOL
            is_media = kind in OPAQUE_PARTS and not (kind == "document" and is_readable(value))
            # Some servers look for these fields and not at the type.
            if is_media or not MEDIA_FIELDS.isdisjoint(value):
                if not is_binary:
                    self.opaque.append(path)
                is_binary = True
        for key, child in value.items():
            if key not in FIELD_NAMES:
                self.name(key, (*path, key), origin)
            if not child or (key in WORDS and isinstance(child, str) and child in WORDS[key]):
                continue
            if key in TEXT_FIELDS and isinstance(child, str):
                self._add(Passage((*path, key), origin, child))
            else:
                self.value(child, key, (*path, key), origin, is_binary=is_binary)
            if key in SEALED_FIELDS:
                self._seal((*path, key), kind)

    def _seal(self, path: Path, kind: Json) -> None:
        """Notes that the text that was just found must stay as it is, if it stands there."""
        last = self.passages[-1] if self.passages else None
        if last is None or last.path != path or not may_be_sealed(str(path[-1]), kind):
            return
        is_sealed = _is_bytes(last.text, _BYTES_CHARS) and _is_random(last.text)
        self.passages[-1] = evolve(last, is_editable=False, is_sealed=is_sealed)

    def _list(
        self, value: list[Json], key: str, path: Path, origin: Origin, *, is_binary: bool
    ) -> None:
        kinds = _kinds(value)
        if key in TOKEN_FIELDS and _has_tokens(value):
            self.opaque.append(path)
        if not kinds & _TELLING and not _has_long_number(value, kinds):
            return  # a walk through a million numbers would take as long as reading them
        for index, child in enumerate(value):
            if child:
                self.value(child, key, (*path, index), origin, is_binary=is_binary)

    def _string(self, text: str, key: str, path: Path, origin: Origin, *, is_binary: bool) -> None:
        if not text or (key in WORDS and text in WORDS[key]):
            return
        if key not in TEXT_FIELDS:
            if key in ID_FIELDS and is_id(text):
                return
            if is_binary and key in BINARY_FIELDS and _is_bytes(text, _BYTES_CHARS):
                return  # its part is opaque already
            least = _BYTES_CHARS if key in OPAQUE_FIELDS else _FILE_CHARS
            if _is_bytes(text, least) and _is_random(text):
                self.opaque.append(path)
                return
        self._add(Passage(path, origin, text))

    def _add(self, passage: Passage) -> None:
        if len(self.passages) >= MAX_PASSAGES:
            message = "The body has too many texts."
            raise InvalidRequestError(message)
        self.passages.append(passage)


_TELLING: Final = frozenset({str, dict, list})
_NUMBERS: Final = frozenset({int, float})
_TOKENS: Final = frozenset({int, float, bool})


def _kinds(values: list[Json]) -> set[type]:
    return set(map(type, values))


def _has_tokens(values: list[Json]) -> bool:
    """Whether there are numbers; a lenient server takes 1.0 and true for tokens, too."""
    return not _kinds(values).isdisjoint(_TOKENS)


def _has_long_number(values: list[Json], kinds: set[type]) -> bool:
    """Looks for one in a list that has no strings, lists or objects."""
    if not kinds & _NUMBERS:
        return False
    rest = list(filter(None, values)) if type(None) in kinds else values
    numbers = cast("list[float]", rest)
    return max(numbers, default=0) >= _LONG_NUMBER or min(numbers, default=0) <= -_LONG_NUMBER


def _origin_of_turn(turn: Json) -> Origin:
    if not isinstance(turn, dict):
        return _USER
    role, kind = turn.get("role"), turn.get("type")
    if isinstance(role, str):
        return _ORIGINS.get(role, _USER)
    if isinstance(kind, str) and kind.endswith(_CALLS):
        return _ASSISTANT
    return _USER


def is_readable(document: dict[str, Json]) -> bool:
    """Returns whether a part that is a document brings its text along as text."""
    source = document.get("source")
    kind = source.get("type") if isinstance(source, dict) else None
    return isinstance(kind, str) and kind in _READABLE_SOURCES


def _is_bytes(text: str, min_chars: int) -> bool:
    return (len(text) >= min_chars and _is_base64(text)) or _is_data_url(text)


def _is_random(text: str) -> bool:
    """Whether all of a text in base64's letters, or a data URL, looks like bytes."""
    start = _DATA_URL.match(text)
    data = text[start.end() if start else 0 :].encode()
    blocks = [data[at : at + _BLOCK_CHARS] for at in range(0, len(data), _BLOCK_CHARS)]
    return len(data) >= _BYTES_CHARS and all(map(_is_random_block, (*blocks, data[-_BLOCK_CHARS:])))


def _is_random_block(block: bytes) -> bool:
    size = len(block)
    if size < _BYTES_CHARS:
        return True  # the end; it is looked at again together with what stands before it
    small = size - len(block.translate(None, _SMALL))
    capitals = size - len(block.translate(None, _SMALL.upper()))
    digits = size - len(block.translate(None, _DIGITS))
    return max(small, capitals) <= _MOST_OF_A_CASE * size and digits >= _LEAST_DIGITS * size


def _is_data_url(text: str) -> bool:
    if text[4:5] != ":":
        return False
    start = _DATA_URL.match(text)
    return start is not None and _is_base64(text[start.end() :])


def _is_base64(text: str) -> bool:
    # Ten times as fast as a regular expression, and images have megabytes.
    return text.isascii() and not text.encode().translate(None, _BASE64)
