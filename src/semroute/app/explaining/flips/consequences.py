"""What else would be different if a signal were the other way."""

from collections.abc import Iterator

from attrs import evolve

from semroute.domain.attack import AttackKind
from semroute.domain.choosing.needs import CAPABILITY
from semroute.domain.pii import PiiSpan
from semroute.domain.routing import Capability
from semroute.domain.screening import PersonalDatum, Screening, Threat
from semroute.domain.signals.definitions import (
    CheckSignal,
    ModalitySignal,
    PiiSignal,
    Signal,
    ToolsSignal,
)
from semroute.domain.signals.result import Match

from .trial import Trial


def with_consequences(
    trial: Trial, signal: Signal, match: Match, value: float | None
) -> Iterator[Trial]:
    """Yields what follows from a signal, in every way in which it could have come about.

    An image is not only a signal, it also needs a model that sees; an attack also concerns the
    guards.

    Args:
        trial: A decision in which the signal is changed already.
        signal: The signal.
        match: Whether it shows now.
        value: What it measures now; None if it measures nothing.
    """
    needed = trial.grounds.needs.capabilities
    screening = trial.grounds.findings.screening or Screening()
    is_there = match is Match.MATCHED
    match signal:
        case ToolsSignal(at_least):
            if is_there:
                yield trial.needing(needed | {Capability.TOOLS})
            elif at_least == 1:
                yield trial.needing(needed - {Capability.TOOLS})
            else:
                yield trial
        case ModalitySignal(modalities):
            capabilities = {CAPABILITY[each] for each in modalities}
            if is_there:
                yield from (trial.needing(needed | {each}) for each in sorted(capabilities))
            else:
                yield trial.needing(needed - capabilities)
        case PiiSignal(kinds, at_least):
            others = tuple(
                each
                for each in screening.data
                if each.span.kind not in kinds or each.span.score < at_least
            )
            if not is_there:
                yield trial.screened(evolve(screening, data=others))
                return
            for kind in sorted(kinds):
                datum = PersonalDatum((), PiiSpan(kind, 0, 1))
                yield trial.screened(evolve(screening, data=(*others, datum)))
        case CheckSignal(check) if value is not None:
            attack = AttackKind(check.value)
            rest = tuple(each for each in screening.threats if each.kind is not attack)
            threats = (*rest, Threat(attack, value, ()))
            yield trial.screened(evolve(screening, threats=threats))
        case _:
            yield trial
