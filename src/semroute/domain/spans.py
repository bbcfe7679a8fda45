"""Spans from overlapping parts of a text, put together."""

from collections.abc import Iterable

from attrs import evolve

from .pii import PiiSpan


def merged(spans: Iterable[PiiSpan]) -> tuple[PiiSpan, ...]:
    """Returns the spans in order, those of one kind that overlap as one.

    What two parts both saw was seen: the union counts, with the higher score.
    """
    found: list[PiiSpan] = []
    last: dict[str, int] = {}
    for span in sorted(spans, key=_place):
        index = last.get(span.kind)
        if index is not None and span.start < found[index].end:
            earlier = found[index]
            found[index] = evolve(
                earlier,
                end=max(earlier.end, span.end),
                score=max(earlier.score, span.score),
            )
        else:
            last[span.kind] = len(found)
            found.append(span)
    return tuple(sorted(found, key=_place))  # a span that grew may have passed its neighbour


def _place(span: PiiSpan) -> tuple[int, int]:
    return span.start, span.end


def shifted(spans: Iterable[PiiSpan], by: int) -> Iterable[PiiSpan]:
    """Returns the spans as they stand in a text that has `by` more characters before them."""
    return (evolve(span, start=span.start + by, end=span.end + by) for span in spans)
