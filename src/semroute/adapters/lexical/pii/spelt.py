"""What is spelt character by character: `4 1 1 1 1 1 ...`, `a n n @ e x a m p l e . o r g`."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

_ANY: Final = r"[\s.\-_*·•|/\\,~:]"
_GAP: Final = rf"{_ANY}{{1,4}}+"
# As many as a social security number has; whatever there are more is consumed, as a table may have
# a million.
_DIGITS: Final = re.compile(
    rf"[0-9](?<![A-Za-z0-9].)(?:{_GAP}[0-9](?![A-Za-z0-9])){{8,}}+(?!{_GAP}[0-9])"
)
_LONGEST_GAP: Final = 4
_NUMBER: Final = re.compile(rf"{_GAP}[0-9]")
_CHARACTER: Final = re.compile(r"[A-Za-z0-9]")

# Anchored at the first digit behind the letters of a country: letters are everywhere.
_BEHIND_LETTER: Final = "|".join(rf"(?<=[A-Za-z]{_ANY * size}.)" for size in range(1, 5))
_CHECK_DIGITS: Final = re.compile(rf"[0-9](?:{_BEHIND_LETTER}){_GAP}[0-9]{_GAP}[A-Za-z0-9]")
_COUNTRY_BACKWARDS: Final = re.compile(rf"{_GAP}([A-Za-z]){_GAP}([A-Za-z])(?![A-Za-z0-9])")
_LONGEST_COUNTRY: Final = 11  # with what stands between, and what may stand before
_LONGEST_ACCOUNT: Final = 34
_REST: Final = re.compile(rf"[0-9](?:{_GAP}[A-Za-z0-9](?![A-Za-z0-9])){{1,{_LONGEST_ACCOUNT}}}+")

# The same stands between all characters of an address, on both sides of its at sign.
_BETWEEN: Final = r"(?P<gap>[ \t.\-_*·•|/\\,~:]{1,3}?)"
_DOMAIN: Final = re.compile(
    rf"@{_BETWEEN}(?P<domain>[^\W_](?:(?P=gap)[\w.\-](?![^\W_])){{3,200}}+)"
)
_LOCAL_BACKWARDS: Final = re.compile(
    rf"{_BETWEEN}(?P<local>[\w.+%\-](?<![^\W_].)(?:(?P=gap)[\w.+%\-](?![^\W_])){{0,63}}+)"
)
_LONGEST_LOCAL: Final = 64 * 4
_ADDRESS: Final = re.compile(r"[^\W_][\w-]{0,62}(?:\.[^\W_][\w-]{0,62})*\.[A-Za-z]{2,24}")


class Spelt(NamedTuple):
    """Characters that are spelt, and where from the first to the last of them stands."""

    text: str
    start: int
    end: int


def spelt_digits(text: str) -> Iterator[Spelt]:
    """Yields rows of nine digits and more that stand alone: all digits there are in a row."""
    for run in _DIGITS.finditer(text):
        before = text[max(0, run.start() - _LONGEST_GAP - 1) : run.start()][::-1]
        if _NUMBER.match(before) is None:
            yield Spelt("".join(_CHARACTER.findall(run[0])), *run.span())


def spelt_accounts(text: str, lengths: dict[str, int]) -> Iterator[Spelt | None]:
    """Yields what begins with the letters of a country and is as long as its accounts.

    None is for what begins so and is not, which takes as long.

    Args:
        text: What to look through.
        lengths: By country, of an account.
    """
    for digits in _CHECK_DIGITS.finditer(text):
        before = text[max(0, digits.start() - _LONGEST_COUNTRY) : digits.start()][::-1]
        country = _COUNTRY_BACKWARDS.match(before)
        length = lengths.get(f"{country[2]}{country[1]}".upper()) if country else None
        if country is None or length is None:
            continue
        rest = _REST.match(text, digits.start())
        assert rest is not None  # it begins as the match did
        start = digits.start() - country.end()
        places = [found.end() for found in _CHARACTER.finditer(text, start, rest.end())]
        end = places[length - 1] if len(places) >= length else None
        if end is None or _NUMBER.match(text, end) is not None:
            yield None
        else:
            yield Spelt("".join(_CHARACTER.findall(text[start:end])), start, end)


def spelt_addresses(text: str) -> Iterator[Spelt]:
    """Yields mail addresses."""
    for run in _DOMAIN.finditer(text):
        at, gap = run.start(), len(run["gap"])
        before = text[max(0, at - _LONGEST_LOCAL) : at][::-1]
        local = _LOCAL_BACKWARDS.match(before)
        if local is None or local["gap"][::-1] != run["gap"]:
            continue
        domain = _ADDRESS.match(run["domain"][:: gap + 1])
        if domain is not None:
            end = run.start("domain") + (domain.end() - 1) * (gap + 1) + 1
            name = local["local"][:: gap + 1][::-1]
            yield Spelt(f"{name}@{domain[0]}", at - local.end(), end)
