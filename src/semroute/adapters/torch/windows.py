"""Long texts as overlapping windows."""

from typing import Final, TypeAlias

from attrs import frozen

# The encoder divides a window exactly, by tokens; windows only bound how much text is handed to
# it at once. English has about five characters a token, so this is two of its parts.
WINDOW_CHARS: Final = 2048
OVERLAP_CHARS: Final = 160
WORD_CHARS: Final = 40  # how far back to look for a blank to cut at

Span: TypeAlias = tuple[int, int]


@frozen
class Windows:
    """The pieces of a text.

    Args:
        pieces: In order, none longer than asked for.
        coverage: The share of the text that is in some piece; 1 unless there was too much.
    """

    pieces: tuple[str, ...]
    coverage: float = 1.0


def windows_of(text: str, limit: int, size: int = WINDOW_CHARS) -> Windows:
    """Divides a text into at most `limit` windows of at most `size` characters.

    A text with more windows than that is covered evenly, from its very beginning to its very
    end, and `coverage` says how much of it was left out.
    """
    spans = spans_of(text, limit, size)
    covered = 0
    end = 0
    for start, stop in spans:
        covered += stop - max(start, end)
        end = stop
    coverage = covered / len(text) if text else 1.0
    return Windows(tuple(text[start:stop] for start, stop in spans), coverage)


def spans_of(text: str, limit: int, size: int = WINDOW_CHARS) -> list[Span]:
    """Returns where the windows begin and end; the work is linear in what they cover."""
    spans: list[Span] = []
    start = 0
    while len(text) - start > size:
        if len(spans) == limit - 1:
            return _spread(len(text), limit, size)
        end = _cut(text, start + size)
        spans.append((start, end))
        start = _cut(text, end - OVERLAP_CHARS)
    return [*spans, (start, len(text))]


def _spread(length: int, limit: int, size: int) -> list[Span]:
    last = length - size
    starts = [round(index * last / max(limit - 1, 1)) for index in range(limit)]
    return [(start, start + size) for start in starts]


def _cut(text: str, end: int) -> int:
    """Moves a cut back to just after a blank, if there is one near."""
    blank = text.rfind(" ", end - WORD_CHARS, end)
    return end if blank < 0 else blank + 1
