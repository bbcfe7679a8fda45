"""Which of the tools a model is offered it shall see."""

from collections.abc import Sequence
from enum import StrEnum

from attrs import field, frozen
from attrs.validators import ge

from semroute.domain.chat import ChatRequest, ToolChoice


@frozen
class ToolPolicy:
    """How many tools a model shall see.

    Args:
        keep: How many of the best.
        pinned: The names of tools that it sees whatever they are worth.
    """

    keep: int = field(validator=ge(1))
    pinned: frozenset[str] = frozenset()


class Basis(StrEnum):
    """What tools were compared with a request by."""

    CHECKPOINT = "checkpoint"  # the operator's, who were asked about the best of them
    INCOMPLETE = "incomplete"  # not by all of those: one failed, or was not done in time
    MEANING = "meaning"  # and by their words
    WORDS = "words"  # by those alone, because nobody could say in time what is meant


@frozen
class ToolSelection:
    """The tools that stay in a request.

    Args:
        kept: Their places among those that were offered, ascending.
        offered: How many there were.
        basis: What they were compared by.
    """

    kept: tuple[int, ...]
    offered: int
    basis: Basis

    def __str__(self) -> str:
        """Returns it as a header tells it: `50->3`."""
        return f"{self.offered}->{len(self.kept)}"


def may_select(chat: ChatRequest, policy: ToolPolicy) -> bool:
    """Returns whether tools may be left out of a request at all.

    A client that demands a call, or forbids every one, has chosen by itself. What a model would
    do that must call something, and is not shown what the client had in mind, nobody knows.
    """
    return chat.tool_choice is ToolChoice.AUTO and len(chat.tools) > policy.keep


def kept_tools(chat: ChatRequest, scores: Sequence[float], policy: ToolPolicy) -> tuple[int, ...]:
    """Returns the places of the tools that stay, ascending.

    These are the best, as many as the policy keeps, and beside them all that are pinned, all
    that were called in this conversation, whose calls would else be of tools that are unknown,
    and those without a name, which the provider runs and nobody here can judge. Of equals the
    first in the request is the better one.

    Args:
        chat: The request.
        scores: How relevant each of its tools is; higher is more so. None may be NaN.
        policy: How many stay.
    """
    places = range(len(chat.tools))
    if not may_select(chat, policy):
        return tuple(places)
    stays = {
        place
        for place in places
        if not chat.tools[place].name
        or chat.tools[place].name in policy.pinned
        or chat.tools[place].name in chat.called
    }
    ranked = sorted(
        (-score, place)
        for place, score in zip(places, scores, strict=True)
        if chat.tools[place].name
    )
    return tuple(sorted(stays.union(place for _, place in ranked[: policy.keep])))
