"""Words that were run together, divided again."""

from typing import Final

from .words import COMMON, SLIGHT

_KNOWN: Final = COMMON | SLIGHT
_LONGEST: Final = max(map(len, _KNOWN))

# A known word costs as much as its blank; a letter of an unknown one a little more than half of
# that, so that two letters of a name are not worth a short word, and five are not either.
_WORD_COST: Final = 10
_LETTER_COST: Final = 6


def divided(letters: str) -> list[str]:
    """Returns the words that these letters most likely are; unknown letters stay together."""
    costs = [0]
    steps = [0]
    for end in range(1, len(letters) + 1):
        best, step = costs[end - 1] + _LETTER_COST, 1
        for size in range(1, min(end, _LONGEST) + 1):
            cost = costs[end - size] + _WORD_COST
            if cost < best and letters[end - size : end] in _KNOWN:
                best, step = cost, size
        costs.append(best)
        steps.append(step)
    return _walked(letters, steps)


def _walked(letters: str, steps: list[int]) -> list[str]:
    words: list[str] = []
    end = unknown = len(letters)
    while end:
        start = end - steps[end]
        if letters[start:end] in _KNOWN and (steps[end] > 1 or letters[start:end] in "ai"):
            words += filter(None, (letters[end:unknown], letters[start:end]))
            unknown = start
        end = start
    words += filter(None, (letters[:unknown],))
    return words[::-1]
