"""Which signals alone would change where a request goes."""

from collections.abc import Iterator, Mapping

from attrs import evolve, frozen

from semroute.domain.decisions import pivots
from semroute.domain.policy import Policy
from semroute.domain.signals.definitions import (
    CategorySignal,
    CheckSignal,
    ComplexitySignal,
    ContextSignal,
    LanguageSignal,
    Signal,
    SimilaritySignal,
    ToolsSignal,
)
from semroute.domain.signals.result import Match, SignalResult

from .consequences import with_consequences
from .flip import Flip, FlipKind
from .rounding import at_least as no_less
from .rounding import at_most as no_more
from .rounding import shown
from .trial import Trial


@frozen
class _Change:
    """How a signal could have been.

    Args:
        match: Whether it would show.
        words: What would have to be different for that.
        value: What it would measure; None if nothing, or the same.
        bound: The value that matters; None if there is none.
    """

    match: Match
    words: str
    value: float | None = None
    bound: float | None = None


def signal_flips(trial: Trial) -> Iterator[Flip]:
    """Yields every signal that would send the request elsewhere if it were the other way.

    Those of length are left to `length_flips`, because a model's context and its price go by
    length too.
    """
    results, here = trial.grounds.findings.signals, trial.destination()
    for name in dict.fromkeys(each.signal for each in pivots(trial.policy.decisions, results)):
        signal, result = trial.policy.signals[name], results[name]
        if isinstance(signal, ContextSignal):
            continue
        for change in _changes(name, signal, result):
            changed = trial.showing(_changed(trial.policy, results, name, change))
            ways = with_consequences(changed, signal, change.match, change.value)
            places = {each.destination() for each in ways}
            # Where it would matter how the signal came about, nothing can be told.
            there = places.pop() if len(places) == 1 else None
            if there is not None and there != here:
                far = _distance(result, change)
                yield Flip(there, change.words, FlipKind.SIGNAL, far, name, change.bound)


def _changes(name: str, signal: Signal, result: SignalResult) -> Iterator[_Change]:
    if result.match is not Match.UNKNOWN and isinstance(result.value, int | float):
        yield from _measured(name, signal, result.value)
        return
    note = f" (it is not known: {result.why})" if result.match is Match.UNKNOWN else ""
    if result.match is not Match.MATCHED:
        yield _Change(Match.MATCHED, f"signal {name} showed{note}")
    if result.match is not Match.NOT_MATCHED:
        yield _Change(Match.NOT_MATCHED, f"signal {name} did not show{note}")


def _measured(name: str, signal: Signal, value: float) -> Iterator[_Change]:
    """Yields the bounds on whose other side the signal would be the other way."""
    match signal:
        case ComplexitySignal(at_least, below):
            upper = below
        case CategorySignal(at_least=at_least):
            yield _asked_for(name, at_least, value)
            return
        case (
            CheckSignal(at_least=at_least)
            | SimilaritySignal(at_least=at_least)
            | LanguageSignal(at_least=at_least)
            | ToolsSignal(at_least=at_least)
        ):
            upper = None
        case _:
            return
    is_short = upper is None or value < upper
    shows = value >= at_least and is_short
    now = f"(it is {value:.4g})"
    if value < at_least:
        words = f"signal {name} were at least {shown(at_least)} {now}"
        yield _Change(Match.MATCHED, words, at_least, at_least)
    elif shows and at_least > 0:
        words = f"signal {name} were below {shown(at_least)} {now}"
        yield _Change(Match.NOT_MATCHED, words, _under(at_least), at_least)
    if upper is not None and not is_short:
        words = f"signal {name} were below {shown(upper)} {now}"
        yield _Change(Match.MATCHED, words, _under(upper), upper)
    elif upper is not None and shows:
        words = f"signal {name} were at least {shown(upper)} {now}"
        yield _Change(Match.NOT_MATCHED, words, upper, upper)


def _asked_for(name: str, at_least: float, value: float) -> _Change:
    """Returns what would do in place of a threshold.

    Another probability of one category would mean another of every other.
    """
    now = f"(it asks for {shown(at_least)})"
    if value >= at_least:
        bound = next(no_less(value))
        words = f"signal {name} asked for more than {shown(bound)} {now}"
        return _Change(Match.NOT_MATCHED, words, None, bound)
    bound = next(no_more(value))
    return _Change(Match.MATCHED, f"signal {name} asked for {shown(bound)} {now}", None, bound)


def _under(bound: float) -> float:
    return bound - 1e-9


def _changed(
    policy: Policy, results: Mapping[str, SignalResult], name: str, change: _Change
) -> Mapping[str, SignalResult]:
    """Returns the results with one changed, and with it those that measure the same."""
    changed = dict(results)
    changed[name] = evolve(results[name], match=change.match, value=change.value)
    if change.value is None:
        return changed
    signal = policy.signals[name]
    for other, kind in policy.signals.items():
        if other != name and other in results and _measures_the_same(signal, kind):
            changed[other] = evolve(
                results[other], match=_shows(kind, change.value), value=change.value
            )
    return changed


def _measures_the_same(one: Signal, other: Signal) -> bool:
    match one, other:
        case ComplexitySignal(), ComplexitySignal():
            return True
        case CheckSignal(check), CheckSignal(also):
            return check is also
        case _:
            return False


def _shows(signal: Signal, value: float) -> Match:
    match signal:
        case ComplexitySignal(at_least, below):
            return Match.of(value >= at_least and (below is None or value < below))
        case CheckSignal(at_least=at_least):
            return Match.of(value >= at_least)
        case _:
            return Match.UNKNOWN


def _distance(result: SignalResult, change: _Change) -> float:
    if change.bound is None or not isinstance(result.value, int | float):
        return 1.0
    if change.value is None and result.threshold is not None:
        return abs(change.bound - result.threshold)
    return min(abs(change.bound - result.value), 1.0)
