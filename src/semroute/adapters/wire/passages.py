"""Every text in a request that a model may read, and everything it may read that is no text.

The whole document is walked, so a field that nobody here has heard of is read like any other.
That makes it fit for the bodies of `/v1/completions`, `/v1/embeddings`, `/v1/responses` and
Anthropic's `/v1/messages` too. Order is that of the document.

Where in the request something stands says three things about it: whose words it is; whether it
is part of a text that a model reads on and on, or a field beside it; and whether the words of
the protocol are its own there. Those are left out only where an API has them. What tools are
called with, schemas, metadata and fields nobody knows have none: whatever stands there is text.
"""

import re
from enum import Enum, auto
from typing import Final, NamedTuple, cast

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
    "model": Origin.ASSISTANT,
    "tool": Origin.TOOL,
    "function": Origin.TOOL,
}
_TOP: Final = {
    "system": Origin.SYSTEM,
    "instructions": Origin.SYSTEM,
    "systemInstruction": Origin.SYSTEM,
    "system_instruction": Origin.SYSTEM,
    "messages": Origin.USER,
    "contents": Origin.USER,
    "input": Origin.USER,
    "prompt": Origin.USER,
    "suffix": Origin.USER,
}
_GIVEN: Final = "documents"  # what some servers put into their templates
_TURNS: Final = frozenset({"messages", "contents", "input", "prompt"})
# What is read on after what. A server of one API does not read the fields of another.
_STRANDS: Final = {
    "system": "messages",
    "messages": "messages",
    "instructions": "input",
    "input": "input",
    "prompt": "prompt",
    "suffix": "prompt",
    "systemInstruction": "contents",
    "system_instruction": "contents",
    "contents": "contents",
}
_THOUGHT: Final = "thought"
_REFUSAL: Final = "refusal"
_OUTPUT: Final = "_output"
_RESULTS: Final = ("tool_result", _OUTPUT, "list_tools")  # what the types of such parts end in
_DOCUMENTS: Final = ("document", "search_result")
_CALL: Final = "_call"
_PREVIOUS: Final = "previous_response_id"
_CALLS: Final = (_CALL, "tool_use", "reasoning")
_RETURNED: Final = frozenset({"output", "outputs", "results", "result", "error"})
"""Fields of a call that have what came back from it."""
_RETURNS: Final = frozenset(
    {
        *("toolResult", "document", "searchResult"),  # Bedrock's
        *("functionResponse", "function_response", "codeExecutionResult", "code_execution_result"),
    }
)
"""Fields that a part has instead of a type, if it is what a tool returned."""
_READABLE_SOURCES: Final = frozenset({"text", "content"})
_TEXT_KINDS: Final = frozenset({None, "text", "input_text", "output_text"})
_THOUGHT_KINDS: Final = frozenset({"summary_text", "reasoning_text"})
_BESIDE: Final = {
    "summary": _THOUGHT,
    "refusal": _REFUSAL,
    "thinking": _THOUGHT,
    "reasoning": _THOUGHT,
    "reasoning_content": _THOUGHT,
}
"""Fields of turns and parts that are a text beside the text, which not all models read."""


class _Level(Enum):
    """What a value is to the API."""

    __hash__ = object.__hash__  # Enum's own is written in Python, and half of the walk

    CONTENT = auto()  # a text, or parts of one
    TURN = auto()  # a message or an item
    PART = auto()  # a part of a message
    HOLDER = auto()  # an object of the API's that has an id
    FIELDS = auto()  # an object of the API's that has none
    SCHEMA = auto()
    VALUES = auto()  # anything, in which nobody but the model knows what is what


_WITH_IDS: Final = frozenset({_Level.TURN, _Level.PART, _Level.HOLDER})
_SPEAKING: Final = frozenset({_Level.TURN, _Level.PART})
_API: Final = _WITH_IDS | {_Level.CONTENT, _Level.FIELDS}
_CONTENT: Final = _Level.CONTENT
_VALUES: Final = _Level.VALUES
_IN_ANY: Final[dict[str, _Level]] = {
    **dict.fromkeys(("arguments", "input", "args", "metadata", "citations"), _VALUES),
    **dict.fromkeys(("action", "response", "json", "variables"), _VALUES),
    **dict.fromkeys(("parameters", "input_schema", "inputSchema", "schema"), _Level.SCHEMA),
}
_INSIDE: Final[dict[_Level, dict[str, _Level]]] = {
    _CONTENT: {},
    _Level.TURN: {
        **_IN_ANY,
        **dict.fromkeys(("content", "parts", *_RETURNED), _CONTENT),
        **dict.fromkeys(("tool_calls", "function_call", "audio"), _Level.HOLDER),
    },
    _Level.PART: {
        **_IN_ANY,
        **dict.fromkeys(("content", "parts"), _CONTENT),
        **dict.fromkeys(("file", "source", "toolUse", "functionCall"), _Level.HOLDER),
        **dict.fromkeys(_RETURNS, _Level.PART),
    },
    _Level.HOLDER: {**_IN_ANY, "content": _CONTENT},
    _Level.FIELDS: _IN_ANY,
    _Level.SCHEMA: dict.fromkeys(("enum", "const", "default", "examples", "example"), _VALUES),
}
_AT_TOP: Final = {
    **_IN_ANY,
    **dict.fromkeys(_TOP, _CONTENT),
    "conversation": _Level.HOLDER,
}
# Fields of the API's whose words are somebody's all the same.
_WORDED: Final = TEXT_FIELDS | {"filename", "data", "user", "stop", "stop_sequences"}


