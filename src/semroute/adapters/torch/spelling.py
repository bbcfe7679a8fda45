"""Texts that a tokenizer takes."""

import re
from typing import Final

_LONE: Final = re.compile("[\ud800-\udfff]")
_UNKNOWN: Final = "\ufffd"


def spelled(text: str) -> str:
    """Returns a text of the same length that any tokenizer takes.

    JSON can spell half a surrogate pair, which none does. Another sign stands in for it.
    """
    return _LONE.sub(_UNKNOWN, text)
