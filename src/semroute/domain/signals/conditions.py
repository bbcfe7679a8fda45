"""Conditions over signals: trees of and, or and not, in a logic that knows what is unknown."""

from collections.abc import Iterator, Mapping
from typing import TypeAlias, assert_never

from attrs import frozen

from .result import Match, SignalResult


@frozen
class Shows:
    """One signal shows."""

    signal: str


@frozen
class Every:
    """All of some conditions hold; so does none at all."""

    conditions: tuple["Condition", ...]


@frozen
class Some:
    """At least one of some conditions holds."""

    conditions: tuple["Condition", ...]


@frozen
class Not:
    """A condition does not hold. Of what is unknown, that is unknown too."""

    condition: "Condition"


Condition: TypeAlias = Shows | Every | Some | Not


@frozen
class Evaluated:
    """A condition with what came of it, and of every part of it.

    Args:
        condition: The condition.
        match: Whether it holds.
        parts: Its parts, in order, none left out.
    """

    condition: Condition
    match: Match
    parts: tuple["Evaluated", ...] = ()


def evaluate(condition: Condition, results: Mapping[str, SignalResult]) -> Evaluated:
    """Evaluates a condition in Kleene's strong logic. Total: every tree has an outcome.

    Args:
        condition: The condition.
        results: What is known of the signals; one that is not here is unknown.
    """
    match condition:
        case Shows(signal):
            result = results.get(signal)
            return Evaluated(condition, result.match if result else Match.UNKNOWN)
        case Every(conditions):
            parts = tuple(evaluate(each, results) for each in conditions)
            return Evaluated(condition, _weakest(parts), parts)
        case Some(conditions):
            parts = tuple(evaluate(each, results) for each in conditions)
            return Evaluated(condition, _strongest(parts), parts)
        case Not(inner):
            part = evaluate(inner, results)
            return Evaluated(condition, _opposite(part.match), (part,))
        case _ as never:
            assert_never(never)


def signals_in(condition: Condition) -> Iterator[str]:
    """Yields the name of every signal that a condition mentions, as often as it does."""
    match condition:
        case Shows(signal):
            yield signal
        case Every(conditions) | Some(conditions):
            for each in conditions:
                yield from signals_in(each)
        case Not(inner):
            yield from signals_in(inner)
        case _ as never:
            assert_never(never)


def open_in(evaluated: Evaluated) -> Iterator[str]:
    """Yields the names of the signals that may still change what came of a condition.

    What a part came to that is known stays, whatever else becomes known, so nobody need look
    into it.
    """
    if evaluated.match is not Match.UNKNOWN:
        return
    if isinstance(evaluated.condition, Shows):
        yield evaluated.condition.signal
    for part in evaluated.parts:
        yield from open_in(part)


def _weakest(parts: tuple[Evaluated, ...]) -> Match:
    found = {part.match for part in parts}
    if Match.NOT_MATCHED in found:
        return Match.NOT_MATCHED
    return Match.UNKNOWN if Match.UNKNOWN in found else Match.MATCHED


def _strongest(parts: tuple[Evaluated, ...]) -> Match:
    found = {part.match for part in parts}
    if Match.MATCHED in found:
        return Match.MATCHED
    return Match.UNKNOWN if Match.UNKNOWN in found else Match.NOT_MATCHED


def _opposite(match: Match) -> Match:
    match match:
        case Match.MATCHED:
            return Match.NOT_MATCHED
        case Match.NOT_MATCHED:
            return Match.MATCHED
        case Match.UNKNOWN:
            return Match.UNKNOWN
        case _ as never:
            assert_never(never)
