"""How much a model shall reason before it answers."""

from enum import StrEnum


class ReasoningMode(StrEnum):
    """How much."""

    OFF = "off"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
