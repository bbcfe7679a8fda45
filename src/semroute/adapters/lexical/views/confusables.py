"""Letters of other scripts that look like Latin ones."""

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final

# Unicode lists what cannot be told apart. These can, but inside a Latin word they are read as
# the letter they resemble, by people and models.
_RESEMBLING: Final = dict(zip("ктмвнгпишьαεηικνορτυχωβ", "ktmbhrnuwbaenikvoptuxwb", strict=True))

# Unicode takes these for a small L, which they are as often as not; at the place of a capital
# they are an I.
_CAPITAL_I: Final = {"\u0406": "I", "\u0399": "I", "\u04c0": "I", "\u2c92": "I"}

_BASIC_PLANE: Final = 0xFFFF

_WORD: Final = re.compile(r"[^\W\d_]+")

# Shorter ones are symbols and units, as in "3 μs" or "ΔT", unless longer ones are disguised.
_LEAST_LETTERS: Final = 3


@cache
def lookalikes() -> Mapping[str, str]:
    """Returns the letters that cannot be told from a Latin one, and which that is."""
    source = files("confusable_homoglyphs") / "confusables.json"
    pairs: dict[str, list[dict[str, str]]] = json.loads(source.read_text("utf-8"))
    table: dict[str, str] = {}
    for char, twins in pairs.items():
        for twin in twins:
            latin = twin["c"]
            if len(char) == len(latin) == 1 and latin.isascii() and latin.isalpha():
                table[char] = latin
    letters = {
        char: latin for char, latin in table.items() if char.isalpha() and not char.isascii()
    }
    return letters | _CAPITAL_I


def folded(text: str) -> str:
    """Returns a text of the same length, its disguised words in Latin letters.

    A word is disguised if it mixes Latin letters with those of other scripts. A word entirely of
    look-alikes is too, unless there are as many around it that belong to another language:
    Russian has such words, but no sentences of them.
    """
    if not is_foldable(text):
        return text
    alike, inner = _codes()
    mixed: list[tuple[int, str]] = []
    whole: list[tuple[int, str]] = []
    short: list[tuple[int, str]] = []
    foreign = 0
    for match in _WORD.finditer(text):
        word = match[0]
        if word.isascii():
            continue
        is_mixed = any(map(str.isascii, word))
        plain = word.translate(inner if is_mixed else alike)
        if len(word) < _LEAST_LETTERS:
            short.append((match.start(), plain))
        elif is_mixed:
            mixed.append((match.start(), plain))
        elif plain.isascii():
            whole.append((match.start(), plain))
        else:
            foreign += 1
    if len(mixed) + len(whole) > foreign:
        return _replaced(text, sorted(mixed + whole + short))
    return _replaced(text, mixed)


def is_foldable(text: str) -> bool:
    """Whether a word may be disguised; wrong only in saying yes."""
    mixed, alike, rare = _signs()
    return (
        mixed.search(text) is not None
        or alike.search(text) is not None
        or not rare.isdisjoint(text)
    )


def _replaced(text: str, words: list[tuple[int, str]]) -> str:
    parts: list[str] = []
    done = 0
    for start, word in words:
        parts += (text[done:start], word)
        done = start + len(word)
    return "".join((*parts, text[done:]))


@cache
def _codes() -> tuple[dict[int, str], dict[int, str]]:
    """Returns what letters stand for anywhere, and what they stand for among Latin ones."""
    alike = {ord(char): latin for char, latin in lookalikes().items()}
    return alike, {ord(char): latin for char, latin in _RESEMBLING.items()} | alike


@cache
def _signs() -> tuple[re.Pattern[str], re.Pattern[str], frozenset[str]]:
    """Returns what shows that a text has mixed words, or wholly alien ones.

    Letters beyond the basic plane, of scripts that are dead or nearly so, are apart: with them a
    pattern is ten times slower.
    """
    letters = "".join(chr(code) for code in _codes()[1] if code <= _BASIC_PLANE)
    alike = "".join(char for char in lookalikes() if ord(char) <= _BASIC_PLANE)
    return (
        re.compile(f"[A-Za-z][{letters}]|[{letters}][A-Za-z]"),
        re.compile(rf"(?<![^\W\d_])[{alike}]{{3,}}(?![^\W\d_])"),
        frozenset(char for char in lookalikes() if ord(char) > _BASIC_PLANE),
    )