class _Where(NamedTuple):
    """Where a value stands: whose it is, what it is, and with what it is read on and on."""

    origin: Origin
    level: _Level
    strand: str = ""
    is_binary: bool = False


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
        origin = _TOP.get(key, _TOOL if key == _GIVEN else Origin.DEFINITION)
        walk.name(key, (key,), origin)
        if key == "model" and isinstance(value, str):
            continue  # the router reads it, and sends on only a name it knows
        strand = _STRANDS.get(key, "")
        if key == _PREVIOUS and isinstance(value, str):
            walk.id(value, (key,), origin)
        elif key in _TURNS and isinstance(value, list):
            walk.turns(value, key, strand)
        else:
            level = _AT_TOP.get(key) or (_Level.FIELDS if key in FIELD_NAMES else _VALUES)
            walk.value(value, key, (key,), _Where(origin, level, strand))
    return Reading(tuple(walk.passages), tuple(walk.opaque))


@define
class _Walk:
    """One walk through a document; what has been found so far.

    It is written for speed, because it visits every value: most values are settled without a
    call, and a path is spelled only where something is found or where it goes deeper.
    """

    passages: list[Passage] = field(factory=list)
    opaque: list[Path] = field(factory=list)

    def turns(self, turns: list[Json], key: str, strand: str) -> None:
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
            level = _Level.TURN if isinstance(turn, dict) else _CONTENT
            self.value(turn, key, path, _Where(_origin_of_turn(turn), level, strand))

    def value(self, value: Json, key: str, path: Path, where: _Where) -> None:
        """Walks through a value; `key` is the field it stands in, however deep in lists."""
        if isinstance(value, str):
            self._string(value, key, path, where)
        elif isinstance(value, dict):
            if where.level is _CONTENT:
                where = _Where(where.origin, _Level.PART, where.strand, where.is_binary)
            self._object(value, path, where)
        elif isinstance(value, list):
            self._list(value, key, path, where)
        elif isinstance(value, int | float) and abs(value) >= _LONG_NUMBER and path != _SEED:
            self._add(Passage(path, where.origin, str(int(value)), is_editable=False))

    def name(self, key: str, path: Path, origin: Origin) -> None:
        """Adds the name of a field, if it may tell the model anything."""
        if key and not is_field_name(key):
            self._add(Passage(path, origin, key, is_editable=False))

    def id(self, text: str, path: Path, origin: Origin) -> None:
        """Adds an id if it is not only that. Others go by it, so it cannot be overwritten."""
        if not is_id(text):
            self._add(Passage(path, origin, text, is_editable=False, is_structural=True))

    def _object(self, value: dict[str, Json], path: Path, where: _Where) -> None:
        kind = value.get("type")
        if isinstance(kind, str) and path[0] in _TOP:
            where = self._as_kind(kind, value, path, where)
        words = WORDS if where.level in _API else _NO_WORDS
        has_ids = where.level in _WITH_IDS
        is_free = where.level is _VALUES
        is_part = where.level is _Level.PART
        for key, child in value.items():
            if key not in FIELD_NAMES:
                self.name(key, (*path, key), where.origin)
            if not child or (key in words and isinstance(child, str) and child in words[key]):
                continue
            if has_ids and key in ID_FIELDS and isinstance(child, str):
                self.id(child, (*path, key), where.origin)
                continue
            if is_part and key == "text" and isinstance(child, str):
                strand = _strand_of_text(kind, where.strand)
                self._add(Passage((*path, key), where.origin, child, strand=strand))
                continue
            inner = where if is_free else _within(where, key, kind)
            self.value(child, key, (*path, key), inner)
            if key in SEALED_FIELDS:
                self._seal((*path, key), kind)

    def _seal(self, path: Path, kind: Json) -> None:
        """Notes that the text that was just found must stay as it is, if it stands there."""
        last = self.passages[-1] if self.passages else None
        if last is None or last.path != path or not may_be_sealed(str(path[-1]), kind):
            return
        is_sealed = _is_bytes(last.text, _BYTES_CHARS) and _is_random(last.text)
        self.passages[-1] = evolve(last, is_editable=False, is_sealed=is_sealed)

    def _as_kind(self, kind: str, value: dict[str, Json], path: Path, where: _Where) -> _Where:
        if kind.endswith(_RESULTS) or (kind in _DOCUMENTS and where.level is _Level.PART):
            where = where._replace(origin=_TOOL)
        is_media = kind in OPAQUE_PARTS and not (kind == "document" and is_readable(value))
        # Some servers look for these fields and not at the type.
        if is_media or not MEDIA_FIELDS.isdisjoint(value):
            if not where.is_binary:
                self.opaque.append(path)
            where = where._replace(is_binary=True)
        return where

    def _list(self, value: list[Json], key: str, path: Path, where: _Where) -> None:
        kinds = _kinds(value)
        if key in TOKEN_FIELDS and _has_tokens(value):
            self.opaque.append(path)
        if not kinds & _TELLING and not _has_long_number(value, kinds):
            return  # a walk through a million numbers would take as long as reading them
        for index, child in enumerate(value):
            if child:
                self.value(child, key, (*path, index), where)

    def _string(self, text: str, key: str, path: Path, where: _Where) -> None:
        level = where.level
        is_api = level in _API
        has_words = is_api or (level is _Level.SCHEMA and key == "type")
        if not text or (has_words and key in WORDS and text in WORDS[key]):
            return
        is_content = level is _CONTENT
        if key not in TEXT_FIELDS and not is_content:
            if where.is_binary and key in BINARY_FIELDS and _is_bytes(text, _BYTES_CHARS):
                return  # its part is opaque already
            least = _BYTES_CHARS if key in OPAQUE_FIELDS else _FILE_CHARS
            if _is_bytes(text, least) and _is_random(text):
                self.opaque.append(path)
                return
        self._add(
            Passage(
                path,
                where.origin,
                text,
                strand=where.strand if is_content else "",
                is_structural=is_api and not is_content and key not in _WORDED,
            )
        )

    def _add(self, passage: Passage) -> None:
        if len(self.passages) >= MAX_PASSAGES:
            message = "The body has too many texts."
            raise InvalidRequestError(message)
        self.passages.append(passage)


