"""Texts without half surrogate pairs, which no tokenizer takes."""

import re
from typing import Final

_LONE: Final = re.compile("[\ud800-\udfff]")
_UNKNOWN: Final = "\ufffd"


def well_formed(text: str) -> str:
    """Returns a text of the same length that is well-formed.

    JSON can spell half a surrogate pair, which none does. Another sign stands in for it.
    """
    return _LONE.sub(_UNKNOWN, text)
