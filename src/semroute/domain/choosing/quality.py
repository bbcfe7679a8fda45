"""How good an answer shall be, between cheapest and best."""

from typing import Final

from attrs import field, frozen
from attrs.validators import and_, ge, le

_DIGITS: Final = 8  # a longer number is nobody's


@frozen
class QualityKnob:
    """What the operator says, and how far clients may deviate.

    Args:
        default: What counts if a client says nothing; 0 for the cheapest, 1 for the best.
        least: The least that a client may ask for.
        most: The most.
    """

    default: float = field(default=1.0, validator=and_(ge(0), le(1)))
    least: float = field(default=0.0, validator=and_(ge(0), le(1)))
    most: float = field(default=1.0, validator=and_(ge(0), le(1)))

    def turned(self, wish: float | None) -> float:
        """Returns what counts for a client that wishes for something, or says nothing."""
        return self.default if wish is None else min(max(wish, self.least), self.most)

    def wish(self, text: str) -> float | None:
        """Reads what a client wishes for: a number from 0 to 1, or a word.

        Returns:
            The number; `cheap` is the least that is allowed, `best` the most, and `balanced` what
            the operator says. None if it is none of these.
        """
        match text.strip().lower():
            case "cheap":
                return self.least
            case "balanced":
                return self.default
            case "best":
                return self.most
            case number:
                return _number(number)


def _number(text: str) -> float | None:
    plain = text.replace(".", "", 1)
    if not (plain.isascii() and plain.isdigit() and len(text) <= _DIGITS):
        return None
    value = float(text)
    return value if value <= 1 else None
