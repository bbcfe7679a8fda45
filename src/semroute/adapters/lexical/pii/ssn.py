"""Social security numbers of the United States."""

import re
from collections.abc import Iterator
from typing import Final

from semroute.adapters.lexical.pii.lexicon import Topic
from semroute.adapters.lexical.pii.reading import Reading
from semroute.adapters.lexical.pii.scores import CONTEXT, DISTINCT, LIKELY
from semroute.adapters.lexical.pii.spelt import spelt_digits
from semroute.domain.pii import PiiKind, PiiSpan


# No area 000, 666 or above 899, no group 00, no serial 0000: never issued (SSA, RM 10201.035).
# Taxpayer numbers take the areas above 899 and need a word beside them.
def _written(separator: str) -> re.Pattern[str]:
    return re.compile(
        r"[0-9](?<![^\W_].)(?<![0-9][-. ].)(?<!\+.)[0-9]{2}(?<!000)(?<!666)"
        rf"(?P<s>{separator})(?!00)[0-9]{{2}}(?P=s)(?!0000)[0-9]{{4}}(?![^\W_]|[-.][0-9])"
    )


_DASHED: Final = _written("-")
_OTHERS: Final = _written("[. ]|")


def find_us_ssns(reading: Reading) -> Iterator[PiiSpan]:
    """Finds social security numbers; without dashes, only where a word says so."""
    if not reading.has_digit:
        return
    if "-" in reading.text:
        for match in _DASHED.finditer(reading.text):
            start, end = match.span()
            if reading.near(Topic.SSN, start, end):
                yield PiiSpan(PiiKind.US_SSN, start, end, DISTINCT)
            elif match[0][0] != "9":
                yield PiiSpan(PiiKind.US_SSN, start, end, LIKELY)
    if not reading.mentions(Topic.SSN):
        return
    # All of the text is read at once in the time that a few thousand words take with what is
    # around each.
    for match in _OTHERS.finditer(reading.text):
        start, end = match.span()
        if reading.near(Topic.SSN, start, end):
            yield PiiSpan(PiiKind.US_SSN, start, end, CONTEXT)
    yield from _spelt_ssns(reading)


def _spelt_ssns(reading: Reading) -> Iterator[PiiSpan]:
    for spelt in spelt_digits(reading.text):
        if _OTHERS.fullmatch(spelt.text) and reading.near(Topic.SSN, spelt.start, spelt.end):
            yield PiiSpan(PiiKind.US_SSN, spelt.start, spelt.end, CONTEXT)
