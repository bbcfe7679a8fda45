"""What an operator wants done with requests of some kind, and which of it a request gets."""

from collections.abc import Iterator, Mapping, Sequence

from attrs import evolve, field, frozen

from .reasoning import ReasoningMode
from .routing import Candidate, SystemPrompt
from .signals.conditions import Condition, Evaluated, evaluate, open_in
from .signals.result import Match, SignalResult
from .tools.selection import ToolPolicy


@frozen
class Decision:
    """What is done with requests for which a condition holds.

    Args:
        name: What it is called.
        condition: When it is meant.
        priority: The highest is asked first; equal ones in the order of the configuration.
        candidates: Models that may answer, each with how good it is; none for those of the
            prompt's category.
        canary: The share of conversations that go to a model in place of the chosen one, by its
            name; together at most 1.
        reasoning: How much the model shall reason; None says nothing of it.
        system: What the model is told before anything else; None for nothing.
        tools: Which of the tools on offer it gets to see; None for all.
        headers: Headers that the request goes on with.
    """

    name: str
    condition: Condition
    priority: int = 0
    candidates: tuple[Candidate, ...] = ()
    canary: Mapping[str, float] = field(factory=dict)
    reasoning: ReasoningMode | None = None
    system: SystemPrompt | None = None
    tools: ToolPolicy | None = None
    headers: Mapping[str, str] = field(factory=dict)


@frozen
class Verified:
    """A decision, and whether a request is of its kind."""

    decision: Decision
    evaluated: Evaluated

    @property
    def match(self) -> Match:
        """Whether it is."""
        return self.evaluated.match


@frozen
class Selection:
    """Which decision a request gets.

    Args:
        chosen: The first whose condition holds; None if none does.
        undecided: Those before it of which nobody knows, in order. They are passed over, but what
            they forbid is forbidden.
    """

    chosen: Decision | None = None
    undecided: tuple[Decision, ...] = ()

    @property
    def is_settled(self) -> bool:
        """Whether nothing that is still unknown can change it."""
        return not self.undecided


NO_SELECTION = Selection()


def in_order(decisions: Sequence[Decision]) -> tuple[Decision, ...]:
    """Returns decisions in the order in which they are asked."""
    return tuple(sorted(decisions, key=lambda decision: -decision.priority))


def verified(
    decisions: Sequence[Decision], results: Mapping[str, SignalResult]
) -> Iterator[Verified]:
    """Yields every decision with what became of its condition.

    Args:
        decisions: The decisions, in the order in which they are asked.
        results: What is known of the signals; one that is not here is unknown.
    """
    for decision in decisions:
        yield Verified(decision, evaluate(decision.condition, results))


def select(decisions: Sequence[Decision], results: Mapping[str, SignalResult]) -> Selection:
    """Returns which decision a request gets. Total, and the same every time.

    Args:
        decisions: The decisions, in the order in which they are asked.
        results: What is known of the signals; one that is not here is unknown.
    """
    undecided: list[Decision] = []
    for each in verified(decisions, results):
        if each.match is Match.MATCHED:
            return Selection(each.decision, tuple(undecided))
        if each.match is Match.UNKNOWN:
            undecided.append(each.decision)
    return Selection(None, tuple(undecided))


def wanted(decisions: Sequence[Decision], results: Mapping[str, SignalResult]) -> frozenset[str]:
    """Returns the signals that somebody has to sense before it is settled what a request gets.

    Those that only decisions after the first that holds mention are not among them, and neither
    are those of a decision, or of a part of a condition, about which all is known.
    """
    signals: set[str] = set()
    for each in verified(decisions, results):
        if each.match is Match.MATCHED:
            break
        signals.update(open_in(each.evaluated))
    return frozenset(signals - results.keys())


@frozen
class Pivot:
    """A signal that would change which decision a request gets.

    Args:
        signal: Its name.
        result: What became of it.
        decision: The decision that the request would get if it were the other way; None for none.
    """

    signal: str
    result: SignalResult
    decision: Decision | None


def pivots(decisions: Sequence[Decision], results: Mapping[str, SignalResult]) -> Iterator[Pivot]:
    """Yields the signals that alone would change the decision if they were the other way."""
    chosen = select(decisions, results).chosen
    for signal, result in results.items():
        for other in (Match.MATCHED, Match.NOT_MATCHED):
            changed = {**results, signal: evolve(result, match=other)}
            instead = select(decisions, changed).chosen
            if instead is not chosen:
                yield Pivot(signal, result, instead)
