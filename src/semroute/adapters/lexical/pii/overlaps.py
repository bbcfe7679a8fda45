"""Which of two findings stays when they share characters."""

from collections.abc import Iterable
from operator import attrgetter

from semroute.adapters.lexical.pii.scores import PROVEN
from semroute.domain.pii import PiiSpan


def without_overlaps(spans: Iterable[PiiSpan]) -> tuple[PiiSpan, ...]:
    """Returns spans sorted by start, none of which shares a character with another.

    Of two that do, a proven one beats an unproven one; then the longer stays, then the surer,
    then the one found first.
    """
    kept: list[PiiSpan] = []
    # Those that are kept never overlap, so a span that starts later can only meet the last.
    for span in sorted(spans, key=attrgetter("start")):
        if kept and kept[-1].end > span.start:
            if _rank(span) <= _rank(kept[-1]):
                continue
            kept.pop()
        kept.append(span)
    return tuple(kept)


def _rank(span: PiiSpan) -> tuple[bool, int, float]:
    return span.score >= PROVEN, span.end - span.start, span.score
