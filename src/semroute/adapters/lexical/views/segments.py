"""Words that were run together, divided again."""

from typing import Final

from .words import COMMON, SLIGHT, USUAL

_KNOWN: Final = COMMON | SLIGHT | USUAL
_LONGEST: Final = max(map(len, _KNOWN))

# A known word costs as much as its blank; a letter of an unknown one a little more than half of
# that, so that two letters of a name are not worth a short word, and five are not either. To begin
# an unknown word costs nearly a known one, or short words would be found in the midst of long ones.
# With these, of the boundaries of words in the training set five in six are found.
_WORD_COST: Final = 10
_LETTER_COST: Final = 6
_STRANGE_COST: Final = 8


def divided(letters: str) -> list[str]:
    """Returns the words that these letters most likely are; unknown letters stay together."""
    # What it costs up to each letter, whatever ends there, and if an unknown word does; and how
    # long the word is that had better end there, or that it is an unknown one.
    costs, strange, sizes = [0], [_STRANGE_COST], [0]
    for end in range(1, len(letters) + 1):
        least = within = min(strange[-1], costs[-1] + _STRANGE_COST) + _LETTER_COST
        size = 0
        for some in range(1, min(end, _LONGEST) + 1):
            cost = costs[end - some] + _WORD_COST
            if cost < least and letters[end - some : end] in _KNOWN:
                least, size = cost, some
        costs.append(least)
        strange.append(within)
        sizes.append(size)
    return _walked(letters, costs, strange, sizes)


def _walked(letters: str, costs: list[int], strange: list[int], sizes: list[int]) -> list[str]:
    """Returns the words of the cheapest way, which is followed from its end."""
    words: list[str] = []
    end = unknown = len(letters)
    while end:
        # Within an unknown word its beginning may be cheaper later than where a known one ends.
        is_within = unknown > end and strange[end] <= costs[end] + _STRANGE_COST
        start = end - 1 if is_within or not sizes[end] else end - sizes[end]
        if sizes[end] and not is_within:
            words += filter(None, (letters[end:unknown], letters[start:end]))
            unknown = start
        end = start
    words += filter(None, (letters[:unknown],))
    return words[::-1]
