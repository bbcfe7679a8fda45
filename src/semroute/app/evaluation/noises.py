"""What is done to prompts that should not change what they are about."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from semroute.app.typos import mistyped

_PUNCTUATION: Final = re.compile(r"[.,;:!?](?![0-9])")


def _hasty(text: str) -> str:
    """Returns a text as people type it who care for neither capitals nor punctuation."""
    return _PUNCTUATION.sub("", text.lower())


NOISES: Final[Mapping[str, Callable[[str], str]]] = {
    "typos": mistyped,
    "upper case": str.upper,
    "lower case without punctuation": _hasty,
}
"""Each by its name in reports."""
