"""A decision taken again, with something changed."""

from collections.abc import Mapping
from typing import assert_never

from attrs import evolve, field, frozen

from semroute.domain.decisions import Selection, select, wanted
from semroute.domain.grounds import Grounds
from semroute.domain.policy import Policy
from semroute.domain.routing import Capability, RoutingDecision
from semroute.domain.screening import Screening
from semroute.domain.signals.definitions import ContextSignal
from semroute.domain.signals.result import Match, SignalResult
from semroute.domain.verdict import Blocked, Refused, Routed


@frozen
class Destination:
    """Where a request goes.

    Args:
        model: Who answers; None if it is blocked, or if more would have to be found out to know.
        decision: The operator's decision it is of; None for none, or if that is not known.
        blocked_by: The check that forbids it; None if it goes somewhere.
        is_known: Whether what was found out is enough to know.
    """

    model: str | None
    decision: str | None = None
    blocked_by: str | None = None
    is_known: bool = True

    @classmethod
    def of(cls, routed: RoutingDecision) -> "Destination":
        """Returns where a decision sends a request."""
        return cls(routed.model, routed.decision)


@frozen
class Trial:
    """What a decision rests on, and what it could have rested on.

    Nobody senses anything here: what was not found out, because nothing turned on it, stays
    unknown, and what would turn on it is not said.

    Args:
        grounds: What the decision rests on.
        policy: The rules.
        first: The same before anything was changed; None if nothing was.
    """

    grounds: Grounds
    policy: Policy
    first: "Trial | None" = field(default=None, repr=False)

    def destination(self) -> Destination:
        """Returns where the request would go."""
        verdict = self.grounds.verdict(self.policy)
        if self._opens_signals():
            return Destination(None, is_known=False)
        match verdict:
            case Routed(routed) if self._opens_category():
                return Destination(None, routed.decision, is_known=False)
            case Routed(routed):
                return Destination.of(routed)
            case Blocked(sentence):
                return Destination(None, self.selection.chosen_name, sentence.check.value)
            case Refused():
                return Destination(None, is_known=False)
            case _ as never:
                assert_never(never)

    @property
    def selection(self) -> "_Named":
        """The operator's decision that it would be of."""
        return _Named(select(self.policy.decisions, self.grounds.findings.signals))

    def wishing(self, quality: float) -> "Trial":
        """Returns the same with another quality wished for, in place of one in the alias too."""
        findings = evolve(self.grounds.findings, wish=quality)
        asked = self.policy.asked(self.grounds.asked)
        name = self.grounds.asked if asked is None else asked.alias
        return self._with(grounds=evolve(self.grounds, asked=name, findings=findings))

    def under(self, policy: Policy) -> "Trial":
        """Returns the same under other rules."""
        return self._with(policy=policy)

    def unpinned(self) -> "Trial":
        """Returns the same in a conversation that is new."""
        findings = evolve(self.grounds.findings, pin=None)
        return self._with(grounds=evolve(self.grounds, findings=findings))

    def showing(self, signals: Mapping[str, SignalResult]) -> "Trial":
        """Returns the same with other signals."""
        findings = evolve(self.grounds.findings, signals=signals)
        return self._with(grounds=evolve(self.grounds, findings=findings))

    def needing(self, capabilities: frozenset[Capability]) -> "Trial":
        """Returns the same of a request that needs other things of a model."""
        needs = evolve(self.grounds.needs, capabilities=capabilities)
        return self._with(grounds=evolve(self.grounds, needs=needs))

    def screened(self, screening: Screening) -> "Trial":
        """Returns the same with other things found by the checks."""
        findings = evolve(self.grounds.findings, screening=screening)
        return self._with(grounds=evolve(self.grounds, findings=findings))

    def long(self, tokens: int) -> "Trial":
        """Returns the same of a request that is shorter or longer, and says so in its signals."""
        results = dict(self.grounds.findings.signals)
        for name, signal in self.policy.signals.items():
            if isinstance(signal, ContextSignal) and name in results:
                is_short = signal.below is None or tokens < signal.below
                match = Match.of(tokens >= signal.at_least and is_short)
                results[name] = evolve(results[name], match=match, value=tokens)
        needs = evolve(self.grounds.needs, tokens=tokens)
        changed = self.showing(results)
        return evolve(changed, grounds=evolve(changed.grounds, needs=needs))

    def _with(self, grounds: Grounds | None = None, policy: Policy | None = None) -> "Trial":
        return Trial(grounds or self.grounds, policy or self.policy, self.first or self)

    def _wanted(self) -> frozenset[str]:
        return wanted(self.policy.decisions, self.grounds.findings.signals)

    def _opens_signals(self) -> bool:
        """Whether signals would have to be sensed that nobody needed before."""
        return self.first is not None and not self._wanted() <= self.first._wanted()  # noqa: SLF001 - its own kind

    def _opens_category(self) -> bool:
        """Whether it would turn on what the prompt is about, which nobody needed to say before."""
        if self.first is None or self.grounds.findings.classification is not None:
            return False
        is_ours = self.policy.asked(self.grounds.asked) is not None
        return is_ours and self.first.selection.names_models and not self.selection.names_models


@frozen
class _Named:
    selection: Selection

    @property
    def chosen_name(self) -> str | None:
        return self.selection.chosen.name if self.selection.chosen else None

    @property
    def names_models(self) -> bool:
        return self.selection.chosen is not None and bool(self.selection.chosen.candidates)