_NO_WORDS: Final[dict[str, frozenset[str]]] = {}


def _within(where: _Where, key: str, kind: Json) -> _Where:
    """Returns where the value of a field stands, in an object that is not just any.

    Args:
        where: Where the object stands.
        key: The field.
        kind: The type of the object, if it says one.
    """
    level, strand = where.level, where.strand
    inner = _INSIDE[level].get(key)
    if level is _Level.SCHEMA:
        return where if inner is None else where._replace(level=inner)
    if level in _SPEAKING and key in _BESIDE:
        inner, strand = _CONTENT, _BESIDE[key]
    elif level is _Level.PART and key == "text":
        inner, strand = _CONTENT, _strand_of_text(kind, strand)
    elif level is _Level.HOLDER and key == "data" and kind == "text":
        inner = _CONTENT
    elif inner is None:
        inner = _Level.FIELDS if key in FIELD_NAMES else _VALUES
    elif inner is _CONTENT and not _is_said(level, key, kind, strand):
        strand = f"{strand}/{key}"
    origin = _TOOL if _is_returned(level, key, kind) else where.origin
    return _Where(origin, inner, strand, where.is_binary)


def _is_returned(level: _Level, key: str, kind: Json) -> bool:
    if level is _Level.TURN:
        # Whoever searched says in the same field for what, and what was there.
        is_search = key == "action" and kind == "web_search_call"
        return is_search or (key in _RETURNED and _ends(kind, _CALL))
    return level is _Level.PART and key in _RETURNS


def _is_said(level: _Level, key: str, kind: Json, strand: str) -> bool:
    """Whether a field that may have content is where its API has what is said."""
    if level is not _Level.TURN:
        return kind is None or _ends(kind, _RESULTS) or kind in _DOCUMENTS
    match key:
        case "content":
            return (kind is None or kind == "message") and strand != "contents"
        case "parts":
            return strand == "contents"
        case "output":
            return _ends(kind, (_OUTPUT, _CALL))
        case _:
            return _ends(kind, _CALL)


def _ends(kind: Json, ends: str | tuple[str, ...]) -> bool:
    return isinstance(kind, str) and kind.endswith(ends)


def _strand_of_text(kind: Json, strand: str) -> str:
    """Returns what the text of a part is read on and on with; some parts have no business to."""
    if not isinstance(kind, str | None):
        return f"{strand}/text"
    if kind in _THOUGHT_KINDS:
        return _THOUGHT
    return strand if kind in _TEXT_KINDS else f"{strand}/text"


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
