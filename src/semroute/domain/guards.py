"""What is checked before a request reaches a model, and what follows from a finding."""

from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property
from typing import Final

from attrs import evolve, field, frozen
from attrs.validators import ge, le

from .attack import DEFAULT_THRESHOLD
from .pii import PiiKind


class Check(StrEnum):
    """One thing that requests are checked for. The value is its name everywhere."""

    JAILBREAK = "jailbreak"
    INJECTION = "injection"
    PII = "pii"
    UNSCANNABLE = "unscannable"  # what nobody here can read: images, audio, files, too much text


ATTACK_CHECKS: Final = frozenset({Check.JAILBREAK, Check.INJECTION})


class Mode(StrEnum):
    """How far a check goes."""

    OFF = "off"  # nobody looks
    MONITOR = "monitor"  # what `enforce` would have done is counted, and not done
    ENFORCE = "enforce"


class OnError(StrEnum):
    """What becomes of a request when a check that is enforced cannot be made."""

    CLOSED = "closed"  # it is refused with 503
    OPEN = "open"  # it goes on, and the failure is counted and shown


class PiiAction(StrEnum):
    """What is done about one kind of personal data."""

    ALLOW = "allow"
    MASK = "mask"  # the model sees a placeholder
    ROUTE = "route"  # only endpoints marked private may see it
    BLOCK = "block"


class BlockStyle(StrEnum):
    """How a client hears that its request is blocked."""

    ERROR = "error"  # 403, and an error in the words of its API
    REFUSAL = "refusal"  # 200, and a model's refusal in the words of its API


@frozen
class AttackGuard:
    """How texts are checked for one kind of attack.

    Args:
        mode: How far it goes.
        threshold: From which probability on a text counts as an attack.
        on_error: What happens when nobody can say.
    """

    mode: Mode = Mode.MONITOR
    threshold: float = field(default=DEFAULT_THRESHOLD, validator=[ge(0), le(1)])
    on_error: OnError = OnError.CLOSED


@frozen
class PiiGuard:
    """How texts are checked for personal data and secrets.

    Args:
        mode: How far it goes.
        actions: What is done about each kind; kinds that are not named are allowed.
        thresholds: From which score on a finding of a kind counts; 0.5 for kinds not named.
        restores: Whether placeholders in the model's answer become the original words again.
        on_error: What happens when nobody can say.
    """

    mode: Mode = Mode.MONITOR
    actions: Mapping[PiiKind, PiiAction] = field(factory=lambda: DEFAULT_ACTIONS)
    thresholds: Mapping[PiiKind, float] = field(factory=dict)
    restores: bool = True
    on_error: OnError = OnError.CLOSED

    @property
    def is_closed(self) -> bool:
        """Whether what cannot be checked must not go on."""
        return self.on_error is OnError.CLOSED

    def action_on(self, kind: PiiKind, score: float) -> PiiAction:
        """Returns what is to be done about a finding."""
        is_sure = score >= self.thresholds.get(kind, _SURE_ENOUGH)
        return self.actions.get(kind, PiiAction.ALLOW) if is_sure else PiiAction.ALLOW

    @cached_property
    def kinds(self) -> frozenset[PiiKind]:
        """The kinds somebody has to look for."""
        if self.mode is Mode.OFF:
            return frozenset()
        return frozenset(
            kind for kind, action in self.actions.items() if action is not PiiAction.ALLOW
        )


@frozen
class Guards:
    """Every check, and how far each goes.

    Args:
        jailbreak: Users who talk a model out of its rules.
        injection: Orders in texts that are data.
        pii: Personal data and secrets in requests.
        answers: The same in models' answers; `route` means nothing there.
        unscannable: What is done about what nobody can read, and about more than is read.
        style: How a blocked client hears of it.
    """

    jailbreak: AttackGuard = AttackGuard()
    injection: AttackGuard = AttackGuard()
    pii: PiiGuard = field(factory=PiiGuard)
    answers: PiiGuard = field(factory=lambda: PiiGuard(mode=Mode.OFF))
    unscannable: Mode = Mode.MONITOR
    style: BlockStyle = BlockStyle.ERROR

    def mode_of(self, check: Check) -> Mode:
        """Returns how far a check goes."""
        match check:
            case Check.JAILBREAK:
                return self.jailbreak.mode
            case Check.INJECTION:
                return self.injection.mode
            case Check.PII:
                return self.pii.mode if self.pii.kinds else Mode.OFF
            case Check.UNSCANNABLE:
                return self.unscannable

    def fails_closed(self, check: Check) -> bool:
        """Whether a request is refused when this check, enforced, cannot be made."""
        match check:
            case Check.JAILBREAK:
                return self.jailbreak.on_error is OnError.CLOSED
            case Check.INJECTION:
                return self.injection.on_error is OnError.CLOSED
            case Check.PII:
                return self.pii.on_error is OnError.CLOSED
            case Check.UNSCANNABLE:
                return True

    @property
    def enforces(self) -> bool:
        """Whether anything may be done to a request, and not only counted."""
        return any(self.mode_of(check) is Mode.ENFORCE for check in Check)

    @cached_property
    def checks(self) -> frozenset[Check]:
        """The checks somebody has to make."""
        return frozenset(check for check in Check if self.mode_of(check) is not Mode.OFF)


_SURE_ENOUGH: Final = 0.5

_PUBLIC: Final = (PiiKind.URL, PiiKind.DOMAIN, PiiKind.IP_ADDRESS, PiiKind.MAC_ADDRESS)
_READ_BY_ENCODER: Final = (PiiKind.PERSON, PiiKind.ADDRESS)

# Addresses of machines are in every second question of a programmer; names and streets cost an
# encoder pass for every text. Whoever needs them asks for them.
DEFAULT_ACTIONS: Final[Mapping[PiiKind, PiiAction]] = {
    kind: PiiAction.MASK for kind in PiiKind if kind not in (*_PUBLIC, *_READ_BY_ENCODER)
}
ENCODER_KINDS: Final = frozenset(_READ_BY_ENCODER)
NO_GUARDS: Final = Guards(
    jailbreak=AttackGuard(Mode.OFF),
    injection=AttackGuard(Mode.OFF),
    pii=PiiGuard(Mode.OFF),
    unscannable=Mode.OFF,
)
MONITORED: Final = Guards()
ENFORCED: Final = evolve(
    MONITORED,
    jailbreak=AttackGuard(Mode.ENFORCE),
    injection=AttackGuard(Mode.ENFORCE),
    pii=PiiGuard(Mode.ENFORCE),
    unscannable=Mode.ENFORCE,
)
