"""Scripts that only one language of some currency is written in."""

import re
from typing import Final

# Han alone is Chinese or Japanese, so it is not here; with kana it is Japanese.
_SCRIPTS: Final = {
    "el": "\u0370-\u03ff\u1f00-\u1fff",
    "gu": "\u0a80-\u0aff",
    "he": "\u0590-\u05ff",
    "hy": "\u0530-\u058f",
    "ja": "\u3041-\u30ff",
    "ka": "\u10a0-\u10ff",
    "km": "\u1780-\u17ff",
    "kn": "\u0c80-\u0cff",
    "ko": "\u1100-\u11ff\u3130-\u318f\uac00-\ud7af",
    "lo": "\u0e80-\u0eff",
    "ml": "\u0d00-\u0d7f",
    "my": "\u1000-\u109f",
    "pa": "\u0a00-\u0a7f",
    "si": "\u0d80-\u0dff",
    "ta": "\u0b80-\u0bff",
    "te": "\u0c00-\u0c7f",
    "th": "\u0e01-\u0e7f",
}

# One alone is as likely a sign: a Greek one in a formula.
_FEWEST: Final = 2

_HAN: Final = "\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff"

_SOLE: Final = {
    language: re.compile(
        f"[{chars}]+" if language != "ja" else f"[{_HAN}]*[{chars}][{_HAN}{chars}]*"
    )
    for language, chars in _SCRIPTS.items()
}


def language_of_script(letters: str) -> str | None:
    """Returns the language that some letters can only be, or None if they can be several.

    Args:
        letters: Nothing but letters and marks, and few of them.
    """
    if len(letters) < _FEWEST:
        return None
    for language, pattern in _SOLE.items():
        if pattern.fullmatch(letters):
            return language
    return None
