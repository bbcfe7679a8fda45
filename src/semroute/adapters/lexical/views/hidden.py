"""Text that no screen shows and every tokenizer reads: tag characters, variation selectors."""

import re
from collections.abc import Iterator
from typing import Final

from semroute.domain.views import View

from .edit import Edit, edited
from .readable import text_of

_TAGS: Final = re.compile("[\U000e0020-\U000e007e]+")
_ASCII: Final = {0xE0000 + code: chr(code) for code in range(0x20, 0x7F)}

# Flags of England, Scotland and Wales are written with tags, after a black flag.
_FLAG: Final = re.compile("\U0001f3f4[\U000e0061-\U000e007a]{3,6}\U000e007f")

_SELECTORS: Final = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]{4,}")
_FIRST: Final = 0xFE00  # bytes 0 to 15
_SECOND: Final = 0xE0100 - 16  # bytes 16 to 255


def tags_of(view: View) -> View | None:
    """Returns the view with tag characters as the ASCII they repeat, flags apart."""
    return edited(view, "tags", _tag_edits(view.text))


def selectors_of(view: View) -> View | None:
    """Returns the view with runs of variation selectors as the bytes they number."""
    return edited(view, "selectors", _selector_edits(view.text))


def _tag_edits(text: str) -> Iterator[Edit]:
    flags = {flag.start() + 1 for flag in _FLAG.finditer(text)}
    for run in _TAGS.finditer(text):
        if run.start() not in flags:
            yield Edit(run.start(), run.end(), run[0].translate(_ASCII), 1, 1)


def _selector_edits(text: str) -> Iterator[Edit]:
    for run in _SELECTORS.finditer(text):
        data = bytes(_byte(ord(selector)) for selector in run[0])
        plain = text_of(data)
        if plain is None:
            continue
        stride = int(len(plain) == len(data))
        yield Edit(run.start(), run.end(), plain, stride, stride)


def _byte(code: int) -> int:
    return code - _FIRST if code < _SECOND else code - _SECOND
