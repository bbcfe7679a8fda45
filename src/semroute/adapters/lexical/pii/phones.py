"""Phone numbers: international ones, and the ways countries write their own."""

import re
from collections.abc import Callable, Iterator
from enum import Enum, auto
from heapq import merge
from typing import Final

import phonenumbers

from semroute.adapters.lexical.pii.crowds import every_third
from semroute.adapters.lexical.pii.lexicon import Topic
from semroute.adapters.lexical.pii.masks import Mask, Tried, places_in
from semroute.adapters.lexical.pii.phone_places import PhonePlaces
from semroute.adapters.lexical.pii.reading import BEFORE, Reading, Search
from semroute.adapters.lexical.pii.scores import CONTEXT, DISTINCT, LIKELY, POSSIBLE
from semroute.domain.pii import PiiKind, PiiSpan

_EXTENSION: Final = r"(?:[ ,]{0,2}+(?:x|ext(?:ension|\.)?+|#)[ .:]{0,2}+[0-9]{1,6}+(?![^\W_]))?"
_END: Final = r"(?![^\W_]|[.:][0-9]|[\-/][0-9])"
# Where nothing but digits tells it from a price or a count. What a list has next is longer.
_END_OF_DIGITS: Final = _END + r"(?!,[0-9]{1,3}(?![0-9]))"

# A plus or two zeros, a country's code, and up to fifteen digits in all (ITU-T E.164), in groups. A
# group with a letter behind it is part of what follows ("2nd floor").
_A_LETTER: Final = r"(?!x[ .:]{0,2}[0-9]|ext)[^\W\d_]"
_GROUPS: Final = (
    rf"[0-9]{{1,17}}+(?:[ .\-/]{{0,2}}[()]{{0,2}}[ .\-]?[0-9]{{1,12}}+(?!{_A_LETTER})){{0,8}}+"
)
# What follows another digit in a number. Written out again and again it takes less than half the
# time that it takes as a group.
_A_DIGIT: Final = r"[ ()./\-]{0,3}+[0-9]"


def _international(prefix: str, digits: int) -> re.Pattern[str]:
    """What begins with a prefix and goes on with so many digits at least.

    Of what is given up behind them its beginning is matched, so that it can be counted.
    """
    enough = rf"(?![0-9]*+{_A_LETTER})(?={_A_DIGIT * digits})"
    number = rf"{_GROUPS}{_EXTENSION}{_END}"
    return re.compile(rf"{prefix}[ ]?\(?{enough}(?:{number}|(?P<given_up>))", re.IGNORECASE)


