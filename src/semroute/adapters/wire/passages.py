"""Every text in a request that a model may read, and everything it may read that is no text.

The whole document is walked, so a field that nobody here has heard of is read like any other.
That makes it fit for the bodies of `/v1/completions`, `/v1/embeddings`, `/v1/responses` and
Anthropic's `/v1/messages` too. Order is that of the document.

Where in the request something stands says three things about it: whose words it is; whether it
is part of a text that a model reads on and on, or a field beside it; and whether the words of
the protocol are its own there. Those are left out only where an API has them. What tools are
called with, schemas, metadata and fields nobody knows have none: whatever stands there is text.
"""

from typing import Final, cast

from attrs import define, evolve, field, frozen

from semroute.domain.errors import InvalidRequestError
from semroute.domain.passage import Origin, Passage, Path

from .blobs import BYTES_CHARS, is_bytes, is_random
from .media import NAMED_MEDIA, is_media, is_readable
from .places import (
    API,
    AT_TOP,
    CONTENT,
    DOCUMENTS,
    GIVEN,
    PREVIOUS,
    RESULTS,
    STRANDS,
    TOOL,
    TOP,
    TURNS,
    VALUES,
    WITH_IDS,
    WORDED,
    Level,
    Where,
    origin_of_turn,
)
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
    is_id,
    is_token_number,
    may_be_sealed,
)

# Each costs about 1 microsecond here and more later. A body of real text has a few thousand.
MAX_PASSAGES: Final = 100_000

# A shorter number is no card, no account and nobody's social security number.
_LONG_NUMBER: Final = 10**8

# In a field that is not known to be text, this much of nothing but base64 is somebody's file.
_FILE_CHARS: Final = 4096

_SEED: Final = ("seed",)

