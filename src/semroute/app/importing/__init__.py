"""Configurations of other routers as ours: pure translation, no files.

Every setting of theirs is carried over, approximated, or said to be left; none is lost in silence.
"""

from .findings import (
    Approximated,
    Carried,
    Finding,
    Left,
    Misread,
    UnreadableError,
    place_of,
)
from .translate import Translation, translate
from .written import text_of

__all__ = [
    "Approximated",
    "Carried",
    "Finding",
    "Left",
    "Misread",
    "Translation",
    "UnreadableError",
    "place_of",
    "text_of",
    "translate",
]
