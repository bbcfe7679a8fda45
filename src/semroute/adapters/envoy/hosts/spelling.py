"""How Kubernetes spells names, durations and sizes."""

import hashlib
import re
from typing import Final

_OTHERS: Final = re.compile(r"[^a-z0-9]+")
_LONGEST: Final = 40  # with a digest behind it, well below the 63 characters of a label
_MIB: Final = 1 << 20


def object_name(name: str) -> str:
    """Returns a name that an object may have, different for different names (RFC 1123)."""
    plain = _OTHERS.sub("-", name.lower()).strip("-")[:_LONGEST].rstrip("-")
    if plain == name:
        return plain
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{plain}-{digest}" if plain else f"x-{digest}"


def duration(seconds: float) -> str:
    """Returns a duration of at least a millisecond, as the Gateway API wants it (GEP-2257)."""
    whole, rest = divmod(max(round(seconds * 1000), 1), 1000)
    return "".join([f"{whole}s" if whole else "", f"{rest}ms" if rest else ""])


def quantity(size: int) -> str:
    """Returns a number of bytes."""
    return str(size) if size % _MIB else f"{size // _MIB}Mi"
