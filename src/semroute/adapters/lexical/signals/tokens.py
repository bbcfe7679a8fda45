"""A text as words and signs, the same ones however it is typed."""

import re
import unicodedata
from functools import cache
from typing import Final

from semroute.adapters.lexical.views.characters import characters
from semroute.adapters.lexical.views.normalised import is_plain

# Scripts that put no blanks between words, and Korean, which joins its particles to them: each
# of their characters is a token, so that a word is found wherever it stands.
_UNSPACED: Final = (
    "\u0e01-\u0eff"  # Thai, Lao
    "\u1000-\u109f\uaa60-\uaa7f"  # Burmese
    "\u1100-\u11ff\u3130-\u318f\uac00-\ud7ff"  # Korean
    "\u1780-\u17dd"  # Khmer
    "\u2e80-\u2fdf\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
    "\u3041-\u30ff\u31f0-\u31ff\uff66-\uff9f"  # Japanese
)

_AN_UNSPACED: Final = re.compile(f"[{_UNSPACED}]")

# Most texts are so plain that this, the quickest, will do.
_ASCII: Final = re.compile(r"\w+|\S", re.ASCII)

# Where Unicode has the marks that belong to the letter before them, but for those of scripts of
# the past: with these, a set is no table any more, and a hundred times as slow.
_MARKED: Final = range(0x300, 0x10000)

# No language stacks more. Unicode sorts those on one letter, which takes time by their square.
_MOST_MARKS: Final = 4


def tokens_of(text: str, *, is_case_sensitive: bool) -> list[str]:
    """Returns words, and each sign that is not a blank by itself, in order.

    Typography does not matter, nor does what cannot be seen: full width, ligatures, curly
    quotes, soft hyphens. Accents do.
    """
    plain = _plain(text, is_case_sensitive=is_case_sensitive)
    if plain.isascii():
        return _ASCII.findall(plain)
    return (_mixed() if _AN_UNSPACED.search(plain) else _spaced()).findall(plain)


def _plain(text: str, *, is_case_sensitive: bool) -> str:
    if not is_plain(text):
        composed = unicodedata.normalize("NFC", _stacks().sub(_lowered, text))
        text = "".join(map(characters().__getitem__, composed))
    # The dot that a Turkish capital leaves over its small letter is no other letter.
    return text if is_case_sensitive else text.casefold().replace("\u0307", "")


@cache
def _marks() -> str:
    """Returns a character class: combining marks, which Python counts among the signs."""
    codes = [code for code in _MARKED if unicodedata.category(chr(code)).startswith("M")]
    return "".join(char for char in map(chr, codes) if not _AN_UNSPACED.match(char))


@cache
def _stacks() -> re.Pattern[str]:
    # Begun with a set and not with a group, it is searched for twenty times as fast.
    return re.compile(f"[{_marks()}][{_marks()}]{{{_MOST_MARKS},}}")


def _lowered(stack: re.Match[str]) -> str:
    return stack[0][:_MOST_MARKS]


@cache
def _spaced() -> re.Pattern[str]:
    return re.compile(rf"(?:\w++[{_marks()}]*+)++|\S")


@cache
def _mixed() -> re.Pattern[str]:
    return re.compile(rf"(?:[^\W{_UNSPACED}]++[{_marks()}]*+)++|\S")
