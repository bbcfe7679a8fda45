"""Words that may be meant by a word with typos in it."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from attrs import frozen
from rapidfuzz.distance import DamerauLevenshtein

# Of shorter words, one letter makes others: "cart" and "card".
SHORTEST: Final = 5

# Only so many letters at the start are compared by what is left of them, which bounds how many
# there are; the rest is for the exact distance to tell.
_START: Final = 7


@frozen(eq=False)
class Typos:
    """Finds the words that are as near to a given one as typos allow.

    Two words with at most n typos between them have a start in common once at most n letters
    are left out of the start of each. These are kept in a table, so that a look-up takes the
    same time however many words there are, and few of them must be compared in full.

    Args:
        allowed: How many typos; 0 to 2.
        words: By what may be left of their starts.
    """

    allowed: int
    words: dict[str, tuple[str, ...]]

    @classmethod
    def of(cls, words: Iterable[str], allowed: int) -> "Typos":
        """Returns an index of words. Those that must be right are left out."""
        table: defaultdict[str, list[str]] = defaultdict(list)
        for word in sorted({word for word in words if may_be_mistyped(word)} if allowed else ()):
            for rest in sorted(_rests(word, allowed)):
                table[rest].append(word)
        return cls(allowed, {rest: tuple(some) for rest, some in table.items()})

    def near(self, word: str) -> list[str]:
        """Returns the words that it may be meant for, itself among them; in no order."""
        if len(word) < SHORTEST - self.allowed or not self.words:
            return []
        candidates = {near for rest in _rests(word, self.allowed) for near in self._with(rest)}
        return [
            near
            for near in candidates
            if abs(len(near) - len(word)) <= self.allowed
            and DamerauLevenshtein.distance(near, word, score_cutoff=self.allowed) <= self.allowed
        ]

    def _with(self, rest: str) -> tuple[str, ...]:
        return self.words.get(rest, ())


def may_be_mistyped(word: str) -> bool:
    """Whether a word is still itself with a typo: it is long enough, and no number."""
    return len(word) >= SHORTEST and word[0].isalpha() and not any(map(str.isdigit, word))


def _rests(word: str, allowed: int) -> set[str]:
    """Returns what may be left of the start of a word without some letters."""
    rests = latest = {word[:_START]}
    for _ in range(allowed):
        latest = {rest[:at] + rest[at + 1 :] for rest in latest for at in range(len(rest))}
        rests = rests | latest
    return rests
