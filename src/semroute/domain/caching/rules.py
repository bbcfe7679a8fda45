"""What an operator allows the cache to do."""

from enum import StrEnum
from typing import Final

from attrs import field, frozen
from attrs.validators import ge, gt, le

from .agreement import DEFAULT_THRESHOLD

# A warmer model is asked for variety, and a kept answer has none.
_COOL: Final = 0.3


class CacheMode(StrEnum):
    """How far the cache goes."""

    OFF = "off"
    EXACT = "exact"  # the same request is answered from it
    SEMANTIC = "semantic"  # so is one whose last text means the same


class CacheScope(StrEnum):
    """Who shares answers."""

    IDENTITY = "identity"  # those with the same identity headers; without them there is no cache
    GLOBAL = "global"  # everybody


@frozen
class CacheRules:
    """The rules for the requests of one route.

    Args:
        mode: How far the cache goes.
        scope: Who shares answers.
        ttl_seconds: How long an answer may be given again, from when it was made.
        threshold: From which cosine on two texts may mean the same.
        max_temperature: Requests above it go past the cache. What was asked at more than 0.3 is
            only ever found by the same request.
        keeps_tool_calls: Whether calls of tools are kept, for the same request only.
    """

    mode: CacheMode = CacheMode.OFF
    scope: CacheScope = CacheScope.IDENTITY
    ttl_seconds: float = field(default=3600.0, validator=gt(0))
    threshold: float = field(default=DEFAULT_THRESHOLD, validator=[gt(0), le(1)])
    max_temperature: float = field(default=_COOL, validator=ge(0))
    keeps_tool_calls: bool = False

    def admits(self, temperature: float | None) -> bool:
        """Whether what is asked at this temperature may be kept. None is the server's own."""
        return temperature is None or temperature <= self.max_temperature

    def compares(self, temperature: float | None) -> bool:
        """Whether what is asked at this temperature may be found by its meaning."""
        is_cool = temperature is None or temperature <= _COOL
        return self.mode is CacheMode.SEMANTIC and is_cool and self.admits(temperature)


NO_CACHE: Final = CacheRules()
