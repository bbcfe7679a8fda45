"""Attacks on a model by what it is given to read."""

from enum import StrEnum
from math import exp
from typing import Final

# The heads are shifted for this: letters alone, it flags about 2 % of ordinary prompts with an
# attack's words in them, and with the encoder as many (docs/guard-model.md).
DEFAULT_THRESHOLD: Final = 0.5

# Between these logits the letters alone are not trusted. Of 800 exam questions and 800 everyday
# requests, 1.9 % and 0.5 % are there; of long documents seven in ten (docs/guard-model.md).
UNSURE_FROM: Final = -3.0
UNSURE_TO: Final = 4.0

_MAX_LOGIT: Final = 700.0  # exp of more overflows


class AttackKind(StrEnum):
    """A kind of attack. The value is its name in configuration and metrics."""

    JAILBREAK = "jailbreak"  # a user talks the model out of its rules
    INJECTION = "injection"  # a text the model was given as data gives it orders


def fused(lexical: float, encoder: float | None) -> float:
    """Returns the probability that a text is an attack.

    Args:
        lexical: The log odds by its letters.
        encoder: The log odds by its meaning, or None if nobody asked the encoder.
    """
    logit = lexical if encoder is None else (lexical + encoder) / 2
    if logit < -_MAX_LOGIT:
        return 0.0
    return 1 / (1 + exp(-logit))


def needs_encoder(lexical: float) -> bool:
    """Returns whether the letters leave it open, so that the encoder is worth its price."""
    return UNSURE_FROM < lexical < UNSURE_TO
