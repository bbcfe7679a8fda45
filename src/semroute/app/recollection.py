"""What the cache knows of a request, for people who want to know why."""

from attrs import frozen

from semroute.domain.caching.entry import Entry
from semroute.domain.caching.inquiry import Bypass, Draft, Inquiry
from semroute.domain.caching.sifting import Sifted, sift
from semroute.domain.policy import Case
from semroute.domain.verdict import Routed

from .recall import NEIGHBOURS, Recall


@frozen
class Recollection:
    """What the cache knows of a request.

    Args:
        draft: How its answer would be kept.
        exact: What is kept of the very same request.
        sifted: The nearest texts, and which of them is an answer; None if texts are not compared.
    """

    draft: Draft
    exact: Entry | None
    sifted: Sifted | None


async def recollect(recall: Recall, inquiry: Inquiry, routed: Routed) -> Recollection | Bypass:
    """Returns what the cache knows of a request, whatever its client wants of it.

    Raises:
        CacheError: The store is in trouble.
        ClassifierError: Nobody can say what the request means.
    """
    rules = recall.policy.cache_for(Case.of(routed.decision))
    draft = recall.draft(inquiry, routed, rules)
    if isinstance(draft, Bypass):
        return draft
    entry = await recall.store.exact(draft.exact)
    is_compared = rules.compares(inquiry.question.temperature) and inquiry.question.is_comparable
    sifted: Sifted | None = None
    if recall.embedder is not None and is_compared:
        vector = await recall.embedder.embed(draft.text)
        neighbours = await recall.store.nearest(draft.partition, vector, NEIGHBOURS)
        sifted = sift(
            neighbours,
            draft.text,
            inquiry.control,
            threshold=rules.threshold,
            now=recall.now(),
        )
    return Recollection(draft, entry, sifted)
