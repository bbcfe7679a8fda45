"""From what an operator wrote about signals to what the core understands."""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import TypeAlias, assert_never

from semroute.domain.guards import Check
from semroute.domain.pii import PiiKind
from semroute.domain.signals.definitions import (
    ApiSignal,
    CategorySignal,
    CheckSignal,
    ComplexitySignal,
    ContextSignal,
    HeaderSignal,
    KeywordSignal,
    LanguageSignal,
    Modality,
    ModalitySignal,
    PatternSignal,
    PiiSignal,
    Signal,
    SimilaritySignal,
    TimeSignal,
    ToolsSignal,
)
from semroute.domain.suggestions import did_you_mean

from .guards import surest_of
from .signals import (
    DAYS,
    ApiSignalSettings,
    AttackSignalSettings,
    CategorySignalSettings,
    ComplexitySignalSettings,
    ContextSignalSettings,
    HeaderSignalSettings,
    KeywordSignalSettings,
    LanguageSignalSettings,
    ModalitySignalSettings,
    PatternSignalSettings,
    PiiSignalSettings,
    SignalKind,
    SignalSettings,
    SimilaritySignalSettings,
    TimeSignalSettings,
    ToolsSignalSettings,
)
from .zones import zone_mistake

Mistake: TypeAlias = tuple[tuple[str | int, ...], str]


def signal_of(settings: SignalSettings) -> Signal:  # noqa: C901, PLR0911, PLR0912 - one for each kind
    """Returns a signal. The settings must have passed `signal_mistakes`."""
    kind, what = settings.only
    match what:
        case CategorySignalSettings(names, at_least):
            return CategorySignal(frozenset(names), at_least)
        case ComplexitySignalSettings(at_least, below):
            return ComplexitySignal(at_least, below)
        case AttackSignalSettings(at_least):
            return CheckSignal(Check(kind), at_least)
        case PiiSignalSettings(kinds, at_least):
            return PiiSignal(frozenset(map(PiiKind, kinds)), at_least)
        case KeywordSignalSettings(one, every, none, case_sensitive, typos):
            return KeywordSignal(one, every, none, case_sensitive, typos)
        case PatternSignalSettings(pattern):
            return PatternSignal(pattern)
        case SimilaritySignalSettings(examples, at_least):
            return SimilaritySignal(examples, at_least)
        case LanguageSignalSettings(codes, at_least):
            return LanguageSignal(frozenset(codes), at_least)
        case ContextSignalSettings(at_least, below):
            return ContextSignal(at_least, below)
        case ModalitySignalSettings(names):
            return ModalitySignal(frozenset(map(Modality, names)))
        case ToolsSignalSettings(at_least):
            return ToolsSignal(at_least)
        case ApiSignalSettings(names):
            return ApiSignal(frozenset(names))
        case HeaderSignalSettings(name, values):
            return HeaderSignal(name, frozenset(values))
        case TimeSignalSettings(start, end, days, zone):
            which = frozenset(map(DAYS.index, days))
            return TimeSignal(dt.time.fromisoformat(start), dt.time.fromisoformat(end), which, zone)
        case _ as never:
            assert_never(never)


def signal_mistakes(
    name: str,
    settings: SignalSettings,
    categories: Iterable[str],
    *,
    has_checkpoint: bool = False,
) -> Iterator[Mistake]:
    """Finds what cannot work in one signal, as (path, message) pairs.

    Args:
        name: What it is called.
        settings: The signal.
        categories: The names of those that are configured.
        has_checkpoint: Whether a model of the operator's looks for personal data, too.
    """
    kinds = settings.kinds
    if len(kinds) != 1:
        named = ", ".join(kinds) or "none"
        yield (name,), f"it must be of exactly one kind, and is of {len(kinds)} ({named})"
        return
    kind, what = settings.only
    for path, message in _mistakes(what, tuple(categories)):
        yield (name, kind, *path), message
    if isinstance(what, PiiSignalSettings) and what.any and not has_checkpoint:
        surest = surest_of(what.any)
        if what.at_least > surest:
            message = f"nothing of these kinds is surer than {surest:g}, so it would never show"
            yield (name, kind, "at_least"), message


def _mistakes(  # noqa: C901, PLR0912 - one for each kind
    what: SignalKind,
    categories: tuple[str, ...],
) -> Iterator[Mistake]:
    match what:
        case CategorySignalSettings(names):
            yield from _none_named(names)
            for index, each in enumerate(names):
                if each not in categories:
                    message = f"no category has this name{did_you_mean(each, categories)}"
                    yield ("any", index), message
        case ComplexitySignalSettings(at_least, below) | ContextSignalSettings(at_least, below):
            if below is not None and below <= at_least:
                yield ("below",), f"nothing is at least {at_least:g} and below {below:g}"
            # Of any length is a way to say always; of any complexity waits for the encoder.
            is_complexity = isinstance(what, ComplexitySignalSettings)
            if is_complexity and below is None and at_least <= 0:
                yield ("at_least",), "it would always show"
        case KeywordSignalSettings(one, every, none):
            if not (one or every or none):
                yield (), "some keywords are needed: any, all or none"
        case SimilaritySignalSettings(examples):
            if not examples:
                yield ("examples",), "at least one is needed"
        case (
            PiiSignalSettings(names)
            | LanguageSignalSettings(names)
            | ModalitySignalSettings(names)
            | ApiSignalSettings(names)
        ):
            yield from _none_named(names)
        case TimeSignalSettings(days=days, zone=zone):
            if not days:
                yield ("days",), "at least one is needed"
            problem = zone_mistake(zone)
            if problem is not None:
                yield ("zone",), problem
        case (
            AttackSignalSettings()
            | PatternSignalSettings()
            | ToolsSignalSettings()
            | HeaderSignalSettings()
        ):
            pass
        case _ as never:
            assert_never(never)


def _none_named(names: tuple[str, ...]) -> Iterator[Mistake]:
    if not names:
        yield ("any",), "at least one is needed"
