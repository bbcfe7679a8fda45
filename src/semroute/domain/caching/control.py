"""What a client wants of the cache."""

import re
from typing import Final, Self

from attrs import frozen

from semroute.domain.headers import Headers

_SECONDS: Final = re.compile(r"(max-age|ttl)\s*=\s*\"?([0-9]{1,9})\"?")


@frozen
class Control:
    """What the request's headers ask, as `cache-control` or `x-semroute-cache`.

    Args:
        may_read: Whether a kept answer may be given; not after `no-cache`.
        may_keep: Whether the answer may be kept; not after `no-store`.
        max_age_seconds: How old a given answer may be; None for any age.
        ttl_seconds: How long the answer may be kept; None for as long as the rules say.
    """

    may_read: bool = True
    may_keep: bool = True
    max_age_seconds: float | None = None
    ttl_seconds: float | None = None

    @classmethod
    def of(cls, headers: Headers) -> Self:
        """Reads them. What is not understood is passed over, as HTTP wants it.

        `no-store` also forbids to read: who wants no trace of a request wants none of it found.
        """
        words = [
            word.strip().lower()
            for name, value in headers
            if name in (CACHE_CONTROL, CACHE_HEADER)
            for word in value.decode("latin-1").split(",")
        ]
        found = [match for word in words if (match := _SECONDS.fullmatch(word))]
        seconds = {match[1]: float(match[2]) for match in found}
        keeps = "no-store" not in words
        return cls(
            may_read=keeps and "no-cache" not in words,
            may_keep=keeps,
            max_age_seconds=seconds.get("max-age"),
            ttl_seconds=seconds.get("ttl"),
        )


CACHE_CONTROL: Final = "cache-control"
CACHE_HEADER: Final = "x-semroute-cache"
NO_CONTROL: Final = Control()
