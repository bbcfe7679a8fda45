"""Which findings are which labels."""

from collections.abc import Sequence
from typing import Final

from attrs import Factory, evolve, field, frozen

from semroute.domain.pii import PiiKind, PiiSpan

_BETWEEN_PARTS: Final = " \t\n,"  # of one address


@frozen
class LabelledSpan:
    """A piece of personal data that a careful reader marked.

    Args:
        kind: What it is.
        start: Where it begins, in characters.
        end: Where it has ended.
        name: What the reader calls that kind. Who calls it by two names has marked it once.
    """

    kind: PiiKind
    start: int
    end: int
    name: str = field(
        default=Factory(lambda self: self.kind.value, takes_self=True), eq=False, kw_only=True
    )


def whole(text: str, labels: Sequence[LabelledSpan]) -> tuple[LabelledSpan, ...]:
    """Returns labels, the parts of one address as one.

    Some collections mark the number of a house, its street and a flat each by itself. Who finds the
    address has found all three, and as three labels it would count as two that were missed.
    """
    addresses: list[LabelledSpan] = []
    for label in sorted(labels, key=lambda label: (label.start, label.end)):
        if label.kind is not PiiKind.ADDRESS:
            continue
        last = addresses[-1] if addresses else None
        if last is not None and not text[last.end : label.start].strip(_BETWEEN_PARTS):
            addresses[-1] = evolve(last, end=max(last.end, label.end))
        else:
            addresses.append(label)
    return (*(label for label in labels if label.kind is not PiiKind.ADDRESS), *addresses)


def matched(
    labels: Sequence[LabelledSpan], found: Sequence[PiiSpan]
) -> dict[LabelledSpan, PiiSpan]:
    """Returns which finding is which label, one to one.

    They match if they are of one kind and share a character. A web address that is found where
    a domain is labelled is that domain.
    """
    pairs: dict[LabelledSpan, PiiSpan] = {}
    for kind in sorted({label.kind for label in labels}, key=_domains_last):
        taken = set(pairs.values())
        kinds = {kind, PiiKind.URL} if kind is PiiKind.DOMAIN else {kind}
        pairs |= _paired(
            [label for label in labels if label.kind is kind],
            [span for span in found if span.kind in kinds and span not in taken],
        )
    return pairs


def _domains_last(kind: PiiKind) -> bool:
    return kind is PiiKind.DOMAIN  # addresses that are labelled as such come first


def _paired(
    labels: Sequence[LabelledSpan], spans: Sequence[PiiSpan]
) -> dict[LabelledSpan, PiiSpan]:
    """Walks along both, and gives each label the first span that touches it.

    As neither side overlaps itself, no other choice gives more pairs.
    """
    pairs: dict[LabelledSpan, PiiSpan] = {}
    remaining = sorted(spans, key=lambda span: (span.end, span.start))
    for label in sorted(labels, key=lambda label: (label.end, label.start)):
        touching = (s for s in remaining if s.start < label.end and label.start < s.end)
        span = next(touching, None)
        if span is not None:
            pairs[label] = span
            remaining.remove(span)
    return pairs
