"""Whether decoded bytes are something that somebody wrote."""

import re
from typing import Final

# Bytes that happen to decode are noise: a random byte is an ASCII letter or a blank in one case
# of five. Text in any language is mostly letters; this leaves room for figures and punctuation.
_LEAST_LETTERS: Final = 0.6

_LETTERS: Final = re.compile(r"[^\W\d_]+")

# Among random bytes one in ten million such runs is all printable ASCII. So long a run need not
# be letters: it may be digits that are to be decoded once more, or a program.
_SURELY_CHARS: Final = 16

_LEAST_CHARS: Final = 5  # shorter is a coincidence too often, and says too little to matter
_LONGEST_CUT: Final = 3  # bytes of a character that a cut through UTF-8 may leave behind


def text_of(data: bytes) -> str | None:
    """Returns the text that the bytes spell, or None when they spell none."""
    text = _decoded(data)
    return text if text is not None and is_readable(text) else None


def is_readable(text: str) -> bool:
    """Whether it has no control characters, and is mostly letters and blanks or long ASCII."""
    if len(text) < _LEAST_CHARS:
        return False
    plain = "".join(text.split())
    if not plain.isprintable() or len(plain) * 2 < len(text):
        return False
    if len(text) >= _SURELY_CHARS and text.isascii():
        return True
    others = len(_LETTERS.sub("", plain))
    return len(text) - others >= _LEAST_LETTERS * len(text)


def _decoded(data: bytes) -> str | None:
    if data[1::2].count(0) * 2 > len(data) // 2:  # what PowerShell calls base64
        return data.decode("utf-16-le", "replace")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        is_cut = error.start >= len(data) - _LONGEST_CUT and error.reason.startswith("unexpected")
        return data[: error.start].decode() if is_cut else None
