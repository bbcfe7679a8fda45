"""Slips of the finger, as people make them when they type fast."""

import hashlib
import random
from typing import Final

# One letter in so many is hit wrongly, about one in every five words.
_LETTERS_A_SLIP: Final = 25

_ROWS: Final = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


def mistyped(text: str, seed: int = 0) -> str:
    """Returns a text with slips: letters swapped, left out, doubled, or the key beside them.

    One text and one seed always give the same. A text without letters stays as it is.
    """
    key = hashlib.sha256(f"{seed}:".encode() + text.encode("utf-8", "surrogatepass")).digest()
    chance = random.Random(key)  # noqa: S311 - the same slips every time
    letters = list(text)
    places = [at for at, letter in enumerate(letters) if letter.isalpha()]
    slips = min(max(round(len(places) / _LETTERS_A_SLIP), 1), len(places))
    # From the back, so that places further on stay where they are.
    for at in sorted(chance.sample(places, slips), reverse=True):
        _slip(letters, at, chance)
    return "".join(letters)


def _slip(letters: list[str], at: int, chance: random.Random) -> None:
    letter = letters[at]
    match chance.randrange(4):
        case 0 if at + 1 < len(letters):
            letters[at : at + 2] = letters[at + 1], letter
        case 1:
            del letters[at]
        case 2:
            letters[at : at + 1] = letter, letter
        case _:
            letters[at] = _beside(letter, chance)


def _beside(letter: str, chance: random.Random) -> str:
    """Returns the letter of a key beside this one's; the letter itself if it has none."""
    for row in _ROWS:
        place = row.find(letter.lower())
        if place >= 0:
            near = row[max(place - 1, 0) : place + 2].replace(letter.lower(), "")
            return chance.choice(near)
    return letter
