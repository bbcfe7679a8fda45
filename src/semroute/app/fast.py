"""What the fast tier is to do under a configuration, and what keeps it from doing more."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

from attrs import frozen

from semroute.domain.policy import Policy

from .settings import Settings


class FastRole(StrEnum):
    """What the fast tier does."""

    FIRST = "first"  # it answers where it is sure, and where the encoder does not answer
    FALLBACK = "fallback"  # only where the encoder does not answer
    OFF = "off"


@frozen
class FastPlan:
    """What the fast tier is to do.

    Args:
        role: What.
        why: What keeps it from doing more, in words; empty if nothing does.
    """

    role: FastRole
    why: str = ""

    @property
    def words(self) -> str:
        """All of it, in words."""
        return f"{self.role.value}: {self.why}" if self.why else self.role.value

    def as_json(self) -> Mapping[str, str]:
        """Returns it for machines."""
        return {"role": self.role.value, "why": self.why}


NO_FAST_TIER: Final = FastPlan(FastRole.OFF)


def plan_of(
    settings: Settings,
    policy: Policy,
    strangers: Sequence[str] | None,
    *,
    reads_every_text: bool = False,
) -> FastPlan:
    """Returns what the fast tier is to do.

    Args:
        settings: What was configured.
        policy: Likewise.
        strangers: The categories that the model does not know as they are configured; None if
            there is no model.
        reads_every_text: Whether the encoder reads every text for attacks.
    """
    missing = _obstacle(settings, strangers)
    if missing:
        return FastPlan(FastRole.OFF, missing)
    better = _better(settings, policy, reads_every_text=reads_every_text)
    return FastPlan(FastRole.FALLBACK, better) if better else FastPlan(FastRole.FIRST)


def _obstacle(settings: Settings, strangers: Sequence[str] | None) -> str:
    """Returns why there can be no fast tier; empty if there can."""
    if settings.classifier.fast.mode == "off":
        return "classifier.fast.mode says so"
    if settings.classifier.directory is not None:
        return "it belongs to the embedded encoder"
    if any(each.task == "category" for each in settings.classifier.checkpoints):
        return "a checkpoint of yours says what prompts are about"
    if strangers is None:
        return "there is no such head"
    if strangers:
        return f"it was not trained for {strangers[0]!r} as configured"
    return "" if settings.categories else "there are no categories"


def _better(settings: Settings, policy: Policy, *, reads_every_text: bool) -> str:
    """Returns why the encoder is asked first; empty if it need not be."""
    if settings.classifier.fast.mode == "fallback":
        return "classifier.fast.mode says so"
    if policy.compares_meanings:
        return "the cache compares every prompt by its meaning, and the encoder knows better"
    if policy.wants_entities:
        return "the encoder reads every prompt for people and addresses, and knows better"
    if reads_every_text:
        return "the encoder reads every prompt for attacks of your own, and knows better"
    return ""
