"""When to stop asking somebody who does not answer."""

from attrs import define, field


@define
class Breaker:
    """Opens after some failures in a row, and lets one try through now and then.

    Args:
        failures: How many failures in a row open it.
        pause_seconds: How long it stays open before somebody may try again.
    """

    failures: int = 5
    pause_seconds: float = 10.0
    _failed: int = field(init=False, default=0)
    _closes_at: float = field(init=False, default=0.0)

    def allows(self, now: float) -> bool:
        """Whether to ask now, in seconds of a clock that only goes forward.

        Once the pause is over, who asks is the one who tries; others wait for the next pause.
        """
        if self._failed < self.failures:
            return True
        if now < self._closes_at:
            return False
        self._closes_at = now + self.pause_seconds
        return True

    def succeeded(self) -> None:
        """There was an answer."""
        self._failed = 0

    def failed(self, now: float) -> None:
        """There was none."""
        self._failed += 1
        if self._failed == self.failures:
            self._closes_at = now + self.pause_seconds
