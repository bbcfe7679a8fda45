"""Telling a peer that does harm from one that is merely busy."""

from typing import Final

from attrs import define, field

_HALF_LIFE_SECONDS: Final = 5.0


@define
class FloodGuard:
    """Weighs frames that cost work and bring none against those that do.

    Args:
        limit: How far the former may get ahead.
        now: The time, in seconds from anywhere.
    """

    limit: int
    now: float
    _noise: float = field(init=False, default=0.0)

    def noise(self, now: float) -> bool:
        """Counts a frame that brings nothing; says whether that is one too many."""
        self._noise = max(0.0, self._noise - (now - self.now) * self.limit / 100) + 1
        self.now = now
        return self._noise > self.limit

    def work(self, amount: int = 1) -> None:
        """Counts frames that brought something, or that we have sent."""
        self._noise = max(0.0, self._noise - amount)


@define
class ResetGuard:
    """Weighs calls that are reset before they have said anything against those that have.

    This is how rapid reset (CVE-2023-44487) and its mirror image, in which the peer makes us
    reset (CVE-2025-8671), look from here. A client of Envoy's that hangs up does not count: by
    then Envoy has sent its first message. Counts halve every five seconds.

    Args:
        limit: How many are tolerated whatever the proportion.
        now: The time, in seconds from anywhere.
    """

    limit: int
    now: float
    _silent: float = field(init=False, default=0.0)
    _spoken: float = field(init=False, default=0.0)

    def spoken(self, now: float) -> None:
        """Counts a call that said something."""
        self._fade(now)
        self._spoken += 1

    def silent(self, now: float) -> bool:
        """Counts a call that was reset in silence; says whether that is one too many."""
        self._fade(now)
        self._silent += 1
        return self._silent > self.limit and self._silent > self._spoken

    def _fade(self, now: float) -> None:
        share = 0.5 ** ((now - self.now) / _HALF_LIFE_SECONDS)
        self._silent *= share
        self._spoken *= share
        self.now = now
