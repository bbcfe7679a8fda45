"""Attacks on a model by what it is given to read."""

from enum import StrEnum


class AttackKind(StrEnum):
    """A kind of attack. The value is its name in configuration and metrics."""

    JAILBREAK = "jailbreak"  # a user talks the model out of its rules
    INJECTION = "injection"  # a text the model was given as data gives it orders
