"""Numbers, in one form however they are written."""

import re
from collections.abc import Sequence
from typing import Final

_ONES: Final = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14,
    "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS: Final = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90,
}  # fmt: skip
_SCALES: Final = {
    "hundred": 100,
    "thousand": 1_000,
    "million": 1_000_000,
    "billion": 1_000_000_000,
    "lakh": 100_000,
    "crore": 10_000_000,
}
_ORDINALS: Final = {
    "first": "1st", "second": "2nd", "third": "3rd", "fourth": "4th", "fifth": "5th",
    "sixth": "6th", "seventh": "7th", "eighth": "8th", "ninth": "9th", "tenth": "10th",
}  # fmt: skip
_GROUPED: Final = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_DIGITS: Final = re.compile(r"\d+(?:\.\d+)?")
_MOST_DIGITS: Final = 20
_LARGEST: Final = 10**15  # more than any scale
_HUNDRED: Final = 100


def number_of(text: str) -> str | None:
    """Returns a number written in digits as it is compared: `1000` for `1,000` and `1000.0`."""
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    if not _DIGITS.fullmatch(text):
        return None
    whole, _, part = text.partition(".")
    part = part.rstrip("0")
    return (whole.lstrip("0") or "0") + (f".{part}" if part else "")


def ordinal_of(word: str) -> str | None:
    """Returns a word like `third` in digits."""
    return _ORDINALS.get(word)


def scaled(number: str, word: str) -> str:
    """Returns a number times a word like `million`; the number itself, if that is none."""
    scale = _SCALES.get(word)
    if scale is None or not _DIGITS.fullmatch(number) or len(number) > _MOST_DIGITS:
        return number
    whole, _, part = number.partition(".")
    value = int(whole + part) * scale
    digits = str(value).rjust(len(part) + 1, "0")
    return number_of(f"{digits[: -len(part)]}.{digits[-len(part) :]}" if part else digits) or number


def counted(words: Sequence[str], start: int) -> tuple[str, int] | None:
    """Reads a number in words, such as `two hundred and five`.

    Returns:
        The number in digits, and where it ends; None if there is none.
    """
    total, part, last = 0, 0, 0
    ceiling = _LARGEST
    position = start
    while position < len(words):
        word = words[position]
        if word in _ONES and (last == 0 or (last >= _TENS["twenty"] and _ONES[word] < 10)):  # noqa: PLR2004 - twenty-one
            last = _ONES[word] or 1
            part += _ONES[word]
        elif word in _ONES and last >= _HUNDRED:
            last = _ONES[word]
            part += last
        elif word in _TENS and (last == 0 or last >= _HUNDRED):
            last = _TENS[word]
            part += last
        elif word == "hundred" and 0 < part < _HUNDRED:
            last = _HUNDRED
            part *= last
        elif _HUNDRED < _SCALES.get(word, 0) < ceiling and part:
            # What follows a thousand is counted anew, and in less than thousands.
            last = ceiling = _SCALES[word]
            total, part = total + part * last, 0
        elif not (word == "and" and last >= _HUNDRED and _continues(words, position + 1)):
            break
        position += 1
    return None if position == start else (str(total + part), position)


def _continues(words: Sequence[str], position: int) -> bool:
    return position < len(words) and (words[position] in _ONES or words[position] in _TENS)
