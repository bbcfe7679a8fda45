"""What a text looks like from far away: enough to know which disguises it cannot be wearing."""

from functools import cached_property
from typing import Final

from attrs import define

_LETTERS: Final = b"abcdefghijklmnopqrstuvwxyz"


def _classes(**members: bytes) -> bytes:
    """Returns a table that turns bytes into the name of their class, and all others to blanks."""
    table = bytearray(b" " * 256)
    for name, values in members.items():
        for value in values:
            table[value] = ord(name)
    return bytes(table)


_WORDS: Final = _classes(a=_LETTERS, d=b"0123456789")
_LEET: Final = _classes(a=_LETTERS, d=b"0134578@$!|+")
_TOKENS: Final = _classes(x=_LETTERS + b"0123456789+/_-")
_HEX: Final = _classes(x=b"abcdef0123456789")
_DASHES: Final = _classes(x=b".-_ /|")


@define(slots=False)
class Shape:
    """A text in lower case, anything but ASCII as question marks, by classes of characters.

    Tables and substring searches run at memory speed, so asking all questions of a whole
    megabyte takes some milliseconds, which a regular expression takes for one of them.

    Args:
        lower: The text.
    """

    lower: bytes

    @classmethod
    def of(cls, text: str) -> "Shape":
        """Returns the shape of a text."""
        return cls(text.encode("ascii", "replace").lower())

    @cached_property
    def words(self) -> bytes:
        """`a` for letters, `d` for digits."""
        return self.lower.translate(_WORDS)

    @cached_property
    def leet(self) -> bytes:
        """`a` for letters, `d` for what stands for letters."""
        return self.lower.translate(_LEET)

    @cached_property
    def tokens(self) -> bytes:
        """`x` for what base64 is made of."""
        return self.lower.translate(_TOKENS)

    @cached_property
    def hex(self) -> bytes:
        """`x` for hexadecimal digits."""
        return self.lower.translate(_HEX)

    @cached_property
    def dashes(self) -> bytes:
        """`x` for what Morse is made of."""
        return self.lower.translate(_DASHES)
