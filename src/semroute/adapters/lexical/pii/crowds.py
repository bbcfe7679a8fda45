"""Texts made of findings: how many of a kind are looked at, and what is made of more of them."""

from collections.abc import Iterator
from itertools import cycle
from typing import Final

from attrs import frozen

from semroute.adapters.lexical.pii.reading import Reading, Recogniser
from semroute.adapters.lexical.pii.scores import PROVEN
from semroute.domain.pii import PiiKind, PiiSpan

# A finding takes 1 to 4 us: so many take a fiftieth of a second. A table of a thousand customers
# is far from having them.
_MOST: Final = 6_000
_SPACING: Final = 160  # characters; what a longer text may have more of is further apart than this
# A placeholder does not stand for more, so that a model that says it again and again makes no
# great answer of it.
_PIECE: Final = 4096


def every_third() -> Iterator[bool]:
    """Yields, for each that is seen to be none at once, whether with it there are three more.

    Three take as long as one that is looked at. A recogniser yields None for that one.
    """
    return cycle((False, False, True))


@frozen
class Crowd:
    """More of a kind than is looked at.

    Args:
        length: Of the text that it is in, in characters.
    """

    length: int

    def spans(self, kind: PiiKind) -> Iterator[PiiSpan]:
        """Yields pieces that cover the whole text."""
        for start in range(0, self.length, _PIECE):
            yield PiiSpan(kind, start, min(start + _PIECE, self.length), PROVEN)


def found_by(find: Recogniser, reading: Reading) -> list[PiiSpan] | Crowd:
    """Returns what a recogniser finds in a text, or that this is a crowd.

    A text may be made of findings, or of what is one but for a last test that is dear. More than
    6,000 of a kind, if also more than one in 160 characters, are a crowd, which nobody looks
    through: the whole text counts as being of that kind. A near miss counts like a finding, as it
    takes as long, and of what is seen to be none at once every third does. So more is taken for
    personal data than there is, and never less; and no text takes a recogniser much longer than
    others of its length.
    """
    length = len(reading.text)
    if length <= _MOST:  # there is no room for a crowd
        return list(filter(None, find(reading)))
    found: list[PiiSpan] = []
    most = max(_MOST, length // _SPACING)
    for seen, span in enumerate(find(reading)):
        if seen == most:
            return Crowd(length)
        if span is not None:
            found.append(span)
    return found
