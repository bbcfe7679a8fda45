"""The words of a text, as they stand there."""

import re
import unicodedata
from collections import deque
from collections.abc import Iterator, Sequence
from enum import Enum, StrEnum, auto
from typing import Final

from attrs import evolve, frozen

from .numerals import number_of, scaled
from .phrases import CONTRACTIONS
from .synonyms import MONTHS, SHORT_UNITS, UNITS
from .vocabulary import ACRONYMS


class Case(Enum):
    """What the capitals of a text are for."""

    SENTENCES = auto()  # in the middle of a sentence they tell names
    TITLES = auto()  # on every word, where they tell none
    CAPITALS = auto()  # nothing else, so that not even `US` is told from `us`


class Kind(StrEnum):
    """What a word is, and so what it means if another text has none like it."""

    WORD = "word"
    NAME = "name"  # with a capital in the middle of a sentence
    NUMBER = "number"
    UNIT = "unit"
    DATE = "date"
    CODE = "code"
    NEGATION = "negation"
    QUANTITY = "quantity"
    QUESTION = "question"
    TARGET = "target"


@frozen
class Piece:
    """A word as it stands in the text.

    Args:
        text: In lower case, but for options of one letter.
        kind: What its letters alone tell.
        opens: Whether a sentence begins with it.
        is_quoted: Whether it stands between quotation marks, where every word counts.
    """

    text: str
    kind: Kind = Kind.WORD
    opens: bool = False
    is_quoted: bool = False


COMMA: Final = Piece(",")
"""Where a phrase ends at the latest."""

POSSESSIVE: Final = "'s"
ENDS: Final = ".?!:"

_TYPOGRAPHY: Final = {
    0x2018: "'", 0x2019: "'", 0x02BC: "'", 0x00B4: "'", 0x201C: '"', 0x201D: '"', 0x201E: '"',
    0x00AB: '"', 0x00BB: '"', 0x2013: "-", 0x2014: "-", 0x2212: "-", 0x00D7: "*", 0x00F7: "/",
}  # fmt: skip
_EDGES: Final = "()[]{}\"'`,;:!?…*."
_LONGEST: Final = 100  # a longer one is compared letter by letter
_CHUNK: Final = re.compile(r"\S+")
_QUOTED: Final = re.compile(r"\"[^\"\n]{1,200}\"|`[^`\n]{1,200}`|(?<!\w)'[^'\n]{1,200}'(?!\w)")
_WORDS: Final = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_PART: Final = re.compile(r"\d[\d,]*(?:\.\d+)?|[^\W\d_]+(?:'[^\W\d_]+)*")
_MEASURE: Final = re.compile(r"([$€£₹¥]?)(\d[\d,]*(?:\.\d+)?)(%|[$€£₹¥]|°?[^\W\d_]{0,12})")
_NEGATIVE: Final = re.compile(r"-\d[\d,]*(?:\.\d+)?")
# Where there is a B, an A is a letter as well, and no article.
_LETTER: Final = re.compile(r"(?<![\w'-])[B-HJ-Z](?![\w'-])")
_LETTER_A: Final = Piece("a.", Kind.NAME)
_ISO_DATE: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_VERSION: Final = re.compile(r"v?\d+(?:\.\d+)+[\w.-]*", re.IGNORECASE)
_INITIALS: Final = re.compile(r"[^\W\d_](?:\.[^\W\d_])+\.?")
_CODE: Final = re.compile(
    r"""--?[A-Za-z][\w-]*(?:=\S*)?                        # an option
    | ~?/\w\S* | \S*\w/\w\S*[/.]\S*                       # a path
    | [#@$%]\w\S*                                         # a tag, an account, a variable
    | \S*(?:_|::|->|=>|://|\\|@|\(|\[|\{|\#)\S*           # what prose has nowhere
    | \S*[^\W\d]\.\w\S* | \S*\w\.[^\W\d]\S*               # a file, a member of something
    | \S*[a-z][A-Z]\S* | [^\W\d_]{1,12}\d\S* | [A-Za-z]\+\+
    """,
    re.VERBOSE,
)
_EXPRESSION: Final = re.compile(r"\d+(?:\.\d+)?|[^\W\d_]+|[=<>!+*/%^&|~-]+")
_OPERATORS: Final = frozenset("=<>+*/^|%")


def pieces_of(text: str) -> list[Piece]:
    """Returns the words of a text; the work is linear in its length."""
    text = unicodedata.normalize("NFC", text).translate(_TYPOGRAPHY).replace("(s)", "s")
    case = _case_of(text)
    has_letters = case is Case.SENTENCES and _LETTER.search(text) is not None
    quoted = deque(match.span() for match in _QUOTED.finditer(text))
    found: list[Piece] = []
    opens = True
    for match in _CHUNK.finditer(text):
        chunk = match.group()
        if has_letters and not opens and chunk.strip(_EDGES) == "A":
            some = [_LETTER_A]
        else:
            some = list(_in_chunk(chunk, found, case))
        while quoted and quoted[0][1] <= match.start():
            quoted.popleft()
        if quoted and quoted[0][0] < match.end():
            some = [evolve(piece, is_quoted=True) for piece in some]
        if not some:
            continue
        if opens and some[0].kind in (Kind.WORD, Kind.NAME):
            some[0] = evolve(some[0], kind=Kind.WORD, opens=True)
        found += some
        end = chunk.rstrip("\"')*")[-1:]
        opens = end in ENDS
        if end == ",":
            found.append(COMMA)
    return found


