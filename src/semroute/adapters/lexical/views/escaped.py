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

# What every web page escapes, and what nobody would hide; an escape that is escaped is hidden.
_MARKUP: Final = re.compile(
    r"&(?:amp(?!;(?:#[xX]?[0-9A-Fa-f]{1,7}|[A-Za-z]{2,31});)|lt|gt|quot|apos|nbsp|#39|#34|#160);"
)

# What an address need not escape: letters, digits, at signs, escapes; and what is beyond ASCII.
_NEEDLESS: Final = re.compile(
    r"%(?:25(?=[2-7][\dA-F])|2[DE]|3\d|4[\dA-F]|5[\dAF]|6[1-9A-F]|7[\dAE]|[89A-F][\dA-F])",
    re.IGNORECASE,
)

_AT: Final = "%40"
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
    if _NEEDLESS.search(text) is None:
        return
    runs = list(_PERCENT.finditer(text))
    # "100%de" is no escape; a lone one counts only if it hides an at sign.
    if len(runs) == 1 and len(runs[0][0]) == len(_AT) and runs[0][0] != _AT:
        return
    for run in runs:
        yield _bytes(run, run[0].replace("%", ""), len(_AT))


def entity_edits(text: str) -> Iterator[Edit]:
    """Finds HTML entities, if any is more than markup."""
    if _ENTITY.search(_MARKUP.sub("", text)) is None:
        return
    known: dict[str, str] = {}
    for run in _ENTITY.finditer(text):
        entity = run[0]
        plain = known.get(entity)
        if plain is None:
            plain = known[entity] = unescape(entity)
        if plain != entity:
            yield Edit(run.start(), run.end(), plain)


def backslash_edits(text: str) -> Iterator[Edit]:
    r"""Finds `\x41`, `\u0041`, `\u{41}`, `\U00000041` and `\101`."""
    for run in _BACKSLASH.finditer(text):
        kind = run[0][1]
        if kind == "x":
            yield _bytes(run, run[0].replace("\\x", ""), len(r"\x41"))
        elif kind in "01":
            octets = bytes(int(digits, 8) for digits in run[0].split("\\")[1:])
            yield _bytes(run, octets.hex(), len(r"\101"))
        elif run[0].startswith("\\u{") or kind == "U":
            plain = _character(_DIGITS.findall(run[0])[0])
            if plain:
                yield Edit(run.start(), run.end(), plain)
        else:
            yield _units(run)


def _bytes(run: re.Match[str], digits: str, width: int) -> Edit:
    """Decodes a run of escaped bytes, each `width` characters wide."""
    data = bytes.fromhex(digits)
    if data.isascii():
        return Edit(run.start(), run.end(), data.decode(), width, width)
    try:
        plain = data.decode()
    except UnicodeDecodeError:
        plain = data.decode("latin-1")
    return Edit(run.start(), run.end(), plain)


def _units(run: re.Match[str]) -> Edit:
    r"""Decodes a run of `\u0041`, which are UTF-16."""
    data = bytes.fromhex(run[0].replace("\\u", ""))
    plain = data.decode("utf-16-be", "replace")
    width = len(r"\u0041")
    is_even = len(plain) * 2 == len(data)
    return Edit(run.start(), run.end(), plain, *((width, width) if is_even else ()))


def _character(digits: str) -> str:
    code = int(digits, 16)
    return chr(code) if code <= _HIGHEST else ""
