"""Our configuration as YAML with comments."""

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import yaml

from .document import Document, Plain, Where

_WIDTH: Final = 100

# Words that mean themselves in YAML 1.1 and 1.2 alike, and are none of its constants.
_BARE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*( [A-Za-z0-9_./-]+)*")
_CONSTANTS: Final = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})

# What our files and theirs both replace from the environment.
_VARIABLE: Final = re.compile(r"\$\{(?![A-Za-z_][A-Za-z0-9_]*(:-[^}]*)?\})")

_FLAT_FROM: Final = 2  # sections and their entries have lines of their own


def text_of(document: Document) -> str:
    """Returns a document as YAML. It reads back as the same tree."""
    lines = [*_comments(document.notes.get((), ()), "")]
    for key, value in document.tree.items():
        lines += ["", *_entry(document, (key,), value)]
    return "\n".join(lines).lstrip("\n") + "\n"


def _entry(document: Document, where: Where, value: Plain) -> Iterator[str]:
    indent = "  " * (len(where) - 1)
    yield from _comments(document.notes.get(where, ()), indent)
    start = f"{indent}{_scalar(where[-1])}:"
    flat = f"{start} {_flow(value)}"
    is_noted = any(each != where and each[: len(where)] == where for each in document.notes)
    is_deep = len(where) >= _FLAT_FROM or not isinstance(value, Mapping)
    if (
        not value
        or not isinstance(value, Mapping)
        or (is_deep and not is_noted and len(flat) <= _WIDTH)
    ):
        yield flat
        return
    yield start
    for key, inner in value.items():
        yield from _entry(document, (*where, key), inner)


def _comments(notes: Iterable[str], indent: str) -> Iterator[str]:
    for note in notes:
        # Texts of others may hold anything, and a comment cannot escape it.
        plain = "".join(each if each.isprintable() else " " for each in note)
        for line in textwrap.wrap(" ".join(plain.split()), _WIDTH - len(indent) - 2):
            yield f"{indent}# {line}"


def _flow(value: Plain) -> str:
    match value:
        case Mapping():
            return f"{{{', '.join(f'{_scalar(k)}: {_flow(v)}' for k, v in value.items())}}}"
        case list():
            return f"[{', '.join(map(_flow, value))}]"
        case _:
            return _scalar(value)


def _scalar(value: str | float) -> str:
    if not isinstance(value, str):
        return yaml.safe_dump(value).partition("\n")[0]
    text = _VARIABLE.sub("$${", value)
    if _BARE.fullmatch(text) and text.lower() not in _CONSTANTS:
        return text
    # One line, whatever its length: quoted text may not be folded at will.
    quoted: str = yaml.safe_dump(text, default_style='"', width=float("inf"), allow_unicode=True)
    return quoted.rstrip("\n")
