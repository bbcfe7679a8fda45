"""Under which settings something is measured: the configured ones, and time enough."""

from typing import Final, get_args

from attrs import evolve

from semroute.app.guards import ActionName, GuardSettings, KindName, PiiGuardSettings
from semroute.app.limits import MiB
from semroute.app.settings import Settings
from semroute.domain.guards import ENCODER_KINDS

_PLENTY_SECONDS: Final = 600.0  # a machine may be slow; what is late would look like a failure
_PLENTY_CHARS: Final = 256 * MiB  # likewise, for texts that are longer than a request may be
_PLENTY_WINDOWS: Final = 10_000


def for_attacks(settings: Settings) -> Settings:
    """Returns settings under which every text is screened for attacks, and nothing else.

    Thresholds, and how much the encoder may read, are as configured.
    """
    guards = settings.guards
    return _alone(
        settings,
        evolve(
            guards,
            jailbreak=evolve(guards.jailbreak, mode="monitor"),
            injection=evolve(guards.injection, mode="monitor"),
            pii=evolve(guards.pii, mode="off"),
        ),
        settings.screening.max_windows,
    )


def for_pii(settings: Settings, *, entities: bool) -> Settings:
    """Returns settings under which every text is screened for all kinds of personal data.

    Args:
        settings: Where the thresholds come from.
        entities: Whether people and street addresses are among the kinds.
    """
    guards = settings.guards
    kinds: tuple[KindName, ...] = get_args(KindName)
    actions: dict[KindName, ActionName] = {
        kind: "mask" if entities or kind not in ENCODER_KINDS else "allow" for kind in kinds
    }
    return _alone(
        settings,
        evolve(
            guards,
            jailbreak=evolve(guards.jailbreak, mode="off"),
            injection=evolve(guards.injection, mode="off"),
            pii=evolve(guards.pii, mode="monitor", actions=actions),
        ),
        _PLENTY_WINDOWS,
    )


def _alone(settings: Settings, guards: GuardSettings, max_windows: int) -> Settings:
    """Returns settings without exceptions from the guards, and without haste or memory."""
    return evolve(
        settings,
        guards=evolve(guards, answers=PiiGuardSettings(mode="off"), unscannable="off"),
        categories={name: evolve(each, guards=None) for name, each in settings.categories.items()},
        models={name: evolve(each, guards=None) for name, each in settings.models.items()},
        screening=evolve(
            settings.screening,
            budget_seconds=_PLENTY_SECONDS,
            max_chars=_PLENTY_CHARS,
            max_windows=max_windows,
            remembered=0,
        ),
    )