_PLUS: Final = _international(r"\+(?<![\w+\-/].)(?=[ (0-9])(?<![0-9]\..)", 8)
_ZEROS: Final = _international(
    r"00(?=[1-9][0-9 ()./\-]{6})(?<![\w+\-/]..)(?<![0-9]\...)(?<![0-9],..)", 7
)
# Three, three, four: North America, with or without its own code. Anchored where the last four
# digits begin, since a text may have digits everywhere, and then few places are looked at twice.
_LAST_FOUR: Final = re.compile(
    r"[ .\-][0-9](?<=[ .\-)][0-9]{3}..)[0-9]{3}"
    r"(?:(?<=[(0-9][0-9]{2}[ .\-)].{8})|(?<=[(0-9][0-9]{2}\)[ .\-].{8}))" + _EXTENSION + _END,
    re.IGNORECASE,
)
_FIRST_SIX: Final = re.compile(
    r"[(0-9](?<![\w+/$].)(?<![0-9][.\-].)"
    r"(?:(?<=1)[ .\-]?\(?[0-9]|(?<=\()[0-9]|)"
    r"[0-9]{2}(?:\)[ .\-]?|[ .\-])[0-9]{3}\Z"
)
_FIRST_SIX_MAX: Final = 11  # characters: "1 (212) 555"
# A trunk zero or an area code in parentheses, then groups: Europe, Asia, South America.
_NATIONAL: Final = re.compile(
    r"[(0](?<![0-9\w+/$\-].)(?:"
    r"(?<=0)(?=[0-9]{1,4}+[ .\-/][0-9]{2})(?<![0-9][. ].)(?:(?<![0-9],.)|(?=[0-9]{3}))(?:"
    r"[0-9]{1,4}+(?P<s>[ .\-/])[0-9]{2,4}+(?:(?P=s)[0-9]{2,4}+){1,3}"
    r"|[0-9]{2,4}+[/\-][0-9]{6,8}+"
    r"|[1-9][0-9]{2,3}+ [0-9]{5,7}+"
    r")|(?<=\()(?=[0-9]{2,5}+\)[ \-]?[0-9]{2})(?<![0-9][. ].)(?:"
    r"(?!(?:19|20)[0-9]{2}\))[0-9]{2,5}+\)[ \-]?[0-9]{2,5}+(?:[ \-][0-9]{2,5}+){1,3}"
    r"|0[0-9]{1,4}+\)[ \-]?[0-9]{5,8}+"
    r"))" + _EXTENSION + _END,
    re.IGNORECASE,
)
# Anything of six to fourteen digits in a few groups: only beside a word about phones. What it must
# be is seen in the order of what that costs.
_ANY: Final = re.compile(
    r"[(0-9](?<![0-9\w+/$€£\-].)(?=[0-9 ()./\-]{5})(?<![0-9]\..)"
    # Digits with letters behind them are none, unless these begin an extension.
    rf"(?=[0-9]{{0,4}}+(?:[0-9]++(?!{_A_LETTER})|[ .\-/][ .\-/]?\(?[0-9]{{2}}"
    r"|\)(?:[0-9]{3}|[ .\-/]{1,2}\(?[0-9]{2})))"
    rf"(?={_A_DIGIT * 5})(?:(?<![0-9],.)|(?=[0-9]{{4}}))(?:"
    r"(?:(?<=[0-9])[0-9]{5,13}+"
    r"|[0-9]{0,5}+\)?+(?:[ .\-/]{1,2}\(?[0-9]{2,8}\)?|(?<=\))[0-9]{3,8}){1,5}+)"
    + _EXTENSION
    + _END_OF_DIGITS
    # What goes on behind groups that are short and few goes on whichever of them is the first. Of
    # all else that is given up here one character is matched, so that it can be counted.
    + r"|(?:(?<=[0-9])[0-9]{0,4}+(?:[ .\-/]{1,2}[0-9]{2,5}(?![0-9])){1,4}+"
    r"(?=[^\W_]|[,:][0-9]|[.\-/][0-9](?![0-9])))?(?P<given_up>))",
    re.IGNORECASE,
)
WHERE: Final[dict[re.Pattern[str], Callable[[PhonePlaces], Mask]]] = {
    _ANY: PhonePlaces.any_form,
    _PLUS: PhonePlaces.plus,
    _ZEROS: PhonePlaces.zeros,
    _LAST_FOUR: PhonePlaces.last_four,
    _NATIONAL: PhonePlaces.national,
}
"""What says where each form may begin."""
# Dates, spans of years and round counts.
_NOT_A_NUMBER_TO_CALL: Final = re.compile(
    r"(?:19|20)[0-9]{2}[ .\-/][01]?[0-9][ .\-/][0-3]?[0-9]"
    r"|[0-3]?[0-9](?P<s>[ .\-/])[0-3]?[0-9](?P=s)(?:19|20)?[0-9]{2}"
    r"|(?:19|20)[0-9]{2}[ \-/](?:19|20)[0-9]{2}"
    r"|[0-9]{3,10}000"
)
_NOT_DIGITS: Final = bytes(code for code in range(256) if not chr(code).isdecimal())
_SHORTEST: Final = 6
_LONGEST: Final = 14
_NATIONAL_SHORTEST: Final = 8
_INTERNATIONAL_LONGEST: Final = 23  # of what no country is asked about
_LAST_GROUP: Final = re.compile(r" [0-9]{1,4}\Z")

_CALLING: Final = (Topic.PHONE, Topic.PHONE_AFTER)
_DENIED_WITHIN: Final = 20  # characters from "order number" to the number
_LABEL_WITHIN: Final = 3  # and from the number to "(office)"

# The library takes 50 us for a number. What comes after this many is believed by its form.
_LOOK_UPS: Final = 256

# A shorter text is searched sooner than it is looked through for places.
_LONG: Final = 32_768


class _Said(Enum):
    """What the words beside a number say of it."""

    CALLED = auto()  # it is a phone number
    DENIED = auto()  # it would be one, but a nearer word says that it is something else
    NOTHING = auto()


def find_phones(reading: Reading) -> Iterator[PiiSpan | None]:
    """Finds phone numbers.

    One with a country's code must be possible in that country. One without is told by its form
    if few other numbers have it, and else by a word beside it.
    """
    if not reading.has_digit:
        return
    places = PhonePlaces(reading.text) if len(reading.text) >= _LONG else None
    if places is not None and not places.has_numbers:
        return
    # Those beside a word first: who has a crowd of them need not look for the others.
    yield from _find_named(reading, places)
    yield from _find_international(reading, places)
    yield from _find_north_american(reading, places)
    for match in _search(_NATIONAL, places).finditer(reading.text):
        digits = _digits(match[0])
        if digits >= _NATIONAL_SHORTEST and not _NOT_A_NUMBER_TO_CALL.fullmatch(match[0]):
            yield _span(match, CONTEXT if _is_called(reading, match) else POSSIBLE)


