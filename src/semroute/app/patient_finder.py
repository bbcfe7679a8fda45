"""Personal data looked for in answers, where nothing else runs beside it."""

from attrs import field, frozen

from semroute.domain.pii import PiiFinder, PiiSpan
from semroute.domain.ports import Patience


@frozen
class PatientFinder:
    """Another finder, as long as it does not take too long.

    Args:
        finder: The other one.
        patience: How long it may keep the event loop for one text.
    """

    finder: PiiFinder
    patience: Patience = field(repr=False)

    def find(self, text: str) -> tuple[PiiSpan, ...]:
        """Returns what is in a text, in order.

        Raises:
            TimeoutError: It took too long; the finder's fault.
        """
        return self.patience(lambda: self.finder.find(text))
