"""What a text looks like from far away: enough to know which disguises it cannot be wearing."""

from typing import Final

from attrs import frozen

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
_RUNS: Final = _classes(x=_LETTERS + b"0123456789/", **{"+": b"+"})
# What a program or a document writes between strings of one text.
_ESCAPES: Final = (rb"\n", rb"\r", rb"\t")


@frozen(eq=False)
class Shape:
    """A text in lower case, anything but ASCII as question marks, by classes of characters.

    Tables and substring searches run at memory speed, so asking all questions of a whole
    megabyte takes some milliseconds, which a regular expression takes for one of them.

    Args:
        lower: The text.
        words: `a` for letters, `d` for digits, blanks for all others.
        leet: `a` for letters, `d` for what stands for letters.
        tokens: `x` for what base64 is made of.
        hex: `x` for hexadecimal digits.
        dashes: `x` for what Morse is made of.
        runs: `x` for what base64 is made of, without what parts groups of it.
    """

    lower: bytes
    words: bytes
    leet: bytes
    tokens: bytes
    hex: bytes
    dashes: bytes
    runs: bytes

    @classmethod
    def of(cls, text: str) -> "Shape":
        """Returns the shape of a text."""
        lower = text.encode("ascii", "replace").lower()
        tables = (_WORDS, _LEET, _TOKENS, _HEX, _DASHES)
        return cls(lower, *[*map(lower.translate, tables), _runs(lower)])


def runs_of(text: str) -> bytes:
    """Returns the `runs` of the shape of a text."""
    return _runs(text.encode("ascii", "replace").lower())


def _runs(lower: bytes) -> bytes:
    """Returns what base64 is made of, but for what stands between strings of a program."""
    if b"\\" in lower:
        for escape in _ESCAPES:
            lower = lower.replace(escape, b"  ")
    runs = lower.translate(_RUNS)
    return runs.replace(b" + ", b"   ").replace(b"+", b"x") if b"+" in runs else runs
