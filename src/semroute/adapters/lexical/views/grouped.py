r"""What is encoded and written in groups of one length: `SWdu b3Jl`, `0x49, 0x67`, `\u0049 \u0067`.

Lines of a quoted mail are such groups, too, and so are the strings that a program joins.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from attrs import frozen

from .digits import FromDigits, from_base32, from_base64, from_bits, from_hex, from_units
from .edit import Edit
from .readable import is_likely, may_be_text, text_of
from .shape import Shape, runs_of

# Twelve bytes of base64. What stands between groups is as wide everywhere, and nobody looks what it
# is: a blank, a dash, a quote before and behind a comma, the mark of a quoted line.
_LEAST_CHARS: Final = 16
# Three of a length, or two long ones, or a very long one before a shorter one, which is the end of
# many a run.
_RUN: Final = re.compile(
    rb"x(?<!xx)(?:(?P<group>x{0,79}+)(?P<gap> {1,16}+)x(?P=group)(?!x)"
    rb"(?:(?<=x{12})|(?=(?P=gap)x(?P=group)(?!x)))(?:(?P=gap)x(?P=group)(?!x))*+"
    rb"|(?P<line>x{31,79}+)(?= {1,16}+x))"
)
_REST: Final = re.compile(rb"( {1,16}+)(x{1,80}+)")

# What groups begin with that is no digit. Of two that do, the longer comes first.
_UNIT_MARKS: Final = ("U+", "u+", "u")
_MARKS: Final = ("0x", "0X", "0b", "0B", *_UNIT_MARKS, "x", "X")
# Those that nothing else stands between are read as escapes, wherever they are.
_ESCAPES: Final = ("\\x", "\\u", "%", "=", ";&#x", ";&#X", "&#x", "&#X")

# A word of the sentence around them may be as long as the groups.
_MOST_WORDS: Final = 2
# So much of either end tells whether the run may be text. Most runs are none, and cost no more.
_PROBE: Final = 80


@frozen
class _Alphabet:
    """A way to write bytes.

    Args:
        members: Its digits.
        quantum: So many of them are whole bytes, and an even number of those.
        read: Reads them.
    """

    members: bytes
    quantum: int
    read: FromDigits

    def has(self, digits: str) -> bool:
        """Whether there are any, and all of them are of it."""
        return bool(digits) and not digits.encode().translate(None, self.members)

    def may_say(self, digits: str) -> bool:
        """Whether these few may be from the midst of something written in it."""
        return self.has(digits) and may_be_text(self.read(digits))

    def said(self, digits: str) -> str | None:
        """Returns what they say, if anything."""
        if _is_prose(digits) or not self.has(digits):
            return None
        plain = text_of(self.read(digits))
        if plain is None or (self is _HEX and digits.isdecimal() and not is_likely(plain)):
            return None
        return plain

    def last(self, digits: str) -> str:
        """Returns the end of many digits, from where bytes begin."""
        start = max(0, len(digits) - _PROBE)
        return digits[start - start % self.quantum :]


_LETTERS: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_FIGURES: Final = b"0123456789"
_HEX: Final = _Alphabet(_FIGURES + b"abcdefABCDEF", 4, from_hex)
_ALPHABETS: Final = (
    _Alphabet(b"01", 16, from_bits),
    _HEX,
    _Alphabet(_LETTERS + b"234567", 16, from_base32),
    _Alphabet(_LETTERS.lower() + b"234567", 16, from_base32),
    _Alphabet(_LETTERS + _LETTERS.lower() + _FIGURES + b"+/", 8, from_base64),
)
_UNITS: Final = _Alphabet(_HEX.members, 4, from_units)
_SEVEN: Final = 7
_BY_SIZE: Final = {
    _SEVEN: (_Alphabet(b"01", 2 * _SEVEN, lambda digits: from_bits(digits, _SEVEN)), *_ALPHABETS)
}


class _Groups(NamedTuple):
    """Groups of one length, as far from each other; the last may be shorter."""

    start: int
    size: int
    gap: int
    written: list[str]


def may_be_grouped(shape: Shape) -> bool:
    """Whether there are enough groups of a length."""
    return any(map(_is_long, _RUN.finditer(shape.runs)))


def grouped_edits(text: str) -> Iterator[Edit]:
    """Finds base64, base32, hexadecimal and binary digits in groups."""
    for groups in _groups_in(text, runs_of(text)):
        mark = _mark_of(groups)
        first = groups.start + groups.size
        if text[first : first + groups.gap] + mark in _ESCAPES:
            continue
        skipped, marked = _marked(groups.written, mark)
        size = groups.size - len(mark)
        alphabets = (_UNITS,) if mark in _UNIT_MARKS else _BY_SIZE.get(size, _ALPHABETS)
        said = _said([each[len(mark) :] for each in marked], size, alphabets)
        if said is None:
            continue
        before, behind, plain = said
        count = len(marked) - before - behind
        stride = groups.size + groups.gap
        start = groups.start + (skipped + before) * stride
        end = start + (count - 1) * stride + len(marked[-behind - 1])
        if len(plain) == count:
            yield Edit(start, end, plain, stride, groups.size)
        else:
            yield Edit(start, end, plain)


def _groups_in(text: str, shape: bytes) -> Iterator[_Groups]:
    end = 0
    for run in filter(_is_long, _RUN.finditer(shape)):
        if run.start() < end:
            continue  # it begins with the end of the last one
        size = len(run["line"] or run["group"]) + 1
        end = run.end()
        gap = len(run["gap"] or _gap_behind(shape, end))
        rest = _REST.match(shape, end, end + gap + size + 1)
        if rest is not None and rest.end(1) - end == gap and len(rest[2]) <= size:
            end = rest.end()
        stride = size + gap
        written = [text[at : min(at + size, end)] for at in range(run.start(), end, stride)]
        yield _Groups(run.start(), size, gap, written)


def _gap_behind(shape: bytes, end: int) -> bytes:
    gap = _REST.match(shape, end)
    return gap[1] if gap is not None else b""


def _is_long(run: re.Match[bytes]) -> bool:
    if run["group"] is None:
        return True
    size, gap = len(run["group"]) + 1, len(run["gap"])
    return (run.end() - run.start() + gap) // (size + gap) * size >= _LEAST_CHARS


def _mark_of(groups: _Groups) -> str:
    """Returns what the group in the middle begins with that is no digit, if it does."""
    group = groups.written[len(groups.written) // 2]
    for mark in _MARKS:
        if group.startswith(mark) and _HEX.has(group[len(mark) :]):
            return mark
    return ""


def _marked(written: list[str], mark: str) -> tuple[int, list[str]]:
    """Returns the groups with a mark, and how many words come before them."""
    has_mark = [each.startswith(mark) for each in written]
    first = has_mark.index(True)
    last = len(written) - has_mark[::-1].index(True)
    return first, written[first:last] if all(has_mark[first:last]) else []


def _said(
    groups: list[str], size: int, alphabets: tuple[_Alphabet, ...]
) -> tuple[int, int, str] | None:
    """Returns how many groups are words before the run and behind it, and what it says."""
    for before in range(_MOST_WORDS + 1):
        run = "".join(groups[before:])
        if _is_prose(run):
            continue
        surely = max(len(run) - _MOST_WORDS * size, _LEAST_CHARS)
        for alphabet in alphabets:
            if not alphabet.may_say(run[: min(_PROBE, surely)]):
                continue
            for behind in range(_MOST_WORDS + 1):
                width = sum(map(len, groups[len(groups) - behind :]))
                kept = run[: len(run) - width]
                if len(kept) < _LEAST_CHARS or not alphabet.may_say(alphabet.last(kept)):
                    continue
                plain = alphabet.said(kept)
                if plain is not None:
                    return before, behind, plain
                break  # what is wrong with it is not at its ends
    return None


def _is_prose(digits: str) -> bool:
    """Whether they are words run together: twelve bytes of text have a figure in any alphabet.

    Or a capital somewhere, in base64.
    """
    return digits.isalpha() and digits[1:].islower()