def _search(pattern: re.Pattern[str], places: PhonePlaces | None) -> Search:
    """Returns what finds a form: everywhere, or in a long text where it may be."""
    return pattern if places is None else Tried(pattern, places_in(WHERE[pattern](places)))


def _find_named(reading: Reading, places: PhonePlaces | None) -> Iterator[PiiSpan | None]:
    if not reading.mentions(_CALLING):
        return
    is_third = every_third()
    for number in reading.beside(_search(_ANY, places), _CALLING):
        start, end = number.span()
        said = _Said.NOTHING if end - start == 1 else _said_of(reading, start, end)
        if said is _Said.NOTHING:
            if next(is_third):
                yield None
            continue
        written = number[0]
        if (
            number.lastgroup is not None
            or _NOT_A_NUMBER_TO_CALL.fullmatch(written)
            or not _SHORTEST <= _digits(written) <= _LONGEST
        ):
            yield None
        elif said is _Said.CALLED:
            yield _span(number, CONTEXT)
        else:
            yield from (None, None)  # two words were looked for


def _find_north_american(reading: Reading, places: PhonePlaces | None) -> Iterator[PiiSpan | None]:
    text = reading.text
    is_third = every_third()
    reached = 0
    for last in _search(_LAST_FOUR, places).finditer(text):
        place = last.start()
        first = _FIRST_SIX.search(text, max(reached, place - _FIRST_SIX_MAX), place)
        if first is not None:
            start, reached = first.start(), last.end()
            is_called = _said_of(reading, start, reached) is _Said.CALLED
            score = CONTEXT if is_called else LIKELY
            yield PiiSpan(PiiKind.PHONE, start, reached, score)
        elif next(is_third):
            yield None


def _find_international(reading: Reading, places: PhonePlaces | None) -> Iterator[PiiSpan | None]:
    is_third = every_third()
    look_ups = 0
    reached = 0
    begun = (
        _search(_PLUS, places).finditer(reading.text),
        _search(_ZEROS, places).finditer(reading.text),
    )
    for match in merge(*begun, key=re.Match.start):
        if match.start() < reached:  # two zeros in a number that has its plus
            continue
        if match.lastgroup is not None:
            if next(is_third):
                yield None
            continue
        reached = match.end()
        if look_ups >= _LOOK_UPS:
            if _digits(match[0]) <= _INTERNATIONAL_LONGEST:
                yield _span(match, POSSIBLE)
            continue
        start = match.start()
        # "5 times" may follow it.
        for written in dict.fromkeys((match[0], _LAST_GROUP.sub("", match[0]))):
            look_ups += 1
            if _is_possible(written):
                score = DISTINCT if written[0] == "+" else CONTEXT
                yield PiiSpan(PiiKind.PHONE, start, start + len(written), score)
                break
        else:
            if _digits(match[0]) <= _INTERNATIONAL_LONGEST and _is_called(reading, match):
                yield _span(match, LIKELY)


def _is_possible(written: str) -> bool:
    number = written if written[0] == "+" else "+" + written.lstrip("0")
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return False


def _said_of(reading: Reading, start: int, end: int) -> _Said:
    """Returns what the words beside a number say of it; the nearer of those before it is right."""
    if not reading.near(_CALLING, start, end):
        return _Said.NOTHING
    if reading.near(Topic.PHONE_AFTER, start, end, before=0, after=_LABEL_WITHIN):
        return _Said.CALLED
    phone = reading.distance_before(Topic.PHONE, start)
    is_after_word = phone is not None and phone <= BEFORE
    if not is_after_word and not reading.near(Topic.PHONE, start, end):
        return _Said.NOTHING
    other = reading.distance_before(Topic.OTHER, start)
    if other is None or (phone is not None and phone <= other) or other > _DENIED_WITHIN:
        return _Said.CALLED
    return _Said.DENIED


def _is_called(reading: Reading, match: re.Match[str]) -> bool:
    return _said_of(reading, match.start(), match.end()) is _Said.CALLED


def _digits(written: str) -> int:
    return len(written.encode().translate(None, _NOT_DIGITS))


def _span(match: re.Match[str], score: float) -> PiiSpan:
    return PiiSpan(PiiKind.PHONE, match.start(), match.end(), score)
