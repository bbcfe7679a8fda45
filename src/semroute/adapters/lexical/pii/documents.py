"""Passports and driving licences: numbers of no fixed form, told by the words beside them."""

import re
from collections.abc import Callable, Iterator
from typing import Final

from semroute.adapters.lexical.pii.crowds import every_third
from semroute.adapters.lexical.pii.lexicon import Topic
from semroute.adapters.lexical.pii.reading import Reading
from semroute.adapters.lexical.pii.scores import CONTEXT
from semroute.domain.pii import PiiKind, PiiSpan

# Six to nine characters (ICAO 9303), at most three letters before the digits and two after. Then
# those of nine in which letters and digits are mixed: German ones, without vowels and what looks
# like a digit; Dutch ones, without O, whose last is a digit; French and Italian ones.
_PASSPORT: Final = re.compile(
    r"[A-Za-z0-9](?<![\w\-].)(?:"
    r"[A-Za-z]{0,2}[ ]?[0-9]{2}[A-Za-z0-9]?[0-9]{3,6}[A-Za-z]{0,2}"
    r"|(?<=[CFGHJ-NPRTV-Z])[CFGHJ-NPRTV-Z0-9]{8}"
    r"|(?<=[A-NP-Z])[A-NP-Z][A-NP-Z0-9]{6}[0-9]"
    r"|(?<=[0-9])[0-9][A-Z]{2}[0-9]{5}"
    r")(?![\w\-])"
)
# A word and a year or a count, JANUARY26, or what stands for a number, XXXXXXX12. Of German numbers
# none looks like that, and of Dutch ones every sixth, if they are drawn by lot.
_COUNTED: Final = re.compile(r"(?:(?=[A-Z]*[AEIOU])[A-Z]{5,}|([A-Z])\1{4,})[0-9]+")
# Letters, digits, dashes and stars as the states and the United Kingdom use them.
_LICENCE: Final = re.compile(
    r"[A-Za-z0-9](?<![\w\-].)(?=[A-Za-z*\-]{0,8}[0-9])"
    r"(?=[A-Za-z0-9*]{4}|[A-Za-z0-9*]{0,3}+[\- ][A-Za-z0-9]{0,3}[0-9])[A-Za-z0-9*]{1,20}+"
    r"(?:[\- ](?=[A-Za-z0-9]{0,3}[0-9])[A-Za-z0-9]{1,10}+){0,4}+(?![\w\-])"
)
_DATE: Final = re.compile(
    r"(?:19|20)[0-9]{2}-[01]?[0-9]-[0-3]?[0-9]|[0-3]?[0-9]-[0-3]?[0-9]-(?:19|20)[0-9]{2}"
)
_DIGITS_LEAST: Final = 5
_SHORTEST: Final = 5
_LONGEST: Final = 24
_DIGIT: Final = re.compile("[0-9]")


def find_passports(reading: Reading) -> Iterator[PiiSpan | None]:
    """Finds numbers of passports."""
    return _find(reading, Topic.PASSPORT, _PASSPORT, PiiKind.PASSPORT, _may_be_passport)


def find_driver_licenses(reading: Reading) -> Iterator[PiiSpan | None]:
    """Finds numbers of driving licences."""
    return _find(reading, Topic.LICENCE, _LICENCE, PiiKind.DRIVER_LICENSE, _may_be_licence)


def _may_be_passport(number: str) -> bool:
    return _DIGIT.search(number) is not None and _COUNTED.fullmatch(number) is None


def _may_be_licence(number: str) -> bool:
    return len(_DIGIT.findall(number)) >= _DIGITS_LEAST


def _find(
    reading: Reading,
    topic: Topic,
    pattern: re.Pattern[str],
    kind: PiiKind,
    is_number: Callable[[str], bool],
) -> Iterator[PiiSpan | None]:
    if not reading.has_digit:
        return
    is_third = every_third()
    for match in reading.beside(pattern, topic):
        start, end = match.span()
        if not _SHORTEST <= end - start <= _LONGEST or not reading.near(topic, start, end):
            if next(is_third):
                yield None
            continue
        if is_number(match[0]) and not _DATE.fullmatch(match[0]):
            yield PiiSpan(kind, start, end, CONTEXT)
        else:
            yield None
