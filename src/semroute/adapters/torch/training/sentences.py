"""Sentences with people and addresses in them, and others with neither, made from templates."""

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from attrs import evolve, frozen

from .category_texts import fold_of
from .names import ENGLISH, Names

PERSON: Final = 1
ADDRESS: Final = 2
NAMED: Final = 3
"""What has a name and is neither: a firm, a place, a law. Told apart, people are known better."""
IGNORED: Final = -100
"""What a careful reader might call either way; nothing is learned from it."""

LISTS: Final = frozenset(
    ("benign", "fillers", "given_names", "street_words", "streets", "surnames", "templates")
)
"""The pages that sentences are made of."""

_SLOT: Final = re.compile(r"\{(\w+)\}")
_UNHEARD_OF: Final = 0.35
_UPPER_PLACES: Final = 0.2
_PLACE_ENDINGS: Final = (
    "",
    "ville",
    "berg",
    "stad",
    "ton",
    "ham",
    "ova",
    " Park",
    " de Mar",
    "ník",
    *("i", "ste", "hus", "vik", "nes", "ach", "ingen", "ino", "sice", "ów", "ești", "köy", "lla"),
)
_FIRM_ENDINGS: Final = (
    "",
    "tech",
    "soft",
    "med",
    "ify",
    "data",
    " Inc.",
    " GmbH",
    " Ltd",
    " Software",
)
_PHONES: Final = ("+## ### ######", "(###) ###-####", "0#### ######")
_PEOPLE: Final = frozenset(("person", "given", "surname"))
_NAMES: Final = frozenset(
    ("country", "eatery", "firm_word", "namesake", "namesake_given", "org", "place_low")
)
_LAST_LATIN: Final = "\u024f"


@frozen
class Sentence:
    """A text and what is in it.

    Args:
        text: The text.
        labels: What is not ordinary: where it begins, where it has ended, and what it is.
        origin: What it was made of, which others were made of as well; empty for nothing.
    """

    text: str
    labels: tuple[tuple[int, int, int], ...] = ()
    origin: str = ""

    @property
    def fold(self) -> int:
        """In which part it is held out, with all that was made of the same."""
        return fold_of(self.origin or self.text)


class Composer:
    """Fills templates with names and addresses of many countries.

    Args:
        lists: The lists and templates: a page of each name in `LISTS`.
        rng: Decides everything.
    """

    def __init__(self, lists: Mapping[str, str], rng: random.Random) -> None:
        self._rng = rng
        self.templates = _lines(lists["templates"])
        self.benign = _lines(lists["benign"])
        self.names = Names(_lists(lists["given_names"]), _lists(lists["surnames"]), rng)
        self._fillers = _lists(lists["fillers"])
        self._words = _lists(lists["street_words"])
        self._streets = [
            tuple(_items(half, "; ") for half in line.split(": ", 1)[1].split(" | "))
            for line in _lines(lists["streets"])
        ]

    def compose(self, template: str) -> Sentence:
        """Returns a template, filled in and written with more or less care."""
        write = self._hand()
        is_foreign = any(each > _LAST_LATIN and each.isalpha() for each in template)
        text = ""
        labels: list[tuple[int, int, int]] = []
        has_street = "{street}" in template
        for index, piece in enumerate(_SLOT.split(template)):
            is_slot = index % 2 == 1
            written = write(self._filled(piece, is_foreign=is_foreign) if is_slot else piece)
            label = _label_of(piece, has_street=has_street) if is_slot else 0
            if label:
                labels.append((len(text), len(text) + len(written), label))
            text += written
        return Sentence(text, tuple(labels), template)

    def address(self) -> str:
        """Returns a street with a town, in the order and over as many lines as people like."""
        streets, towns = self._rng.choice(self._streets)
        street = self._numbered(self._rng.choice(streets))
        town = self._numbered(self._rng.choice(towns))
        country = self._rng.choice(self._fillers["country"])
        glue = self._rng.choices((", ", "\n", " ", "\n   ", ",\n"), (55, 20, 10, 5, 10))[0]
        parts = [street, town] if self._rng.random() < 0.85 else [street]  # noqa: PLR2004
        if self._rng.random() < 0.15:  # noqa: PLR2004
            parts.append(country)
        return glue.join(parts)

    def _hand(self) -> Callable[[str], str]:
        return self._rng.choices((_as_is, str.lower, str.upper), (76, 20, 4))[0]

    def _filled(self, slot: str, *, is_foreign: bool) -> str:
        rng = self._rng
        fill: dict[str, Callable[[], str]] = {
            "person": lambda: self.names.person(is_foreign=is_foreign),
            "given": lambda: self.names.given(is_foreign=is_foreign),
            "surname": lambda: self.names.surname(is_foreign=is_foreign),
            # What is called after somebody: a law, a firm, a bridge.
            "namesake": self.names.surname,
            "namesake_given": self.names.given,
            "address": self.address,
            "street": lambda: self._numbered(rng.choice(rng.choice(self._streets)[0])),
            "number": lambda: str(rng.randrange(10 ** rng.randrange(2, 7))),
            "small": lambda: str(rng.randrange(2, 99)),
            "year": lambda: str(rng.randrange(1700, 2040)),
            "phone": lambda: _digits(rng, rng.choice(_PHONES)),
            "date": self._date,
            "email": lambda: f"{self.names.invented().lower()}{rng.randrange(99)}@example.com",
        }
        if slot in {"city", "org"} and rng.random() < _UNHEARD_OF:
            return self._unheard_of(slot)
        return fill[slot]() if slot in fill else rng.choice(self._fillers[slot])

    def _unheard_of(self, slot: str) -> str:
        """Returns a place or a firm on no list, which may look like a name and is none."""
        if slot == "city":
            place = self.names.invented() + self._rng.choice(_PLACE_ENDINGS)
            return place.upper() if self._rng.random() < _UPPER_PLACES else place
        invented = self.names.invented() + self._rng.choice(_FIRM_ENDINGS)
        family, other = self.names.surname(), self.names.surname()
        firms = (
            *(f"{family} & Sons", f"{family} Inc", f"{family}-{other} Group"),
            *(f"{family}-{other}", f"{family} & {other}", f"{family} and {other}"),
        )
        return self._rng.choice((invented, invented, invented, *firms))

    def _numbered(self, pattern: str) -> str:
        def fill(match: re.Match[str]) -> str:
            if match[1] == "n":
                return str(self._rng.randrange(1, 10 ** self._rng.randrange(1, 5) + 1))
            if match[1] == "w" and self._rng.random() < 0.25:  # noqa: PLR2004 - streets are named after people
                return self.names.surname_of(ENGLISH)
            return self._rng.choice(self._words[match[1]])

        return _digits(self._rng, _SLOT.sub(fill, pattern))

    def _date(self) -> str:
        month = self._rng.choice(self._fillers["month"])
        day, year = self._rng.randrange(1, 29), self._rng.randrange(1950, 2040)
        return self._rng.choice(
            (
                f"{month} {day}",
                f"{day} {month} {year}",
                f"{year}-{day:02}-{self._rng.randrange(1, 13):02}",
                "Monday",
                "Friday",
                "tomorrow",
            )
        )


