"""Where in a request a value stands, and what that says about it."""

from enum import Enum, auto
from typing import Final

from attrs import define, field

from semroute.domain.passage import Origin

from .strictjson import Json
from .vocabulary import FIELD_NAMES, TEXT_FIELDS

# To look a member up takes longer than anything else that is done with a value.
_USER: Final = Origin.USER
_ASSISTANT: Final = Origin.ASSISTANT
TOOL: Final = Origin.TOOL

_ORIGINS: Final = {
    "system": Origin.SYSTEM,
    "developer": Origin.SYSTEM,
    "assistant": Origin.ASSISTANT,
    "model": Origin.ASSISTANT,
    "tool": Origin.TOOL,
    "function": Origin.TOOL,
}
TOP: Final = {
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
GIVEN: Final = "documents"  # what some servers put into their templates
TURNS: Final = frozenset({"messages", "contents", "input", "prompt"})
# What is read on after what. A server of one API does not read the fields of another.
STRANDS: Final = {
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
RESULTS: Final = ("tool_result", _OUTPUT, "list_tools")  # what the types of such parts end in
DOCUMENTS: Final = ("document", "search_result")
_CALL: Final = "_call"
PREVIOUS: Final = "previous_response_id"
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


class Level(Enum):
    """What a value is to the API."""

    __hash__ = object.__hash__  # Enum's own is written in Python, and half of the walk

    CONTENT = auto()  # a text, or parts of one
    TURN = auto()  # a message or an item
    PART = auto()  # a part of a message
    HOLDER = auto()  # an object of the API's that has an id
    FIELDS = auto()  # an object of the API's that has none
    SCHEMA = auto()
    VALUES = auto()  # anything, in which nobody but the model knows what is what


WITH_IDS: Final = frozenset({Level.TURN, Level.PART, Level.HOLDER})
_SPEAKING: Final = frozenset({Level.TURN, Level.PART})
API: Final = WITH_IDS | {Level.CONTENT, Level.FIELDS}
CONTENT: Final = Level.CONTENT
VALUES: Final = Level.VALUES
_IN_ANY: Final[dict[str, Level]] = {
    **dict.fromkeys(("arguments", "input", "args", "metadata", "citations"), VALUES),
    **dict.fromkeys(("action", "response", "json", "variables"), VALUES),
    **dict.fromkeys(("parameters", "input_schema", "inputSchema", "schema"), Level.SCHEMA),
}
_INSIDE: Final[dict[Level, dict[str, Level]]] = {
    CONTENT: {},
    Level.TURN: {
        **_IN_ANY,
        **dict.fromkeys(("content", "parts", *_RETURNED), CONTENT),
        **dict.fromkeys(("tool_calls", "function_call", "audio"), Level.HOLDER),
    },
    Level.PART: {
        **_IN_ANY,
        **dict.fromkeys(("content", "parts"), CONTENT),
        **dict.fromkeys(("file", "source", "toolUse", "functionCall"), Level.HOLDER),
        **dict.fromkeys(_RETURNS, Level.PART),
    },
    Level.HOLDER: {**_IN_ANY, "content": CONTENT},
    Level.FIELDS: _IN_ANY,
    Level.SCHEMA: dict.fromkeys(("enum", "const", "default", "examples", "example"), VALUES),
}
AT_TOP: Final = {
    **_IN_ANY,
    **dict.fromkeys(TOP, CONTENT),
    "conversation": Level.HOLDER,
}
# Fields of the API's whose words are somebody's all the same.
WORDED: Final = TEXT_FIELDS | {"filename", "data", "user", "stop", "stop_sequences"}


@define(eq=False)
class Where:
    """Where a value stands: whose it is, what it is, and with what it is read on and on.

    A request has many values in few places, so each of these remembers what is inside it. They
    last as long as the walk they were made for.
    """

    origin: Origin
    level: Level
    strand: str = ""
    is_binary: bool = False
    _part: "Where | None" = field(init=False, default=None, repr=False)
    _returned: "Where | None" = field(init=False, default=None, repr=False)
    _binary: "Where | None" = field(init=False, default=None, repr=False)
    _inside: "dict[tuple[str, str | None], Where]" = field(init=False, factory=dict, repr=False)

    def inside(self, key: str, kind: str | None) -> "Where":
        """Returns where the value of a field stands.

        Args:
            key: The field.
            kind: The type of the object it is in, if it says one; empty if it says no word.
        """
        inner = self._inside.get((key, kind))
        if inner is None:
            inner = self._inside[key, kind] = _within(self, key, kind)
        return inner

    def returned(self) -> "Where":
        """Returns the same for what a tool returned."""
        if self._returned is None:
            self._returned = Where(TOOL, self.level, self.strand, self.is_binary)
        return self._returned

    def binary(self) -> "Where":
        """Returns the same for what is no text."""
        if self._binary is None:
            self._binary = Where(self.origin, self.level, self.strand, is_binary=True)
        return self._binary

    def part(self) -> "Where":
        """Returns the same for one of the parts of a text."""
        if self._part is None:
            self._part = Where(self.origin, Level.PART, self.strand, self.is_binary)
        return self._part


def _within(where: Where, key: str, kind: str | None) -> Where:
    level, strand = where.level, where.strand
    if level is VALUES:
        return where
    inner = _INSIDE[level].get(key)
    if level is Level.SCHEMA:
        return where if inner is None else Where(where.origin, inner, strand, where.is_binary)
    if level in _SPEAKING and key in _BESIDE:
        inner, strand = CONTENT, _BESIDE[key]
    elif level is Level.PART and key == "text":
        inner, strand = CONTENT, _strand_of_text(kind, strand)
    elif level is Level.HOLDER and (key == "text" or (key == "data" and kind == "text")):
        inner = CONTENT
    elif inner is None:
        inner = Level.FIELDS if key in FIELD_NAMES else VALUES
    elif inner is CONTENT and not _is_said(level, key, kind, strand):
        strand = f"{strand}/{key}"
    origin = TOOL if _is_returned(level, key, kind) else where.origin
    return Where(origin, inner, strand, where.is_binary)


def _is_returned(level: Level, key: str, kind: str | None) -> bool:
    if level is Level.TURN:
        # Whoever searched says in the same field for what, and what was there.
        is_search = key == "action" and kind == "web_search_call"
        return is_search or (key in _RETURNED and _ends(kind, _CALL))
    return level is Level.PART and key in _RETURNS


def _is_said(level: Level, key: str, kind: str | None, strand: str) -> bool:
    """Whether a field that may have content is where its API has what is said."""
    if level is not Level.TURN:
        return kind is None or _ends(kind, RESULTS) or kind in DOCUMENTS
    match key:
        case "content":
            return (kind is None or kind == "message") and strand != "contents"
        case "parts":
            return strand == "contents"
        case "output":
            return _ends(kind, (_OUTPUT, _CALL))
        case _:
            return _ends(kind, _CALL)


def _ends(kind: str | None, ends: str | tuple[str, ...]) -> bool:
    return kind is not None and kind.endswith(ends)


def _strand_of_text(kind: str | None, strand: str) -> str:
    """Returns what the text of a part is read on and on with; some parts have no business to."""
    if kind in _THOUGHT_KINDS:
        return _THOUGHT
    return strand if kind in _TEXT_KINDS else f"{strand}/text"


def origin_of_turn(turn: Json) -> Origin:
    """Returns whose words a turn of a conversation is; a user's, if it does not say."""
    if not isinstance(turn, dict):
        return _USER
    role, kind = turn.get("role"), turn.get("type")
    if isinstance(role, str):
        return _ORIGINS.get(role, _USER)
    if isinstance(kind, str) and kind.endswith(_CALLS):
        return _ASSISTANT
    return _USER
