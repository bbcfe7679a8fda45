"""Long texts as overlapping windows."""

from typing import Final

from attrs import frozen

# 900 characters of English are about 200 tokens, so a window usually fits the 256 the encoder
# was trained on. Denser text is divided again by the tokenizer.
WINDOW_CHARS: Final = 900
OVERLAP_CHARS: Final = 100
_WORD_CHARS: Final = 40  # how far back to look for a blank to cut at


@frozen
class Windows:
    """The pieces of a text.

    Args:
        pieces: In order, each at most `WINDOW_CHARS` long, overlapping by about
            `OVERLAP_CHARS`.
        coverage: The share of the text that is in some piece; 1 unless there was too much.
    """

    pieces: tuple[str, ...]
    coverage: float = 1.0


def windows_of(text: str, limit: int) -> Windows:
    """Divides a text into at most `limit` windows; the work is linear in what they cover.

    A text with more windows than that is covered evenly, from its very beginning to its very
    end, and `coverage` says how much of it was left out.
    """
    if len(text) <= WINDOW_CHARS:
        return Windows((text,))
    step = WINDOW_CHARS - OVERLAP_CHARS
    if len(text) <= OVERLAP_CHARS + limit * step:
        return Windows(_consecutive(text))
    last = len(text) - WINDOW_CHARS
    starts = [round(index * last / (limit - 1)) for index in range(limit)] if limit > 1 else [0]
    pieces = tuple(text[start : start + WINDOW_CHARS] for start in starts)
    return Windows(pieces, limit * WINDOW_CHARS / len(text))


def _consecutive(text: str) -> tuple[str, ...]:
    pieces: list[str] = []
    start = 0
    while len(text) - start > WINDOW_CHARS:
        end = _cut(text, start + WINDOW_CHARS)
        pieces.append(text[start:end])
        start = _cut(text, end - OVERLAP_CHARS)
    pieces.append(text[start:])
    return tuple(pieces)


def _cut(text: str, end: int) -> int:
    """Moves a cut back to just after a blank, if there is one near."""
    blank = text.rfind(" ", end - _WORD_CHARS, end)
    return end if blank < 0 else blank + 1
