"""The strictest of several sets of guards."""

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Final, TypeVar

from attrs import evolve

from .guards import AttackGuard, Guards, Mode, OnError, PiiAction, PiiGuard
from .pii import PiiKind

_MODES: Final = (Mode.OFF, Mode.MONITOR, Mode.ENFORCE)
_ACTIONS: Final = (PiiAction.ALLOW, PiiAction.MASK, PiiAction.ROUTE, PiiAction.BLOCK)
_ON_ERROR: Final = (OnError.OPEN, OnError.CLOSED)

_T = TypeVar("_T")


def strictest(guards: Sequence[Guards]) -> Guards:
    """Returns guards that let nothing pass that one of these would stop.

    How a client is told of it is the first's matter.

    Args:
        guards: At least one.
    """
    return reduce(_stricter, guards)


def _stricter(one: Guards, other: Guards) -> Guards:
    return evolve(
        one,
        jailbreak=_attack(one.jailbreak, other.jailbreak),
        injection=_attack(one.injection, other.injection),
        pii=_pii(one.pii, other.pii),
        answers=_pii(one.answers, other.answers),
        unscannable=_graver(_MODES, one.unscannable, other.unscannable),
    )


def _attack(one: AttackGuard, other: AttackGuard) -> AttackGuard:
    if one.mode is not other.mode:
        return one if _graver(_MODES, one.mode, other.mode) is one.mode else other
    return AttackGuard(
        one.mode,
        min(one.threshold, other.threshold),
        _graver(_ON_ERROR, one.on_error, other.on_error),
    )


def _pii(one: PiiGuard, other: PiiGuard) -> PiiGuard:
    if one.mode is not other.mode:
        return one if _graver(_MODES, one.mode, other.mode) is one.mode else other
    kinds = {**one.actions, **other.actions}
    sure = {**one.thresholds, **other.thresholds}
    return PiiGuard(
        one.mode,
        actions={kind: _graver(_ACTIONS, _of(one, kind), _of(other, kind)) for kind in kinds},
        thresholds={
            kind: min(_at(one.thresholds, kind), _at(other.thresholds, kind)) for kind in sure
        },
        restores=one.restores,
        on_error=_graver(_ON_ERROR, one.on_error, other.on_error),
    )


def _of(guard: PiiGuard, kind: PiiKind) -> PiiAction:
    return guard.actions.get(kind, PiiAction.ALLOW)


def _at(thresholds: Mapping[PiiKind, float], kind: PiiKind) -> float:
    return thresholds.get(kind, 0.5)


def _graver(order: Sequence[_T], one: _T, other: _T) -> _T:
    return max(one, other, key=order.index)
