"""Payment cards: issuer, length and Luhn's check digit."""

import re
from collections.abc import Iterator
from itertools import compress, islice, repeat
from typing import Final

from semroute.adapters.lexical.pii.checksums import luhn, luhn_of_each
from semroute.adapters.lexical.pii.lexicon import Topic
from semroute.adapters.lexical.pii.reading import BEFORE, Reading
from semroute.adapters.lexical.pii.scores import CONTEXT, LIKELY, PROVEN
from semroute.adapters.lexical.pii.spelt import spelt_digits
from semroute.domain.pii import PiiKind, PiiSpan

# First digits of the issuers and the lengths they use (ISO/IEC 7812 and the schemes' own pages).
# JCB once had 15 digits with 1800 and 2131; Maestro has any length from 12.
_ISSUERS: Final = re.compile(
    rb"""
      4(?:[0-9]{12}|[0-9]{15}|[0-9]{18})              # Visa
    | 5[1-5][0-9]{14}                                 # Mastercard
    | 2(?:22[1-9]|2[3-9][0-9]|[3-6][0-9]{2}|7[01][0-9]|720)[0-9]{12}
    | 3[47][0-9]{13}                                  # American Express
    | 3(?:0[0-5]|095|[689][0-9])[0-9]{11,16}          # Diners Club
    | 35[0-9]{14,17}                                  # JCB
    | (?:2131|1800)[0-9]{11}
    | 6(?:011|4[4-9][0-9]|5[0-9]{2})[0-9]{12,15}      # Discover
    | 62[0-9]{14,17}                                  # UnionPay
    | 81[0-9]{14,17}
    | (?:50|5[6-9]|6[0-9]|0604)[0-9]{8,17}            # Maestro, RuPay, Elo
    | 220[0-4][0-9]{12,15}                            # Mir
    | 9792[0-9]{12}                                   # Troy
    """,
    re.VERBOSE,
)
# The first digits of the issuers. A comma before them is that of a list: hardly a decimal has
# twelve places or more that Luhn and an issuer would pass.
_BEGINS: Final = r"(?:(?<=[2-68])|(?<=0)(?=6)|(?<=1)(?=8)|(?<=9)(?=7))(?<!\+.)(?<![0-9]\..)"
# Blanks and dashes stand where they stand on cards. Each group may be a card's first, so what
# follows its first digit is only looked at, not consumed; digits without a break are consumed.
# A long row of groups is none, but for its end: of what it begins with, up to a hundred groups are
# consumed at once. Letters beyond ASCII are no part of ids: there are no blanks in Chinese.
_WRITTEN: Final = re.compile(
    r"[0-689](?<![0-9].)(?=[0-9]{3}[0-9 \-._/])"
    r"(?:(?P<row>[0-9]{3}(?P<d>[.\-/])(?:[0-9]{4}(?P=d)){1,100}(?=(?:[0-9]{4}(?P=d)){4}[0-9]))"
    rf"|{_BEGINS}(?:(?=(?P<rest>[0-9]{{3}}(?P<s>[ \-]{{1,2}}+|[._/])(?>"
    r"[0-9]{4}(?:(?P=s)[0-9]{4}(?:(?P=s)[0-9]{1,4}+"
    r"(?:(?P=s)[0-9]{3}(?![A-Za-z0-9]|[.\-/][0-9]))?+|[0-9])"
    r"|[0-9]{2}(?P=s)[0-9]{4,5}+)"
    r")(?![A-Za-z0-9]|[.\-/][0-9])))"
    r"|[0-9]{11,18}+(?![A-Za-z0-9]|\.[0-9])))"
)
_SEPARATORS: Final = b" -._/"
_SEPARATORS_OF_ONE: Final = 3
# A megabyte may have 200,000 groups that could each be a card's first. So many of them are checked
# together; more would be no faster and take more memory.
_AT_ONCE: Final = 1024
_CONTIGUOUS_DOUBTFUL: Final = 13  # barcodes and counters have 12 or 13 digits as well

# What stands before a number without a blank, backwards. In digests and keys that are digits, too,
# or more letters than any word has.
_LONGEST_WORD: Final = 32
_WORD_BACKWARDS: Final = re.compile(rf"[A-Za-z]{{1,{_LONGEST_WORD}}}+(?![A-Za-z0-9])")
_ASCII_LETTER: Final = re.compile(r"[A-Za-z]")

# Of what is spelt digit by digit, this says enough.
_NUMBER: Final = re.compile(r"\b(?:number|nummer|n[uú]mero|numéro)\b", re.IGNORECASE)


def find_cards(reading: Reading) -> Iterator[PiiSpan | None]:
    """Finds card numbers, written without a break or in groups."""
    if not reading.has_digit:
        return
    text = reading.text
    matches = (match for match in _WRITTEN.finditer(text) if match["row"] is None)
    while some := list(islice(matches, _AT_ONCE)):
        written = "\n".join([match[0] + (match["rest"] or "") for match in some]).encode()
        together = written.translate(None, _SEPARATORS)
        numbers = together.split(b"\n")
        # Numbers without a break may be of any sort and many; what stands in groups is nearly one.
        yield from repeat(None, (len(written) - len(together)) // _SEPARATORS_OF_ONE)
        for match, digits in compress(zip(some, numbers, strict=True), luhn_of_each(numbers)):
            yield None if _ISSUERS.fullmatch(digits) is None else _card(match, reading)
    yield from _spelt_cards(reading)


def _spelt_cards(reading: Reading) -> Iterator[PiiSpan | None]:
    """Finds cards that are spelt digit by digit, only where a word says what they are.

    A row of a table has digits like these: one in thirty of the length would be a card.
    """
    for spelt in spelt_digits(reading.text):
        is_card = luhn(spelt.text) and _ISSUERS.fullmatch(spelt.text.encode()) is not None
        is_told = is_card and (
            reading.near(Topic.CARD, spelt.start, spelt.end)
            or _NUMBER.search(reading.text, max(0, spelt.start - BEFORE), spelt.start) is not None
        )
        yield PiiSpan(PiiKind.CREDIT_CARD, spelt.start, spelt.end, CONTEXT) if is_told else None


def _card(match: re.Match[str], reading: Reading) -> PiiSpan | None:
    """Returns a card, unless it is only the end of something else, as in `INV4111111111111111`."""
    start, end = match.start(), max(match.end(), match.end("rest"))
    before = reading.text[max(0, start - _LONGEST_WORD - 1) : start][::-1]
    has_word = _ASCII_LETTER.match(before) is not None
    if has_word and _WORD_BACKWARDS.match(before) is None:
        return None
    is_short = end - start <= _CONTIGUOUS_DOUBTFUL
    is_doubtful = is_short or (has_word and match["rest"] is None)
    if not is_doubtful or reading.near(Topic.CARD, start, end):
        return PiiSpan(PiiKind.CREDIT_CARD, start, end, PROVEN)
    return None if has_word else PiiSpan(PiiKind.CREDIT_CARD, start, end, LIKELY)
