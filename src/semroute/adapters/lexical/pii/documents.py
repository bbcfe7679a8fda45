"""Passports and driving licences: numbers of no fixed form, told by the words beside them."""

import re
from collections.abc import Iterator
from typing import Final

from semroute.adapters.lexical.pii.crowds import every_third
from semroute.adapters.lexical.pii.lexicon import Topic
from semroute.adapters.lexical.pii.reading import Reading
from semroute.adapters.lexical.pii.scores import CONTEXT
from semroute.domain.pii import PiiKind, PiiSpan

# Six to nine characters (ICAO 9303), at most three letters before the digits and two after.
_PASSPORT: Final = re.compile(
    r"[A-Za-z0-9](?<![\w\-].)[A-Za-z]{0,2}[ ]?[0-9]{2}[A-Za-z0-9]?[0-9]{3,6}[A-Za-z]{0,2}(?![\w\-])"
)
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
_LONGEST: Final = 24
_DIGIT: Final = re.compile("[0-9]")


def find_passports(reading: Reading) -> Iterator[PiiSpan | None]:
    """Finds numbers of passports."""
    return _find(reading, Topic.PASSPORT, _PASSPORT, PiiKind.PASSPORT)


def find_driver_licenses(reading: Reading) -> Iterator[PiiSpan | None]:
    """Finds numbers of driving licences."""
    return _find(reading, Topic.LICENCE, _LICENCE, PiiKind.DRIVER_LICENSE)


def _find(
    reading: Reading, topic: Topic, pattern: re.Pattern[str], kind: PiiKind
) -> Iterator[PiiSpan | None]:
    if not reading.has_digit:
        return
    is_third = every_third()
    for match in reading.beside(pattern, topic):
        start, end = match.span()
        if not _DIGITS_LEAST <= end - start <= _LONGEST or not reading.near(topic, start, end):
            if next(is_third):
                yield None
            continue
        is_number = len(_DIGIT.findall(match[0])) >= _DIGITS_LEAST
        if is_number and not _DATE.fullmatch(match[0]):
            yield PiiSpan(kind, start, end, CONTEXT)
        else:
            yield None
