"""How much of other people's data may be kept at once."""

from attrs import define, field
from attrs.validators import ge


@define
class ByteBudget:
    """A count of bytes that are being kept, and a bound on it.

    Args:
        limit: The bound.

    Attributes:
        used: How many are being kept.
    """

    limit: int = field(validator=ge(0))
    used: int = field(init=False, default=0)

    def take(self, amount: int) -> bool:
        """Counts more bytes, if there is room for all of them; says whether there was."""
        if self.used + amount > self.limit:
            return False
        self.used += amount
        return True

    def give(self, amount: int) -> None:
        """Counts bytes that are not kept any more."""
        self.used -= amount