# Ollama has a list of them beside a prompt, or beside the content of a turn.
_IMAGES: Final = "images"
_OF_ALL: Final = len(("images", 0))
_OF_TURN: Final = len(("messages", 0, "images", 0))


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
        origin = TOP.get(key, TOOL if key == GIVEN else Origin.DEFINITION)
        if key not in FIELD_NAMES:
            walk.name(key, (key,), origin)
        if key == "model" and isinstance(value, str):
            continue  # the router reads it, and sends on only a name it knows
        if not value or value is True:
            continue
        strand = STRANDS.get(key, "")
        if key == PREVIOUS and isinstance(value, str):
            walk.id(value, (key,), origin)
        elif key in TURNS and isinstance(value, list):
            walk.turns(value, key, strand)
        else:
            level = AT_TOP.get(key) or (Level.FIELDS if key in FIELD_NAMES else VALUES)
            walk.value(value, key, (key,), Where(origin, level, strand))
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
        places: dict[tuple[Origin, bool], Where] = {}
        for index, turn in enumerate(turns):
            path = (key, index)
            is_object = isinstance(turn, dict)
            if not is_object and isinstance(turn, list) and _has_tokens(turn):
                self.opaque.append(path)
            origin = origin_of_turn(turn)
            where = places.get((origin, is_object))
            if where is None:
                where = Where(origin, Level.TURN if is_object else CONTENT, strand)
                places[origin, is_object] = where
            self.value(turn, key, path, where)

    def value(self, value: Json, key: str, path: Path, where: Where) -> None:
        """Walks through a value; `key` is the field it stands in, however deep in lists."""
        if isinstance(value, str):
            self._string(value, key, path, where)
        elif isinstance(value, dict):
            self._object(value, path, where)
        elif isinstance(value, list):
            self._list(value, key, path, where)
        elif isinstance(value, int | float) and abs(value) >= _LONG_NUMBER and path != _SEED:
            self._add(Passage(path, where.origin, str(int(value)), is_editable=False))

    def name(self, key: str, path: Path, origin: Origin) -> None:
        """Adds the name of a field that is no word of an API, if it may tell the model anything."""
        if key and not is_token_number(key):
            self._add(Passage(path, origin, key, is_editable=False))

    def id(self, text: str, path: Path, origin: Origin) -> None:
        """Adds an id if it is not only that. Others go by it, so it cannot be overwritten."""
        if not is_id(text):
            self._add(Passage(path, origin, text, is_editable=False, is_structural=True))

    def _object(self, value: dict[str, Json], path: Path, where: Where) -> None:
        said = value.get("type")
        kind = said if isinstance(said, str | None) else ""
        where = self._entered(said, value, path, where)
        words = _WORDS_AT[where.level]
        has_ids = where.level in WITH_IDS
        is_part = where.level is Level.PART
        for key, child in value.items():
            if key not in FIELD_NAMES:
                self.name(key, (*path, key), where.origin)
            if not child:
                continue
            if isinstance(child, str):
                if key in words and child in words[key]:
                    continue
                if has_ids and key in ID_FIELDS:
                    self.id(child, (*path, key), where.origin)
                else:
                    self._string(child, key, (*path, key), where.inside(key, kind))
            elif child is not True:
                inner = where.inside(key, kind)
                if (
                    is_part
                    and key in NAMED_MEDIA
                    and isinstance(child, dict)
                    and is_media(key, child)
                ):
                    inner = self._as_media((*path, key), inner)
                self.value(child, key, (*path, key), inner)
            if key in SEALED_FIELDS:
                self._seal((*path, key), kind)

    def _entered(self, kind: Json, value: dict[str, Json], path: Path, where: Where) -> Where:
        """Returns where an object stands, by what it is itself."""
        if where.level is CONTENT:
            where = where.part()
        if not isinstance(kind, str) or path[0] not in TOP:
            return where
        if kind.endswith(RESULTS) or (kind in DOCUMENTS and where.level is Level.PART):
            where = where.returned()
        is_opaque = kind in OPAQUE_PARTS and not (kind == "document" and is_readable(value))
        # Some servers look for these fields and not at the type.
        if is_opaque or not MEDIA_FIELDS.isdisjoint(value):
            where = self._as_media(path, where)
        return where

    def _seal(self, path: Path, kind: Json) -> None:
        """Notes that the text that was just found must stay as it is, if it stands there."""
        last = self.passages[-1] if self.passages else None
        if last is None or last.path != path or not may_be_sealed(str(path[-1]), kind):
            return
        is_sealed = is_bytes(last.text, BYTES_CHARS) and is_random(last.text)
        self.passages[-1] = evolve(last, is_editable=False, is_sealed=is_sealed)

    def _as_media(self, path: Path, where: Where) -> Where:
        if not where.is_binary:
            self.opaque.append(path)
        return where.binary()

    def _list(self, value: list[Json], key: str, path: Path, where: Where) -> None:
        kinds = _kinds(value)
        if key in TOKEN_FIELDS and _has_tokens(value):
            self.opaque.append(path)
        if not kinds & _TELLING and not _has_long_number(value, kinds):
            return  # a walk through a million numbers would take as long as reading them
        for index, child in enumerate(value):
            if child:
                self.value(child, key, (*path, index), where)

    def _string(self, text: str, key: str, path: Path, where: Where) -> None:
        level = where.level
        if level is CONTENT:
            if text:
                self._add(Passage(path, where.origin, text, strand=where.strand))
            return
        words = _WORDS_AT[level]
        if not text or (key in words and text in words[key]):
            return
        if key not in TEXT_FIELDS:
            if where.is_binary and key in BINARY_FIELDS and is_bytes(text, BYTES_CHARS):
                return  # its part is opaque already
            least = BYTES_CHARS if key in OPAQUE_FIELDS else _FILE_CHARS
            is_image = _is_image(key, path) and is_bytes(text, BYTES_CHARS)
            if is_image or (is_bytes(text, least) and is_random(text)):
                self.opaque.append(path)
                return
        is_structural = level in API and key not in WORDED
        self._add(Passage(path, where.origin, text, is_structural=is_structural))

    def _add(self, passage: Passage) -> None:
        if len(self.passages) >= MAX_PASSAGES:
            message = "The body has too many texts."
            raise InvalidRequestError(message)
        self.passages.append(passage)


# By level, the fields that may have words of the API's own.
_WORDS_AT: Final[dict[Level, dict[str, frozenset[str]]]] = {
    **dict.fromkeys(API, WORDS),
    Level.SCHEMA: {"type": WORDS["type"]},
    VALUES: {},
}
_TELLING: Final = frozenset({str, dict, list})
_NUMBERS: Final = frozenset({int, float})
_TOKENS: Final = frozenset({int, float, bool})


def _is_image(key: str, path: Path) -> bool:
    """Whether this is where a server that is not OpenAI's looks for bare images."""
    if key != _IMAGES or path[-1] == key:
        return False
    return len(path) == _OF_ALL or (len(path) == _OF_TURN and path[0] in TURNS)


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
