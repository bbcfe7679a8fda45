"""What became of a request, in the words of the file that tests it."""

import json
from enum import StrEnum
from typing import Any, assert_never

from attrs import field, frozen

from semroute.app.explaining import Explanation
from semroute.domain.caching.inquiry import Hit, Miss
from semroute.domain.http import HttpRequest
from semroute.domain.judgement import Consequence, Judgement
from semroute.domain.policy import Policy
from semroute.domain.ruling import RequestEdit, Ruling
from semroute.domain.verdict import (
    Answered,
    Blocked,
    PassedThrough,
    Refused,
    Routed,
    ServedFromCache,
    judgement_of,
)

from .file import NONE


class Outcome(StrEnum):
    """Whether a request reaches a model."""

    ROUTED = "routed"
    BLOCKED = "blocked"
    REFUSED = "refused"


@frozen
class Seen:
    """What became of a request.

    Args:
        outcome: Whether it reaches a model.
        why_not: Why it does not, in a few words; empty if it does.
        model: The model; None if it reaches none.
        endpoint: Where that runs.
        decision: The decision that matched; None for none.
        category: The most probable category; None if nobody was asked.
        confidence: How probable, from 0 to 1.
        reason: Why it goes where it goes.
        guards: What the checks found, as `pii=mask` or `jailbreak=block?`.
        unchecked: Checks that could not be made, as `pii:timeout`.
        tools: The names of the tools that the model is offered.
        is_cached: Whether its answer may be kept and given again.
        nearest: What would have sent it elsewhere, as `small if …`; empty if nothing is near.
        seconds: How long it took to say.
    """

    outcome: Outcome
    why_not: str = ""
    model: str | None = None
    endpoint: str | None = None
    decision: str | None = None
    category: str | None = None
    confidence: float = 0.0
    reason: str | None = None
    guards: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()
    tools: tuple[str, ...] = field(default=(), repr=False)
    is_cached: bool = False
    nearest: str = ""
    seconds: float = 0.0

    @property
    def where(self) -> str:
        """Where it goes, in a few words."""
        return self.model or self.why_not

    @property
    def guard(self) -> str:
        """What the checks say, as `x-semroute-guard` has it."""
        return ", ".join((*self.guards, *self.unchecked)) or "pass"

    def differs(self, other: "Seen") -> str:
        """Returns what became of another request instead; empty if it was the same."""
        if self.where != other.where:
            return other.where
        if self.decision != other.decision:
            return f"decision {other.decision or NONE}"
        if self.guards != other.guards:
            return f"guard {other.guard}"
        return ""


def seen_in(ruling: Ruling, request: HttpRequest, policy: Policy) -> Seen:
    """Returns what became of a request that was ruled on."""
    verdict, judgement = ruling.verdict, judgement_of(ruling.verdict)
    guards, unchecked = _guards(judgement), _unchecked(judgement)
    match verdict:
        case Routed(decision):
            return Seen(
                Outcome.ROUTED,
                model=decision.model,
                endpoint=decision.endpoint,
                decision=decision.decision,
                category=decision.category,
                confidence=decision.confidence,
                reason=decision.reason.value,
                guards=guards,
                unchecked=unchecked,
                tools=_tools(ruling, request),
                is_cached=_is_cached(ruling),
                nearest=_nearest(ruling, policy),
                seconds=ruling.timings.total,
            )
        case Blocked(sentence):
            what = f": {sentence.what.replace('_', ' ')}" if sentence.what else ""
            return Seen(
                Outcome.BLOCKED,
                f"blocked by {sentence.check.value}{what}",
                guards=guards,
                unchecked=unchecked,
                seconds=ruling.timings.total,
            )
        case Refused(status, error):
            return Seen(Outcome.REFUSED, f"refused with {status} {error.code}")
        case ServedFromCache() | Answered() | PassedThrough():
            # A path that is routed, and a cache that is empty: neither comes here.
            return Seen(Outcome.REFUSED, "not routed at all")
        case _ as never:
            assert_never(never)


def _is_cached(ruling: Ruling) -> bool:
    """Whether an answer is kept, or would be if there were none yet."""
    match ruling.consultation:
        case Hit():
            return True
        case Miss(draft=draft):
            return draft is not None
        case _:
            return False


def _guards(judgement: Judgement) -> tuple[str, ...]:
    return tuple(
        f"{each.check.value}={each.consequence.value}{'' if each.is_carried_out else '?'}"
        for each in judgement.sentences
        if each.consequence is not Consequence.ALLOW
    )


def _unchecked(judgement: Judgement) -> tuple[str, ...]:
    failed = (each for each in judgement.sentences if each.fault is not None)
    return tuple(f"{each.check.value}:{each.fault.value}" for each in failed if each.fault)


def _nearest(ruling: Ruling, policy: Policy) -> str:
    explanation = Explanation.of(ruling, policy)
    flips = () if explanation is None else explanation.flips
    flip = next((each for each in flips if each.model is not None), None)
    if flip is None:
        return ""
    return f"{flip.model} if {flip.condition}"


def _tools(ruling: Ruling, request: HttpRequest) -> tuple[str, ...]:
    """Returns the names of the tools in the request that is sent on."""
    assert isinstance(ruling.action, RequestEdit), "it is routed"
    body = ruling.action.body
    document = json.loads(request.body if body is None else body)
    offered = document.get("tools")
    return tuple(map(_name, offered)) if isinstance(offered, list) else ()


def _name(tool: Any) -> str:  # noqa: ANN401 - JSON
    """Returns what a tool is called; what has no name is called by its type, as `web_search`."""
    match tool:
        case {"function": {"name": str(name)}} | {"name": str(name)} | {"type": str(name)}:
            return name
        case _:
            return ""
