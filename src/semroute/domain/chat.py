"""A conversation with a model, reduced to what routing needs to know of it."""

from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from typing import Final

from attrs import field, frozen

from .envelopes import unwrapped
from .json import Json
from .passage import Passage, Path
from .signals.definitions import Modality


class Role(StrEnum):
    """Who speaks. A role we have never heard of is `OTHER`: the model server will judge it."""

    SYSTEM = "system"
    DEVELOPER = "developer"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"
    FUNCTION = "function"
    OTHER = "other"


@frozen
class Message:
    """One turn.

    Args:
        role: Who speaks.
        text: All its text parts, joined by newlines; empty when there are none.
        opaque_parts: How many parts carry no text (images, audio, files).
    """

    role: Role
    text: str
    opaque_parts: int = 0


@frozen
class Prompt:
    """The text a category is decided from.

    Args:
        turn: The last user turn, whole.
        context: The end of what was said before it, bounded; empty for a first turn.
    """

    turn: str
    context: str = ""

    @property
    def text(self) -> str:
        """What to classify: the turn, after its context if it is too short to stand alone.

        "And in plants?" means nothing by itself, while a longer turn is only blurred by what
        was said before.
        """
        is_short = len(self.turn) < _SHORT_TURN_CHARS
        return f"{self.context}{SEPARATOR}{self.turn}" if self.context and is_short else self.turn


SEPARATOR: Final = "\n"
_SHORT_TURN_CHARS: Final = 60


@frozen
class Tool:
    """A tool that a model may call.

    Args:
        name: What it is called by.
        text: What is said of it: its description, and the names and descriptions of its parameters.
    """

    name: str
    text: str = ""


class ToolChoice(StrEnum):
    """How free a model is to call tools."""

    AUTO = "auto"  # also when nothing is said
    NONE = "none"
    REQUIRED = "required"  # any of them
    NAMED = "named"  # one or some in particular


@frozen
class ChatRequest:
    """What a client asks of a chat model.

    Args:
        model: The model's name, or an alias such as `auto`.
        messages: What was said, for routing.
        is_streaming: Whether the answer shall come in pieces.
        wants_usage: Whether such an answer shall say what it cost.
        choices: How many answers shall be given.
        passages: Every text in the request that the model may read, for screening.
        opaque: Where something stands that the model may read and nobody here can.
        tools: The tools that are offered, in the order of the request. What is offered without
            a name, such as a search that the provider runs, has an empty one.
        tool_choice: How free the model is to call them.
        called: The names of tools that were called in this conversation, or are named to be.
        modalities: What the parts are that are no text.
        wants_schema: Whether the answer must follow a JSON schema.
        max_answer_tokens: How long the answer may be; None if nothing is said.
        is_continuation: Whether the last thing said is what a tool returned, so that the model
            goes on with the turn it is at.
        knobs: What else it says at its top level, as `temperature`: everything but texts, turns
            and tools.
        continues: The id of the answer that this goes on from, which only the server that gave it
            knows; None if all that was said before is in the request.
    """

    model: str
    messages: tuple[Message, ...]
    is_streaming: bool = False
    wants_usage: bool = False
    choices: int = 1
    passages: tuple[Passage, ...] = ()
    opaque: tuple[Path, ...] = ()
    tools: tuple[Tool, ...] = ()
    tool_choice: ToolChoice = ToolChoice.AUTO
    called: frozenset[str] = frozenset()
    modalities: frozenset[Modality] = frozenset()
    wants_schema: bool = False
    max_answer_tokens: int | None = None
    is_continuation: bool = False
    knobs: Mapping[str, Json] = field(factory=dict, repr=False)
    continues: str | None = None

    @property
    def characters(self) -> int:
        """The length of all text the model will see."""
        return sum(len(message.text) for message in self.messages)

    def prompt(self, max_context_chars: int) -> Prompt | None:
        """Returns the text to decide a category from, or None when there is no text at all.

        The last user turn that has text decides. What stands before it is context, cut to its
        last `max_context_chars` characters; what stands after it (tool results, a prefilled
        answer) continues the same turn and changes nothing. Without any user text the last
        message that has text stands in. What programs wrap around their users' words is no text,
        unless there is no other.
        """
        turn = next(self._spoken(unwrapped), None) or next(self._spoken(str), None)
        if turn is None:
            return None
        index, text = turn
        return Prompt(text, self._tail(index, max_context_chars))

    def _spoken(self, read: Callable[[str], str]) -> Iterator[tuple[int, str]]:
        """Yields messages that say anything as they are read, the last ones of the user first."""
        rest: list[tuple[int, str]] = []
        for index in reversed(range(len(self.messages))):
            message = self.messages[index]
            text = read(message.text)
            if not text.strip():
                continue
            if message.role is Role.USER:
                yield index, text
            else:
                rest.append((index, text))
        yield from rest

    def _tail(self, end: int, max_chars: int) -> str:
        """The last `max_chars` characters said before message `end`, system messages apart.

        A system prompt is the same for every request of an application, so it says nothing
        about this one.
        """
        room = max_chars
        parts: list[str] = []
        for message in reversed(self.messages[:end]):
            if room <= 0:
                break
            text = unwrapped(message.text)
            if text and message.role not in (Role.SYSTEM, Role.DEVELOPER):
                parts.append(text[-room:])
                room -= len(parts[-1]) + len(SEPARATOR)
        return SEPARATOR.join(reversed(parts))


@frozen
class Refusal:
    """What a client is told by a model that will not answer.

    Args:
        id: What the answer is known by.
        model: The model that refuses, by the name the client shall see.
        message: Why, in one sentence.
        created: When, in seconds since 1970.
    """

    id: str
    model: str
    message: str
    created: int
