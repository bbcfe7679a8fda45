"""Attacks on a model by what it is given to read."""

import math
from collections.abc import Mapping
from enum import StrEnum
from typing import Final, Protocol

from attrs import evolve, field, frozen
from attrs.validators import deep_mapping, gt, instance_of

from .passage import Origin


class AttackKind(StrEnum):
    """A kind of attack. The value is its name in configuration and metrics."""

    JAILBREAK = "jailbreak"  # a user talks the model out of its rules
    INJECTION = "injection"  # a text the model was given as data gives it orders

    @classmethod
    def of(cls, origin: Origin) -> "AttackKind":
        """Returns which kind it is, if a text with this origin is an attack."""
        return cls.INJECTION if origin is Origin.TOOL else cls.JAILBREAK


@frozen
class LexicalScore:
    """How much a text reads like an attack, by its letters and words alone.

    Args:
        logit: Log odds of its most suspicious part; 0 is even.
        rules: Names of the rules that part breaks; they say why in words.
        start: Where it begins, in characters.
        end: Where it has ended. This is what to show to a reader.
        others: Likewise of the next most suspicious parts, which the first may be there to hide.
    """

    logit: float
    rules: tuple[str, ...] = ()
    start: int = 0
    end: int = 0
    others: tuple["LexicalScore", ...] = ()


class AttackScorer(Protocol):
    """Scores a text at once, all of it, whatever its length."""

    def score(self, text: str, kind: AttackKind) -> LexicalScore:
        """Returns the score of the most suspicious part. Linear in the text's length.

        Args:
            text: The text.
            kind: What it would be, if it were an attack.
        """
        ...


# Both heads are shifted so that 2 or 3 % of the held-out ordinary texts that look most like
# attacks stand above a logit of 0.
DEFAULT_THRESHOLD: Final = 0.5

_MAX_LOGIT: Final = 700.0  # exp of more overflows


@frozen
class Cascade:
    """When a reader is asked about a text's meaning, and what follows from both.

    Args:
        low: Below this lexical logit nobody is asked: it is no attack.
        high: From this one on nobody is asked: it is one.
        temperatures: What the mean of both logits is divided by, above 0, so that attacks of a
            kind are as probable as is said; 1 if nothing is said of the kind. The letters' alone
            needs none: it is fitted to be.
    """

    low: float
    high: float
    temperatures: Mapping[AttackKind, float] = field(
        factory=dict[AttackKind, float], validator=deep_mapping(instance_of(AttackKind), gt(0))
    )

    def between(self, low: float | None, high: float | None) -> "Cascade":
        """Returns the same with other bounds, given as probabilities; None: they stay."""
        return evolve(
            self,
            low=self.low if low is None else _logit(low),
            high=self.high if high is None else _logit(high),
        )

    def is_sure(self, lexical: float) -> bool:
        """Whether the letters alone say that it is an attack."""
        return lexical >= self.high

    def is_unsure(self, lexical: float) -> bool:
        """Whether the letters alone do not decide."""
        return self.low <= lexical < self.high

    def probability(self, kind: AttackKind, lexical: float, reader: float | None) -> float:
        """Returns how probable an attack is.

        Args:
            kind: Of which kind.
            lexical: The logit of its letters.
            reader: The logit of its meaning; None if nobody was asked, or could say.
        """
        if reader is None:
            return probability_of(lexical)
        return probability_of((lexical + reader) / 2 / self.temperatures.get(kind, 1.0))


def probability_of(logit: float) -> float:
    """Returns the probability whose log odds these are."""
    if logit == -math.inf:
        return 0.0
    return 1 / (1 + math.exp(-max(logit, -_MAX_LOGIT)))


def _logit(probability: float) -> float:
    if probability in {0, 1}:
        return math.copysign(math.inf, probability - 0.5)
    return math.log(probability / (1 - probability))


# Between these logits the letters alone are not trusted; docs/guard-model.md says what that costs
# and brings.
CASCADE: Final = Cascade(low=-3.0, high=4.0)

CAREFUL_CASCADE: Final = Cascade(low=-math.inf, high=CASCADE.high)
"""Asks about every text that the letters do not condemn."""