def _as_is(text: str) -> str:
    return text


def _label_of(slot: str, *, has_street: bool) -> int:
    if slot in _PEOPLE:
        return PERSON
    if slot in {"address", "street"}:
        return ADDRESS
    if slot == "city":
        # Beside a street it may be read as a part of the address.
        return IGNORED if has_street else NAMED
    if slot in _NAMES:
        return NAMED
    return IGNORED if slot == "title" else 0


def _digits(rng: random.Random, pattern: str) -> str:
    letters = {"#": "0123456789"}
    return "".join(rng.choice(letters.get(character, character)) for character in pattern)


def _lines(page: str) -> list[str]:
    lines = page.splitlines()
    return [line.replace("\\n", "\n") for line in lines if line and not line.startswith("# ")]


def _lists(page: str) -> dict[str, Sequence[str]]:
    pairs = (line.split(":", 1) for line in _lines(page))
    return {name: _items(items) for name, items in pairs}


def _items(line: str, divider: str = ", ") -> tuple[str, ...]:
    return tuple(item.strip() for item in line.split(divider) if item.strip())


def renamed(sentence: Sentence, composer: Composer) -> Sentence:
    """Returns the sentence with another name for each of its people."""
    text, end = "", 0
    labels: list[tuple[int, int, int]] = []
    for start, stop, label in sorted(sentence.labels):
        text += sentence.text[end:start]
        old = sentence.text[start:stop]
        new = composer.names.person() if label == PERSON else old
        new = new.lower() if old.islower() else new
        labels.append((len(text), len(text) + len(new), label))
        text, end = text + new, stop
    return Sentence(text + sentence.text[end:], tuple(labels), sentence.origin)


def buried(sentence: Sentence, before: str, after: str) -> Sentence:
    """Returns the sentence in the midst of other text, where it is no less what it is."""
    by = len(before)
    labels = tuple((start + by, end + by, label) for start, end, label in sentence.labels)
    return Sentence(f"{before}{sentence.text}{after}", labels, sentence.origin)


def lowered(sentence: Sentence) -> Sentence:
    """Returns the sentence as it is typed in haste, if that leaves it as long as it is."""
    text = sentence.text.lower()
    return evolve(sentence, text=text) if len(text) == len(sentence.text) else sentence


def composed(composer: Composer, per_template: int, per_benign: int) -> Iterator[Sentence]:
    """Yields sentences from every template."""
    for template in composer.templates:
        for _ in range(per_template):
            yield composer.compose(template)
    for template in composer.benign:
        for _ in range(per_benign):
            yield composer.compose(template)
