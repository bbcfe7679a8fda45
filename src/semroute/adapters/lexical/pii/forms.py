"""What is written in one of many forms: digits, letters, and what stands between their groups."""

import re
from collections.abc import Iterable, Iterator
from typing import Final, Self

from attrs import frozen

from semroute.adapters.lexical.pii.automaton import Automaton

# A text is looked at as digits, letters, what may stand in a number, and commas for all else.
_SHAPE: Final = bytes.maketrans(
    bytes(range(256)),
    re.sub(
        rb"[^0A .\-/+]",
        b",",
        re.sub(rb"[0-9]", b"0", re.sub(rb"[A-Za-z]", b"A", bytes(range(256)))),
    ),
)
# What parts the groups of a number looks otherwise behind a digit, so that no number is found that
# begins in another.
_PARTED: Final = ((b"0 ", b"0_"), (b"0.", b"0:"), (b"0-", b"0="), (b"0/", b"0|"))
# How a number goes on. Behind a blank that is with a few digits or one letter, and then letters are
# capitals.
_GROUP: Final = "(?:[0-9]{1,7}+[A-Z]?+|[A-Z][0-9]{0,3}+[A-Z]?+)"
_AT_ONCE: Final = re.compile(r"[^\W_]")  # a letter beyond ASCII, whose shape is a comma
_BEHIND_BLANK: Final = re.compile(rf" {_GROUP}(?![^\W_])")
_BEHIND_SIGN: Final = re.compile(r"[.\-+][0-9A-Za-z]{1,8}+(?![^\W_])")
_MAY_GO_ON: Final = re.compile(rf"{_GROUP}(?![0A])".encode())  # a form that also goes on so
_IN_CAPITALS: Final = re.compile(b"A+[ -]|[^A]*+ .*A")


@frozen
class Written:
    """Something in one of the forms, between two characters that are no part of it.

    Args:
        form: How a number is written.
        shape: What that looks like in a text, with the characters beside it.
        is_in_capitals: Whether its letters must be capitals.
        goes_on: What would go on behind it, if anything may.
    """

    form: bytes
    shape: bytes
    is_in_capitals: bool
    goes_on: re.Pattern[str] | None

    @classmethod
    def between(cls, form: bytes, before: int, behind: int) -> Self:
        """Returns a form that stands between two characters."""
        return cls(
            form,
            bytes((before, *_parted(bytes((*form, behind))))),
            _IN_CAPITALS.match(form) is not None,
            _going_on(form, behind),
        )

    def stands_alone(self, text: str, start: int, end: int) -> bool:
        """Returns whether what stands there is no part of a longer number or word."""
        return (
            not (start and text[start - 1].isalnum())
            and (self.goes_on is None or self.goes_on.match(text, end) is None)
            and (not self.is_in_capitals or text[start:end].isupper())
        )


def _going_on(form: bytes, behind: int) -> re.Pattern[str] | None:
    if behind == ord(","):
        return _AT_ONCE
    if behind != ord(" "):
        return _BEHIND_SIGN
    return _BEHIND_BLANK if b" " in form else None


def _parted(shapes: bytes) -> bytes:
    for alone, behind_digit in _PARTED:
        shapes = shapes.replace(alone, behind_digit)
    return shapes


class Forms:
    """Finds what is written in any of some forms.

    Args:
        forms: Written with 0 for a digit and A for a letter, all else as it stands.
    """

    def __init__(self, forms: Iterable[bytes]) -> None:
        self._written = tuple(
            Written.between(form, before, behind)
            for form in forms
            for before in (b", .-/" if _MAY_GO_ON.match(form) else b", .-/_")
            for behind in b", .-+"
        )
        self._automaton = Automaton([written.shape for written in self._written])

    def written_in(self, raw: bytes) -> Iterator[tuple[int, int, Written]]:
        """Yields from where to where something has a form, and how it is written.

        Args:
            raw: The text, a byte for each character.
        """
        shapes = _parted(b",%b," % raw.translate(_SHAPE))
        for block, found in self._automaton.blocks(shapes):
            for index, begin, end in found:
                # Without what is beside it; and the text begins one character later.
                yield block + begin, block + end - 2, self._written[index]
