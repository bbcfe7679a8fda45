"""How often the semantic cache would answer a question with another one's answer."""

import math
import struct
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

import trio
from attrs import field, frozen

from semroute.domain.caching.agreement import DEFAULT_THRESHOLD, Disagreement, disagreement
from semroute.domain.caching.essence import essence_of
from semroute.domain.ports import Embedder

from .statistics import Proportion, Spread

_AT_ONCE: Final = 64  # enough to keep every worker's batches full
CURVE: Final = tuple(percent / 100 for percent in range(70, 100))
"""The thresholds that a report compares."""


@frozen
class QuestionPair:
    """Two questions, and whether a careful reader would give them one answer.

    Args:
        asked: The one.
        kept: The other.
        same: Whether they have the same answer.
        source: The set they come from.
        kind: What sort of pair they are; may be empty.
    """

    asked: str = field(repr=False)
    kept: str = field(repr=False)
    same: bool
    source: str = "data"
    kind: str = ""


@frozen
class Compared:
    """A pair, and what the cache makes of it.

    Args:
        pair: The pair.
        similarity: The cosine of their vectors, from -1 to 1.
        reason: Why they are not taken for the same, however similar; None if they may be.
    """

    pair: QuestionPair
    similarity: float
    reason: Disagreement | None


@frozen
class Rates:
    """What a threshold comes to.

    Args:
        hits: Of the pairs that are the same, how many hit.
        false_hits: Of the pairs that are not, how many hit.
    """

    hits: Proportion
    false_hits: Proportion

    @property
    def false_share(self) -> Proportion:
        """Of all hits, how many are false."""
        return Proportion(self.false_hits.hits, self.hits.hits + self.false_hits.hits)


@frozen
class CacheReport:
    """What came of comparing pairs.

    Args:
        compared: Every pair.
        threshold: From which cosine on a pair can hit.
        duration: How long it takes to see whether two questions agree.
    """

    compared: Sequence[Compared] = field(repr=False)
    threshold: float = DEFAULT_THRESHOLD
    duration: Spread | None = None

    @property
    def rates(self) -> Rates:
        """What the threshold comes to, with all that is looked at after it."""
        return rates_of(self.compared, self.threshold)

    @property
    def curve(self) -> Mapping[float, tuple[Rates, Rates]]:
        """What other thresholds come to: with what is looked at after them, and alone."""
        return {
            threshold: (
                rates_of(self.compared, threshold),
                rates_of(self.compared, threshold, heeding=False),
            )
            for threshold in CURVE
        }

    @property
    def vetoes(self) -> Mapping[Disagreement, tuple[int, int]]:
        """For each reason, how many similar pairs it kept apart: rightly, and wrongly."""
        near = [each for each in self.compared if each.similarity >= self.threshold]
        return {
            reason: (
                sum(each.reason is reason and not each.pair.same for each in near),
                sum(each.reason is reason and each.pair.same for each in near),
            )
            for reason in Disagreement
        }

    @property
    def groups(self) -> Mapping[str, Rates]:
        """The rates of every set, and of every kind in it."""
        names = sorted({name for each in self.compared for name in _groups_of(each.pair)})
        return {
            name: rates_of(
                [each for each in self.compared if name in _groups_of(each.pair)], self.threshold
            )
            for name in names
        }


def rates_of(compared: Iterable[Compared], threshold: float, *, heeding: bool = True) -> Rates:
    """Returns what a threshold comes to.

    Args:
        compared: The pairs.
        threshold: From which cosine on a pair can hit.
        heeding: Whether pairs that disagree are kept apart.
    """
    counts = {True: 0, False: 0}
    hits = {True: 0, False: 0}
    for each in compared:
        counts[each.pair.same] += 1
        agrees = each.reason is None or not heeding
        hits[each.pair.same] += agrees and each.similarity >= threshold
    return Rates(Proportion(hits[True], counts[True]), Proportion(hits[False], counts[False]))


async def evaluate_cache(
    embedder: Embedder,
    pairs: Sequence[QuestionPair],
    threshold: float = DEFAULT_THRESHOLD,
    progress: Callable[[str, float], None] = lambda _what, _share: None,
    now: Callable[[], float] = time.perf_counter,
) -> CacheReport:
    """Compares every pair as a cache would that had answered the one and is asked the other.

    Args:
        embedder: Turns questions into vectors.
        pairs: What is compared.
        threshold: From which cosine on a pair can hit.
        progress: Told how far it is.
        now: A clock, in seconds.

    Raises:
        ClassifierError: A question could not be embedded.
    """
    similarities = [0.0] * len(pairs)
    limiter = trio.CapacityLimiter(_AT_ONCE)
    done = 0

    async def compare(index: int, pair: QuestionPair) -> None:
        nonlocal done
        async with limiter:
            asked, kept = await embedder.embed(pair.asked), await embedder.embed(pair.kept)
        similarities[index] = _cosine(asked, kept)
        done += 1
        progress("embedding", done / len(pairs))

    async with trio.open_nursery() as nursery:
        for index, pair in enumerate(pairs):
            nursery.start_soon(compare, index, pair)
    compared: list[Compared] = []
    durations: list[float] = []
    for pair, similarity in zip(pairs, similarities, strict=True):
        begun = now()
        reason = disagreement(essence_of(pair.asked), essence_of(pair.kept))
        durations.append(now() - begun)
        compared.append(Compared(pair, similarity, reason))
    return CacheReport(compared, threshold, Spread.of(durations))


def _cosine(one: bytes, other: bytes) -> float:
    """Returns the cosine of two vectors of float16, whose length rounding has left near 1."""
    a, b = _numbers(one), _numbers(other)
    length = math.hypot(*a) * math.hypot(*b)
    return sum(x * y for x, y in zip(a, b, strict=True)) / max(length, 1e-12)


def _numbers(vector: bytes) -> tuple[float, ...]:
    return struct.unpack(f"<{len(vector) // 2}e", vector)


def _groups_of(pair: QuestionPair) -> tuple[str, ...]:
    return (pair.source, f"{pair.source}: {pair.kind}") if pair.kind else (pair.source,)
