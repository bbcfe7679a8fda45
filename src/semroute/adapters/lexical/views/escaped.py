"""Single characters written as escapes: percent, quoted-printable, HTML entities, backslashes."""

import re
from collections.abc import Iterator
from html import unescape
from itertools import islice
from typing import Final

from .edit import Edit
from .shape import Shape

_PERCENT: Final = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_ENTITY: Final = re.compile(r"&(?:#0{0,16}\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z]{2,31}(?=;));?")
_BACKSLASH: Final = re.compile(
    r"\\(?:x[0-9A-Fa-f]{2}(?:\\x[0-9A-Fa-f]{2})*+|[ux]\{[0-9A-Fa-f]{1,6}\}"
    r"|u[0-9A-Fa-f]{4}(?:\\u[0-9A-Fa-f]{4})*+|U[0-9A-Fa-f]{8}|[01][0-7]{2}(?:\\[01][0-7]{2})*+)"
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

# In a line of a mail every `=` escapes something, ends the line, or belongs to `=?...?=`. In others
# only a row of escapes is read.
_EQUALS_LINE: Final = re.compile(r"^[^=\n]*+=[^\n]*+\n?", re.MULTILINE)
_QUOTED_LINE: Final = re.compile(
    r"[^=]*+(?:(?:=[0-9A-Fa-f]{2}|=\?|(?<=\?)=|=[ \t\r]*(?=\n|\Z))[^=]*+)++"
)
_QUOTED: Final = re.compile(r"(?P<escapes>(?:=[0-9A-Fa-f]{2})+)|=[ \t]*\r?\n")
_QUOTED_ROW: Final = re.compile(r"(?P<escapes>(?:=[0-9A-Fa-f]{2}){6,}+)")
# Nobody escapes letters and digits in mails, nor at signs; and in `width=50` none goes on with a
# letter. A mail address that a program wrote has one escape.
_QUOTED_NEEDLESS: Final = re.compile(
    r"=(?:3[0-9]|40|4[1-9A-F]|5[0-9A]|6[1-9A-F]|7[0-9A])(?=[A-Za-z=])", re.IGNORECASE
)
_LEAST_NEEDLESS: Final = 4
_QUOTED_ADDRESS: Final = re.compile(r"\w=40[A-Za-z0-9-]{1,63}\.[A-Za-z]")
_HIGHEST: Final = 0x10FFFF


def may_be_percent(shape: Shape) -> bool:
    """Whether there is a percent sign."""
    return b"%" in shape.lower


def may_be_quoted(shape: Shape) -> bool:
    """Whether there is an equals sign."""
    return b"=" in shape.lower


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


def quoted_edits(text: str) -> Iterator[Edit]:
    """Finds quoted-printable of what does not need it."""
    if not (_is_needless(text) or _QUOTED_ADDRESS.search(text)):
        return
    has_address = False
    runs: list[re.Match[str]] = []
    for line in _EQUALS_LINE.finditer(text):
        is_quoted = _QUOTED_LINE.fullmatch(line[0]) is not None
        pattern = _QUOTED if is_quoted else _QUOTED_ROW
        runs += pattern.finditer(text, *line.span())
        has_address |= is_quoted and _QUOTED_ADDRESS.search(line[0]) is not None
    if has_address or _is_needless("".join([text[run.start() : run.end() + 1] for run in runs])):
        for run in runs:
            if run["escapes"] is None:
                yield Edit(run.start(), run.end(), "")
            else:
                yield _bytes(run, run[0].replace("=", ""), len("=41"))


def _is_needless(text: str) -> bool:
    needless = islice(_QUOTED_NEEDLESS.finditer(text), _LEAST_NEEDLESS)
    return len(list(needless)) == _LEAST_NEEDLESS


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
        if run[0][2] == "{" or kind == "U":
            plain = _character(_DIGITS.findall(run[0])[0])
            if plain:
                yield Edit(run.start(), run.end(), plain)
        elif kind == "x":
            yield _bytes(run, run[0].replace("\\x", ""), len(r"\x41"))
        elif kind in "01":
            octets = bytes(int(digits, 8) for digits in run[0].split("\\")[1:])
            yield _bytes(run, octets.hex(), len(r"\101"))
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
