"""Numbers, in one form however they are written."""

import re
from collections.abc import Sequence
from typing import Final

_ONES: Final = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
        "fifteen sixteen seventeen eighteen nineteen".split()
    )
}
_TENS: Final = {
    word: 10 * value
    for value, word in enumerate(
        "twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2
    )
}
_SCALES: Final = {
    "hundred": 100,
    "thousand": 1_000,
    "million": 1_000_000,
    "billion": 1_000_000_000,
    "lakh": 100_000,
    "crore": 10_000_000,
}
_ORDINALS: Final = {
    word: f"{value}{'st nd rd'.split()[value - 1] if value <= 3 else 'th'}"  # noqa: PLR2004 - as English has it
    for value, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth".split(), start=1
    )
}
_GROUPED: Final = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_DIGITS: Final = re.compile(r"\d+(?:\.\d+)?")
_MOST_DIGITS: Final = 20
_LARGEST: Final = 10**15  # what is larger is a row of words and no number


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
    total, part, last = 0, None, 0
    position = start
    while position < len(words) and total < _LARGEST:
        word = words[position]
        if word in _ONES and (part is None or (last >= 20 and _ONES[word] < 10)):  # noqa: PLR2004 - twenty-one
            last = _ONES[word]
            part = (part or 0) + last
        elif word in _TENS and (part is None or last >= 100):  # noqa: PLR2004 - hundred and twenty
            last = _TENS[word]
            part = (part or 0) + last
        elif word in _SCALES and part is not None:
            last = _SCALES[word]
            part *= last
            if last > 100:  # noqa: PLR2004 - a hundred is counted again in thousands
                total, part = total + part, 0
        elif not (word == "and" and last >= 100 and _continues(words, position + 1)):  # noqa: PLR2004
            break
        position += 1
    return None if part is None else (str(total + part), position)


def _continues(words: Sequence[str], position: int) -> bool:
    return position < len(words) and (words[position] in _ONES or words[position] in _TENS)
