"""Single characters written as escapes: percent, HTML entities, backslashes."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Final

from .edit import Edit
from .shape import Shape

_PERCENT: Final = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z]{2,31}(?=;));?")
_BACKSLASH: Final = re.compile(
    r"(?:\\x[0-9A-Fa-f]{2})+|\\u\{[0-9A-Fa-f]{1,6}\}|(?:\\u[0-9A-Fa-f]{4})+|\\U[0-9A-Fa-f]{8}"
    r"|(?:\\[01][0-7]{2})+"
)
_DIGITS: Final = re.compile(r"[0-9A-Fa-f]+")

# What every web page escapes, and what nobody would hide.
_MARKUP: Final = re.compile(r"&(?:amp|lt|gt|quot|apos|nbsp|#39|#34|#160);")

# A blank in an address is no disguise; an at sign or a letter, which needs no escape, is.
_PLAIN_PERCENT: Final = re.compile(
    r"%(?:20|2[1-9A-F]|3[A-F]|5[BDF]|[0189A-F][0-9A-F])", re.IGNORECASE
)

_HIGHEST: Final = 0x10FFFF


def may_be_percent(shape: Shape) -> bool:
    """Whether there is a percent sign."""
    return b"%" in shape.lower


def may_be_entity(shape: Shape) -> bool:
    """Whether there is an ampersand."""
    return b"&" in shape.lower


def may_be_backslash(shape: Shape) -> bool:
    """Whether there is a backslash."""
    return b"\\" in shape.lower


def percent_edits(text: str) -> Iterator[Edit]:
    """Finds percent-encoding of what does not need it."""
    # "100%de" is no escape; a lone one counts only if it hides an at sign.
    runs = list(_PERCENT.finditer(text))
    if all(not _PLAIN_PERCENT.sub("", run[0]) for run in runs):
        return
    if len(runs) == 1 and len(runs[0][0]) == len("%40") and runs[0][0] != "%40":
        return
    for run in runs:
        yield from _bytes(run, run[0].replace("%", ""), len("%41"))


def entity_edits(text: str) -> Iterator[Edit]:
    """Finds HTML entities, if any is more than markup."""
    if _ENTITY.search(_MARKUP.sub("", text)) is None:
        return
    for run in _ENTITY.finditer(text):
        plain = unescape(run[0])
        if plain and plain != run[0]:
            yield Edit(run.start(), run.end(), plain)


def backslash_edits(text: str) -> Iterator[Edit]:
    r"""Finds `\x41`, `\u0041`, `\u{41}`, `\U00000041` and `\101`."""
    for run in _BACKSLASH.finditer(text):
        kind = run[0][1]
        if kind == "x":
            yield from _bytes(run, run[0].replace("\\x", ""), len(r"\x41"))
        elif kind in "01":
            octets = bytes(int(digits, 8) for digits in run[0].split("\\")[1:])
            yield from _bytes(run, octets.hex(), len(r"\101"))
        elif run[0].startswith("\\u{") or kind == "U":
            plain = _character(_DIGITS.findall(run[0])[0])
            if plain:
                yield Edit(run.start(), run.end(), plain)
        else:
            yield from _units(run)


def _bytes(run: re.Match[str], digits: str, width: int) -> Iterator[Edit]:
    """Decodes a run of escaped bytes, each `width` characters wide."""
    data = bytes.fromhex(digits)
    if data.isascii():
        yield Edit(run.start(), run.end(), data.decode(), width, width)
        return
    try:
        plain = data.decode()
    except UnicodeDecodeError:
        plain = data.decode("latin-1")
    yield Edit(run.start(), run.end(), plain)


def _units(run: re.Match[str]) -> Iterator[Edit]:
    """Decodes a run of `\\u0041`, which are UTF-16."""
    data = bytes.fromhex(run[0].replace("\\u", ""))
    plain = data.decode("utf-16-be", "replace")
    width = len(r"\u0041")
    if len(plain) * 2 == len(data):
        yield Edit(run.start(), run.end(), plain, width, width)
    else:
        yield Edit(run.start(), run.end(), plain)


def _character(digits: str) -> str:
    code = int(digits, 16)
    return chr(code) if code <= _HIGHEST else ""
