"""The texts that screening reads: every passage, and the seams between passages.

What is harmless in pieces may not be so when a model reads the pieces one after the other: half
a card number in each of two parts, or an order spread over turns. So the places where passages
of one origin meet are read once more, joined: those that a model reads on and on, without what
stands between them in the document and is none of it; and all of them, because nobody knows what
a model server makes of fields it alone knows.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise
from operator import attrgetter
from typing import Final, NamedTuple, TypeAlias

from attrs import frozen

from .attack import AttackKind
from .passage import Origin, Passage, Path

# How much of either side of a seam is read. Passages shorter than this are read whole, together
# with as many neighbours as fit.
_REACH_CHARS: Final = 400
_EDGE_CHARS: Final = 48  # how near a cut may change what something looks like
# A model joins parts as they are, or sees a break between them; a word or a number may have been
# cut anywhere.
_JOINTS: Final = ("", " ")

Place: TypeAlias = tuple[Path, int, int]
"""A path, and a span in the text that stands there."""

_Part: TypeAlias = tuple[Passage, int, int]


class Subject(NamedTuple):
    """A text, and what it would be, if it were an attack; the same words may be said by several."""

    kind: AttackKind
    text: str


class _Piece(NamedTuple):
    """A part of a passage in an excerpt: where it begins there, and where it comes from.

    A tuple, because a client can ask for 300,000 of them.
    """

    at: int
    path: Path
    start: int
    size: int


_AT: Final = attrgetter("at")


@frozen
class Excerpt:
    """A text that is read by itself.

    Args:
        text: What it says.
        origin: Whose words it is.
        pieces: What it is made of, in order.
        is_run_together: Whether they stand next to each other without a blank.
        begins_within: Whether its beginning is not that of a passage.
        ends_within: Whether its end is not that of a passage.
        is_sealed: Whether it is bytes that an API has signed or encrypted.
        is_running: Whether a model reads all of it on and on, so that what spans passages is
            what it seems.
        fixed: Passages in it that cannot be overwritten.
        structural: Passages in it that say something to the API only.
    """

    text: str
    origin: Origin
    pieces: tuple[_Piece, ...]
    is_run_together: bool = False
    begins_within: bool = False
    ends_within: bool = False
    is_sealed: bool = False
    is_running: bool = True
    fixed: frozenset[Path] = frozenset()
    structural: frozenset[Path] = frozenset()

    @property
    def path(self) -> Path:
        """Where it begins."""
        return self.pieces[0].path

    @property
    def subject(self) -> Subject:
        """What is looked for in it, and where."""
        return Subject(AttackKind.of(self.origin), self.text)

    @property
    def is_seam(self) -> bool:
        """Whether it is made of several passages."""
        return len(self.pieces) > 1

    def is_doubtful(self, start: int, end: int) -> bool:
        """Whether what stands in one passage may look like something only as it was cut or joined.

        Words that are run together look like the end of what stood before them, and half a digest
        like an account. With a blank between passages, one may tell what is in the other.
        """
        return (
            self.is_run_together
            or (self.begins_within and start < _EDGE_CHARS)
            or (self.ends_within and end > len(self.text) - _EDGE_CHARS)
        )

    def places(self, start: int, end: int) -> Iterator[Place]:
        """Yields the spans of passages that a span of this text covers."""
        begin = max(bisect_right(self.pieces, start, key=_AT) - 1, 0)
        for piece in islice(self.pieces, begin, None):
            if piece.at >= end:
                return
            first, last = max(start, piece.at), min(end, piece.at + piece.size)
            if first < last:
                shift = piece.start - piece.at
                yield piece.path, first + shift, last + shift


def excerpts_of(passages: Sequence[Passage]) -> Iterator[Excerpt]:
    """Yields every passage that has text, then every seam; linear in their length.

    Of each origin, seams of running text come before those of all its passages, which are left
    out if they would be the same.
    """
    spoken = [passage for passage in passages if passage.text.strip()]
    for passage in spoken:
        piece = _Piece(0, passage.path, 0, len(passage.text))
        fixed = frozenset(() if passage.is_editable else (passage.path,))
        yield Excerpt(
            passage.text, passage.origin, (piece,), fixed=fixed, is_sealed=passage.is_sealed
        )
    for origin in (Origin.USER, Origin.TOOL, Origin.ASSISTANT, Origin.SYSTEM):
        theirs = [each for each in spoken if each.origin is origin and not each.is_sealed]
        strands: defaultdict[str, list[Passage]] = defaultdict(list)
        for passage in theirs:
            if passage.strand:
                strands[passage.strand].append(passage)
        for strand in strands.values():
            yield from _seams(strand, origin, is_running=True)
        if all(len(strand) < len(theirs) for strand in strands.values()):
            yield from _seams(theirs, origin, is_running=False)


def _seams(passages: Sequence[Passage], origin: Origin, *, is_running: bool) -> Iterator[Excerpt]:
    for run in _runs(passages):
        for joint in _JOINTS:
            yield _joined(run, joint, origin, is_running=is_running)


def _runs(passages: Sequence[Passage]) -> Iterator[list[_Part]]:
    """Yields what meets at each seam.

    Short passages are gathered into one run until it is long enough, and its end begins the
    next one; long passages only lend it their ends.
    """
    run: list[_Part] = []
    size = 0
    is_yielded = True
    for before, after in pairwise(passages):
        if not run:
            run = [(before, max(len(before.text) - _REACH_CHARS, 0), len(before.text))]
            size = _size(run)
        end = min(len(after.text), _REACH_CHARS)
        run.append((after, 0, end))
        size += end
        is_yielded = end < len(after.text) or size >= 2 * _REACH_CHARS
        if is_yielded:
            yield run
            run = [] if end < len(after.text) else _ending(run)
            size = _size(run)
    if not is_yielded:
        yield run


def _ending(run: Sequence[_Part]) -> list[_Part]:
    """Returns the last passages of a run that together are no longer than the reach."""
    size = 0
    for begin in range(len(run) - 1, 0, -1):
        _, start, end = run[begin]
        size += end - start
        if size > _REACH_CHARS:
            return list(run[begin + 1 :])
    return list(run[1:])


def _size(run: Sequence[_Part]) -> int:
    return sum(end - start for _, start, end in run)


def _joined(run: Sequence[_Part], joint: str, origin: Origin, *, is_running: bool) -> Excerpt:
    texts: list[str] = []
    pieces: list[_Piece] = []
    at = 0
    for passage, start, end in run:
        texts.append(passage.text[start:end])
        pieces.append(_Piece(at, passage.path, start, end - start))
        at += end - start + len(joint)
    return Excerpt(
        joint.join(texts),
        origin,
        tuple(pieces),
        is_run_together=not joint,
        begins_within=run[0][1] > 0,
        ends_within=run[-1][2] < len(run[-1][0].text),
        is_running=is_running,
        fixed=frozenset(passage.path for passage, _, _ in run if not passage.is_editable),
        structural=frozenset(passage.path for passage, _, _ in run if passage.is_structural),
    )
