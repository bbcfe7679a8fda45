"""Names of people of many countries, and some of nobody yet."""

import random
from collections.abc import Mapping, Sequence
from typing import Final

ENGLISH: Final = "english"

_SYLLABLES: Final = (
    *("ba", "be", "da", "do", "el", "fi", "ga", "ha", "il", "jo", "ka", "la", "le", "ma"),
    *("mi", "na", "no", "or", "pa", "ra", "ri", "sa", "si", "ta", "te", "ul", "va", "wi", "za"),
)
_FOREIGN_SCRIPT: Final = "native_script"
_AT_HOME: Final = 0.7  # so often names in a foreign script's sentence are in such a script too
_INVENTED: Final = 0.08
_CROSSED: Final = 0.17


class Names:
    """Draws names.

    Args:
        given: Given names by culture.
        surnames: Surnames by culture.
        rng: Decides everything.
    """

    def __init__(
        self,
        given: Mapping[str, Sequence[str]],
        surnames: Mapping[str, Sequence[str]],
        rng: random.Random,
    ) -> None:
        self._given = given
        self._surnames = surnames
        self._rng = rng
        self.listed = frozenset(name for names in given.values() for name in names)

    def person(self, *, is_foreign: bool = False) -> str:
        """Returns a name as people write names; if it is foreign, likely in another script."""
        culture = self._culture(is_foreign=is_foreign)
        given, other = self._given_of(culture), self._given_of(culture)
        surname = self.surname_of(culture)
        initial = chr(self._rng.randrange(65, 91))
        styles = {
            f"{given} {surname}": 62,
            given: 8,
            f"{given} {initial}. {surname}": 7,
            f"{given} {other} {surname}": 6,
            f"{surname}, {given}": 4,
            f"{surname} {given}": 4,
            f"{initial}. {surname}": 4,
            f"{given} {surname}-{self.surname_of(culture)}": 3,
            f"{given} {initial}": 2,
        }
        return self._rng.choices(tuple(styles), tuple(styles.values()))[0]

    def given(self, *, is_foreign: bool = False) -> str:
        """Returns a given name of any culture; if it is foreign, likely in another script."""
        return self._given_of(self._culture(is_foreign=is_foreign))

    def surname(self, *, is_foreign: bool = False) -> str:
        """Returns a surname of any culture; if it is foreign, likely in another script."""
        return self.surname_of(self._culture(is_foreign=is_foreign))

    def surname_of(self, culture: str) -> str:
        """Returns a surname that is, more often than not, of a culture."""
        at_home = self._rng.random() < 0.8  # noqa: PLR2004 - people marry and move
        home = culture if at_home else self._rng.choice(tuple(self._surnames))
        return self._one_of(self._surnames.get(home) or self._surnames[ENGLISH])

    def invented(self) -> str:
        """Returns a name of two to four syllables that nobody has."""
        return "".join(self._rng.choices(_SYLLABLES, k=self._rng.randrange(2, 5))).capitalize()

    def _culture(self, *, is_foreign: bool) -> str:
        if is_foreign and _FOREIGN_SCRIPT in self._given and self._rng.random() < _AT_HOME:
            return _FOREIGN_SCRIPT
        return self._rng.choice(tuple(self._given))

    def _given_of(self, culture: str) -> str:
        return self._one_of(self._given[culture])

    def _one_of(self, names: Sequence[str]) -> str:
        """Returns a name, perhaps one that is on no list."""
        chance = self._rng.random()
        if chance < _INVENTED:
            return self.invented()
        if chance < _INVENTED + _CROSSED:
            return _crossed(*self._rng.choices(names, k=2))
        return self._rng.choice(names)


def _crossed(one: str, other: str) -> str:
    """Returns what begins as one name and ends as another of the same people."""
    return one[: (len(one) + 1) // 2] + other[len(other) // 2 :].lower()