def _case_of(text: str) -> Case:
    if text.isupper():
        return Case.CAPITALS
    words = (chunk.lstrip(_EDGES) for chunk in text.split())
    return Case.SENTENCES if any(word[:1].islower() for word in words) else Case.TITLES


def _in_chunk(chunk: str, before: Sequence[Piece], case: Case) -> Iterator[Piece]:
    core = chunk.strip(_EDGES)
    if len(core) > _LONGEST:
        yield Piece(core.casefold(), Kind.CODE)
    elif not any(map(str.isalnum, core)):
        yield from _sign(chunk, before)
    elif core in ACRONYMS and case is not Case.CAPITALS:
        yield Piece(ACRONYMS[core], Kind.NAME)
    elif _WORDS.fullmatch(core) or (not core.isascii() and not _MEASURE.fullmatch(core)):
        yield from _words_in(core, case)
    else:
        yield from _signs_and_digits(core, case)


def _sign(chunk: str, before: Sequence[Piece]) -> Iterator[Piece]:
    """Yields an operator or a picture; a list has a dash before each line, and a sum within."""
    sign = chunk.strip("()[]{}\"'`,;:?!….")
    in_sum = bool(before) and before[-1].kind in (Kind.NUMBER, Kind.CODE)
    if sign == "&":
        yield Piece("and")
    elif set(sign) <= {"*"} or sign == "-":
        if in_sum and sign:
            yield Piece(sign, Kind.CODE)
    elif not _OPERATORS.isdisjoint(sign) or not sign.isascii():
        yield Piece(chunk.strip("()[]{}\"'`,;:?….") if sign.isascii() else sign, Kind.CODE)


def _signs_and_digits(core: str, case: Case) -> Iterator[Piece]:
    """Yields a word that has more than letters in it."""
    if _NEGATIVE.fullmatch(core):
        yield Piece(f"-{number_of(core[1:]) or core[1:]}", Kind.NUMBER)
    elif match := _ISO_DATE.fullmatch(core):
        yield from _date(*match.groups())
    elif match := _MEASURE.fullmatch(core):
        yield from _measure(*match.groups())
    elif _VERSION.fullmatch(core):
        yield Piece(core.casefold(), Kind.CODE)
    elif _INITIALS.fullmatch(core):
        name = core.replace(".", "")
        yield Piece(ACRONYMS.get(name.upper(), name.casefold()), Kind.NAME)
    elif _CODE.fullmatch(core):
        is_option = core.startswith("-") and len(core) == 2  # noqa: PLR2004 - `-r` is not `-R`
        yield Piece(core if is_option else core.rstrip("()").casefold(), Kind.CODE)
    elif (
        not _OPERATORS.isdisjoint(core.replace("/", "")) or core[0].isdigit() == core[-1].isdigit()
    ):
        for part in _EXPRESSION.findall(core):
            if part[0].isdigit():
                yield Piece(number_of(part) or part, Kind.NUMBER)
            else:
                yield Piece(part.casefold(), Kind.WORD if part.isalpha() else Kind.CODE)
    else:
        yield from _words_in(core, case)


def _words_in(core: str, case: Case) -> Iterator[Piece]:
    for part in re.split(r"[-/]", core):
        if not part.isascii():
            # Letters of many scripts are made of several characters, and all of them count.
            yield Piece(part.casefold(), _kind_of(part, case))
            continue
        for match in _PART.finditer(part):
            word = match.group()
            if word[0].isdigit():
                yield Piece(number_of(word.rstrip(",")) or word, Kind.NUMBER)
            else:
                yield from _word(word, case)


def _word(word: str, case: Case) -> Iterator[Piece]:
    lower = word.casefold()
    if lower in CONTRACTIONS:
        yield from map(Piece, CONTRACTIONS[lower].split())
        return
    kind = Kind.WORD if word[:2] in ("I", "I'") else _kind_of(word, case)
    root, _, tail = lower.rpartition("'")
    if tail == "t" and root.endswith("n"):
        yield from (Piece(root[:-1]), Piece("not"))
    elif root and tail in ("s", "re", "ve", "ll", "d", "m"):
        yield Piece(root, kind)
        if tail == "s":
            yield Piece(POSSESSIVE)
    else:
        yield Piece(lower, kind)


def _kind_of(word: str, case: Case) -> Kind:
    return Kind.NAME if case is Case.SENTENCES and word[0].isupper() else Kind.WORD


def _date(year: str, month: str, day: str) -> Iterator[Piece]:
    """Yields a date in the order in which it is written in words."""
    yield Piece(number_of(day) or day, Kind.NUMBER)
    is_month = 1 <= int(month) <= len(MONTHS)
    yield Piece(MONTHS[int(month) - 1] if is_month else month, Kind.DATE)
    yield Piece(year, Kind.NUMBER)


def _measure(sign: str, digits: str, tail: str) -> Iterator[Piece]:
    unit = tail.strip("°").casefold()
    if unit in ("st", "nd", "rd", "th") or (unit == "s" and len(digits) > 1):
        yield Piece(f"{digits}{unit}", Kind.NUMBER)
        return
    number = number_of(digits.rstrip(",")) or digits
    if unit == "k":
        number, unit = scaled(number, "thousand"), ""
    yield Piece(number, Kind.NUMBER)
    for each in (sign, unit):
        if each:
            known = UNITS.get(each) or SHORT_UNITS.get(each)
            yield Piece(known or each, Kind.UNIT if known else Kind.CODE)
