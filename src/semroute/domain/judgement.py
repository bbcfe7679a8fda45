"""What follows from what screening found."""

from collections.abc import Iterator
from enum import StrEnum
from typing import TypeAlias

from attrs import evolve, field, frozen

from .attack import AttackKind
from .classification import Rung
from .guards import Check, Guards, Mode, PiiAction
from .screening import PersonalDatum, ScreenFault, Screening, Threat


class Consequence(StrEnum):
    """What a check does about a request, or would do. The value is the metric label."""

    ALLOW = "allow"
    MASK = "mask"
    ROUTE = "route"
    BLOCK = "block"
    UNAVAILABLE = "unavailable"  # the check could not be made, and that is not acceptable


@frozen
class Sentence:
    """What one check says about one request.

    Args:
        check: The check.
        consequence: What it wants done; the same whether it is enforced or monitored.
        mode: Whether that is done, or only counted.
        what: What it found, in one word: a kind of data, a rule, a fault; empty for nothing.
        fault: Why the check could not be made; None if it could.
        rung: Who told how probable an attack is; None if it is no such check, or nobody did.
        view: In which reading of the text that showed; None if nothing did.
    """

    check: Check
    consequence: Consequence
    mode: Mode
    what: str = ""
    fault: ScreenFault | None = None
    rung: Rung | None = None
    view: str | None = None

    @property
    def is_carried_out(self) -> bool:
        """Whether anything is done about it."""
        return self.mode is Mode.ENFORCE and self.consequence is not Consequence.ALLOW


@frozen
class Judgement:
    """What all checks together say about one request.

    Args:
        sentences: One for every check that was made, or should have been.
        masked: Data that the model must not see.
    """

    sentences: tuple[Sentence, ...] = ()
    masked: tuple[PersonalDatum, ...] = field(default=(), repr=False)

    def first(self, consequence: Consequence) -> Sentence | None:
        """Returns the first sentence with this consequence that is carried out."""
        for sentence in self.sentences:
            if sentence.is_carried_out and sentence.consequence is consequence:
                return sentence
        return None

    @property
    def is_clean(self) -> bool:
        """Whether every check was made and found nothing that it would act on if it might."""
        return all(
            each.consequence is Consequence.ALLOW and each.fault is None for each in self.sentences
        )

    @property
    def needs_privacy(self) -> bool:
        """Whether only private endpoints may see the request."""
        return self.first(Consequence.ROUTE) is not None

    @property
    def asks_for_privacy(self) -> bool:
        """Whether a check wants that, be it carried out or only counted."""
        return any(each.consequence is Consequence.ROUTE for each in self.sentences)

    @property
    def without_privacy(self) -> "Judgement":
        """What the checks say where nothing private is to be had: a block instead."""
        return evolve(self, sentences=tuple(map(_denied, self.sentences)))


def _denied(sentence: Sentence) -> Sentence:
    is_demand = sentence.consequence is Consequence.ROUTE
    return evolve(sentence, consequence=Consequence.BLOCK) if is_demand else sentence


NOTHING_FOUND = Judgement()


def judge(screening: Screening, guards: Guards) -> Judgement:
    """Applies guards to what was found. Total: every finding has a consequence."""
    sentences = tuple(
        _sentence(check, screening, guards) for check in Check if check in guards.checks
    )
    masked = _masked(screening, guards) if guards.pii.mode is Mode.ENFORCE else ()
    return Judgement(sentences, masked)


def judge_unread(guards: Guards) -> Judgement:
    """Applies guards to a request that nobody could read: it is unscannable, and that is all."""
    said = judge(Screening(opaque=((),)), guards).sentences
    return Judgement(tuple(each for each in said if each.check is Check.UNSCANNABLE))


def _sentence(check: Check, screening: Screening, guards: Guards) -> Sentence:
    mode = guards.mode_of(check)
    consequence, what, view = _found(check, screening, guards)
    fault = screening.failures.get(check)
    rungs = (each.rung for each in screening.threats if each.kind.value == check.value)
    rung = next(rungs, None)
    if fault is None or consequence is Consequence.BLOCK:
        return Sentence(check, consequence, mode, what, fault, rung, view)
    # What was found before it failed may be less than there is.
    if guards.fails_closed(check):
        return Sentence(check, Consequence.UNAVAILABLE, mode, fault.value, fault, rung, view)
    return Sentence(check, consequence, mode, what or fault.value, fault, rung, view)


_Finding: TypeAlias = tuple[Consequence, str, str | None]
"""What is to be done, about what, and in which reading of a text that showed."""


def _found(check: Check, screening: Screening, guards: Guards) -> _Finding:
    match check:
        case Check.JAILBREAK:
            return _attack(screening, AttackKind.JAILBREAK, guards.jailbreak.threshold)
        case Check.INJECTION:
            return _attack(screening, AttackKind.INJECTION, guards.injection.threshold)
        case Check.UNSCANNABLE:
            if screening.opaque:
                return Consequence.BLOCK, "opaque", None
            if screening.is_too_long:
                return Consequence.BLOCK, ScreenFault.TOO_LONG.value, None
            return Consequence.ALLOW, "", None
        case Check.PII:
            return _worst(screening, guards)


def _attack(screening: Screening, kind: AttackKind, threshold: float) -> _Finding:
    view = None
    for threat in screening.threats:
        if threat.kind is kind:
            if threat.probability >= threshold:
                return Consequence.BLOCK, _named(threat), threat.view
            view = view or threat.view
    return Consequence.ALLOW, "", view


def _named(threat: Threat) -> str:
    return threat.rules[0] if threat.rules else threat.kind.value


def _worst(screening: Screening, guards: Guards) -> _Finding:
    """The gravest thing to be done about any datum, and the first that asks for it."""
    worst, what, view = PiiAction.ALLOW, "", None
    for action, datum in _actions(screening, guards):
        if _GRAVITY.index(action) > _GRAVITY.index(worst):
            worst, what, view = action, datum.span.kind.value, datum.view
    return _CONSEQUENCES[worst], what, view


def _masked(screening: Screening, guards: Guards) -> tuple[PersonalDatum, ...]:
    actions = _actions(screening, guards)
    return tuple(datum for action, datum in actions if action is PiiAction.MASK)


def _actions(screening: Screening, guards: Guards) -> Iterator[tuple[PiiAction, PersonalDatum]]:
    for datum in screening.data:
        action = guards.pii.action_on(datum.span.kind, datum.span.score)
        if action is PiiAction.MASK and not datum.is_editable:
            action = PiiAction.BLOCK
        yield action, datum


_GRAVITY = (PiiAction.ALLOW, PiiAction.MASK, PiiAction.ROUTE, PiiAction.BLOCK)
_CONSEQUENCES = {
    PiiAction.ALLOW: Consequence.ALLOW,
    PiiAction.MASK: Consequence.MASK,
    PiiAction.ROUTE: Consequence.ROUTE,
    PiiAction.BLOCK: Consequence.BLOCK,
}
