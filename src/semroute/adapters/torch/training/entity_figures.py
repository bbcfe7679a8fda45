"""How good the head for people and addresses is on texts that it was not trained on."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, TypeAlias

from semroute.adapters.torch.encoder import Encoder
from semroute.adapters.torch.entity_head import LAYERS, EntityHead
from semroute.domain.pii import PiiKind, PiiSpan

from .entity_corpus import EntityText
from .figures import Figures
from .passes import passes_of

KINDS_BY_NAME: Final = {"PERSON": PiiKind.PERSON, "STREET_ADDRESS": PiiKind.ADDRESS}
"""What the head finds, as texts that teach it call that."""

Found: TypeAlias = tuple[EntityText, tuple[PiiSpan, ...]]
"""A text, and what the head finds in it."""


def figures_of_entities(texts: Sequence[EntityText], encoder: Encoder, directory: Path) -> Figures:
    """Returns recall and precision of each kind; if nobody looked through them, who is found."""
    head = EntityHead.load(directory, encoder.checkpoint.fingerprint, encoder.dimensions)
    sizes = [len(each.text) for each in texts]
    found = [pair for some in passes_of(texts, sizes) for pair in _found(some, encoder, head)]
    if all(each.spans is None for each in texts):
        flagged = sum(bool(spans) for _, spans in found)
        return {"texts": float(len(texts)), "flagged": round(flagged / max(len(texts), 1), 4)}
    return {"texts": float(len(texts)), **figures_of_found(found, tuple(KINDS_BY_NAME.values()))}


def figures_of_found(found: Sequence[Found], kinds: Sequence[PiiKind]) -> Figures:
    """Returns recall and precision of some kinds.

    What was found and what is there are the same if they overlap.
    """
    figures: dict[str, float] = {}
    for kind in kinds:
        true = told = hit = right = 0
        for each, spans in found:
            theirs = list(_truth(each, kind))
            mine = [(span.start, span.end) for span in spans if span.kind is kind]
            true, told = true + len(theirs), told + len(mine)
            hit += sum(any(_meet(one, other) for other in mine) for one in theirs)
            right += sum(any(_meet(one, other) for other in theirs) for one in mine)
        figures[f"{kind.value.lower()}_recall"] = round(hit / max(true, 1), 4)
        figures[f"{kind.value.lower()}_precision"] = round(right / max(told, 1), 4)
    return figures


def _found(texts: Sequence[EntityText], encoder: Encoder, head: EntityHead) -> Iterator[Found]:
    _, parts_of = encoder.encode_each([each.text for each in texts], LAYERS)
    for each, parts in zip(texts, parts_of, strict=True):
        yield each, head.spans(each.text, parts)


def _truth(each: EntityText, kind: PiiKind) -> Iterator[tuple[int, int]]:
    for start, end, name in each.spans or ():
        if KINDS_BY_NAME.get(name) is kind:
            yield start, end


def _meet(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]
