"""Runs in another alphabet: base64, base32, hexadecimal, binary, Morse."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from .digits import from_base32, from_base64, from_bits, from_hex
from .edit import Edit
from .readable import is_readable, text_of
from .shape import Shape

# Twelve bytes: less is a word or two, and nearly any long word or path would have to be tried.
_BASE64: Final = re.compile(
    r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{16,}(?:[ \t]*\r?\n[ \t]*[A-Za-z0-9+/_-]{4,})*={0,2}"
)
_BASE64_PART: Final = re.compile(r"[A-Za-z0-9]{16,}={0,2}")
_BASE32: Final = re.compile(
    r"(?<![A-Za-z0-9])(?:[A-Z2-7]{16,}(?:\r?\n[A-Z2-7]{4,})*|[a-z2-7]{16,})(?![A-Za-z0-9])={0,6}"
)
# Six bytes, as in "ignore".
_HEX: Final = re.compile(r"(?<![0-9A-Za-z])(?:0x)?((?:[0-9A-Fa-f]{2}){6,})(?![0-9A-Za-z])")
# Card and account numbers have fewer digits; a word without a letter among its digits is rare.
_LONG_NUMBER: Final = 24

_HEX_PAIRS: Final = re.compile(
    r"(?<![0-9A-Za-z])(?:0x)?[0-9A-Fa-f]{2}"
    r"(?:[ ,:;/\n-]{1,2}(?:0x)?[0-9A-Fa-f]{2}){5,}(?![0-9A-Za-z])"
)
_SEPARATORS: Final = " ,:;/\n-"
_PAIR: Final = re.compile(r"(?:0x)?([0-9A-Fa-f]{2})")
_BINARY: Final = re.compile(r"(?<![0-9A-Za-z])[01]{8}(?:[ ,\n]{0,2}[01]{8}){4,}(?![0-9A-Za-z])")
_MORSE: Final = re.compile(r"(?<![.\-_])[.\-_][.\-_ /|]{11,}")


_MORSE_CODE: Final = (
    ".- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- -. --- .--. --.- .-. ... - ..- ...- "
    ".-- -..- -.-- --.. ----- .---- ..--- ...-- ....- ..... -.... --... ---.. ----. .-.-.- "
    "--..-- ..--.. -.-.-- .--.-."
)
_CODE: Final[Mapping[str, str]] = dict(
    zip(_MORSE_CODE.split(), "abcdefghijklmnopqrstuvwxyz0123456789.,?!@", strict=True)
)
# Words are two blanks apart, or a stroke.
_APART: Final = "  "
_DASHES_AND_BLANKS: Final = str.maketrans({"_": "-", "/": _APART, "|": _APART})

# A row of dots or dashes spells "eeee" or "tttt"; words have more letters than that.
_LEAST_MORSE_LETTERS: Final = 4


def may_be_base64(shape: Shape) -> bool:
    """Whether there is any run long enough."""
    return b"x" * 16 in shape.tokens


def may_be_hex(shape: Shape) -> bool:
    """Whether there is a run of digits, or pairs of them."""
    return b"x" * 12 in shape.hex or b"xx xx xx" in shape.hex or b"0x" in shape.lower


def may_be_binary(shape: Shape) -> bool:
    """Whether there is an octet."""
    return b"x" * 8 in shape.hex


def may_be_morse(shape: Shape) -> bool:
    """Whether there are a few letters of it."""
    return b"x" * 12 in shape.dashes


def base64_edits(text: str) -> Iterator[Edit]:
    """Finds base64 of either alphabet, wrapped or not, padded or not."""
    for run in _BASE64.finditer(text):
        plain = _base64(run[0])
        if plain is not None:
            yield Edit(run.start(), run.end(), plain)
            continue
        # A slash or a dash may belong to the path or the words around it.
        for part in _BASE64_PART.finditer(text, run.start(), run.end()):
            plain = _base64(part[0])
            if plain is not None:
                yield Edit(part.start(), part.end(), plain)


def base32_edits(text: str) -> Iterator[Edit]:
    """Finds base32."""
    for run in _BASE32.finditer(text):
        plain = text_of(from_base32("".join(run[0].split()).rstrip("=")))
        if plain is not None:
            yield Edit(run.start(), run.end(), plain)


def hex_edits(text: str) -> Iterator[Edit]:
    """Finds hexadecimal bytes, in one run or pair by pair."""
    runs = sorted((*_HEX.finditer(text), *_HEX_PAIRS.finditer(text)), key=re.Match[str].start)
    done = 0
    for run in runs:
        if run.start() < done or (len(run[0]) < _LONG_NUMBER and run[0].isdecimal()):
            continue
        data = from_hex(run[1] if run.re is _HEX else "".join(_PAIR.findall(run[0])))
        plain = text_of(data)
        if plain is not None:
            done = run.end()
            yield _strided(run, plain, len(data))


def binary_edits(text: str) -> Iterator[Edit]:
    """Finds octets of binary digits."""
    for run in _BINARY.finditer(text):
        data = from_bits(re.sub(r"[^01]", "", run[0]))
        plain = text_of(data)
        if plain is not None:
            yield _strided(run, plain, len(data))


def morse_edits(text: str) -> Iterator[Edit]:
    """Finds Morse with blanks between the letters."""
    for run in _MORSE.finditer(text):
        words = [
            "".join(_CODE.get(letter, "") for letter in word.split())
            for word in run[0].translate(_DASHES_AND_BLANKS).split(_APART)
        ]
        plain = " ".join(filter(None, words))
        if len(set(plain)) > _LEAST_MORSE_LETTERS and is_readable(plain):
            yield Edit(run.start(), run.start() + len(run[0].rstrip()), plain)


def _base64(run: str) -> str | None:
    return text_of(from_base64("".join(run.split()).rstrip("=")))


def _strided(run: re.Match[str], plain: str, size: int) -> Edit:
    """Says where each character is, when all are one byte and evenly spaced."""
    start, end = run.span()
    separators = sum(map(run[0].count, _SEPARATORS))
    gap, uneven = divmod(separators, size - 1)
    width, odd = divmod(end - start - separators, size)
    stride = width + gap
    between = run[0][width::stride] if gap else ""
    if len(plain) != size or uneven or odd or between.strip(_SEPARATORS):
        return Edit(start, end, plain)
    return Edit(start, end, plain, stride, width)
