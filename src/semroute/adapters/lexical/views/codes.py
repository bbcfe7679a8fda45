"""Characters written as their numbers: `73 103 110`, `chr(73)+chr(103)`, `&#73; &#103;`."""

import re
from collections.abc import Iterator
from typing import Final

from .edit import Edit
from .readable import is_likely, is_readable
from .shape import Shape

# Six, as in "ignore".
_LEAST: Final = 6
_NUMBER: Final = re.compile(r"[0-9]{1,3}(?![0-9])")
# What stands between two of them may name what makes a character of the next. Entities that nothing
# else stands between are read as those, wherever they are.
_BETWEEN: Final = r"(?:\)[^0-9A-Za-z]{1,4}[A-Za-z.]{1,24}\(|(?!;?&#)[^0-9A-Za-z]{1,4}+)"
_RUN: Final = re.compile(
    rf"(?<![0-9A-Za-z])[0-9]{{1,3}}(?:{_BETWEEN}[0-9]{{1,3}}(?![0-9A-Za-z])){{{_LEAST - 1},}}+"
)

_OCTAL: Final = 8
_OCTAL_DIGITS: Final = frozenset("01234567")
_WRITTEN: Final = frozenset((*b"\t\n\r", *range(0x20, 0x7F), *range(0x80, 0x100)))


def may_be_codes(shape: Shape) -> bool:
    """Whether there are enough numbers of two digits or more."""
    return shape.words.count(b"dd") >= _LEAST


def code_edits(text: str) -> Iterator[Edit]:
    """Finds numbers of characters, in decimal or octal digits."""
    for run in _RUN.finditer(text):
        numbers = list(_NUMBER.finditer(text, run.start(), run.end()))
        for base in (10, _OCTAL):
            edits = list(_spelled(numbers, base))
            if edits:
                yield from edits
                break


def _spelled(numbers: list[re.Match[str]], base: int) -> Iterator[Edit]:
    """Yields what numbers spell wherever enough of them in a row are characters."""
    codes = [_code(number[0], base) for number in numbers]
    first = 0
    for last in [at for at, code in enumerate(codes) if code is None] + [len(codes)]:
        if last - first >= _LEAST:
            plain = _text(bytes(filter(None, codes[first:last])))
            if plain is not None:
                yield Edit(numbers[first].start(), numbers[last - 1].end(), plain)
        first = last + 1


def _code(number: str, base: int) -> int | None:
    if base == _OCTAL and not _OCTAL_DIGITS.issuperset(number):
        return None
    code = int(number, base)
    return code if code in _WRITTEN else None


def _text(codes: bytes) -> str | None:
    """Returns what they spell if that is no coincidence; each is a byte, or else a character."""
    try:
        text = codes.decode()
    except UnicodeDecodeError:
        text = codes.decode("latin-1")
    return text if is_readable(text) and is_likely(text) else None
