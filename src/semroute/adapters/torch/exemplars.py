"""Prompts that others are like."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import trio

from semroute.domain.errors import ClassifierError
from semroute.domain.ports import Embedder
from semroute.domain.signals.definitions import SimilaritySignal
from semroute.domain.signals.result import SignalResult

from .vectors import Vector, Vectors

# How many examples are handed over at once; the encoder's queue has room for others beside them.
_EXAMPLES_AT_ONCE: Final = 32


class Exemplars:
    """Compares the meaning of a text with that of some examples. It is a `MeaningSensor`.

    A text costs one pass of the encoder for all sensors that share an embedder, and none if it
    is classified as well: the embedder remembers it.

    Args:
        signal: What is asked.
        embedder: What encodes.
    """

    def __init__(self, signal: SimilaritySignal, embedder: Embedder) -> None:
        self._signal = signal
        self._embedder = embedder
        self._examples: Vectors | None = None
        self._lock = trio.Lock()

    async def warm(self) -> None:
        """Encodes the examples, if that has not been done; otherwise the first text waits for it.

        Raises:
            ClassifierError: One could not be encoded; our own fault. It may be tried again.

        Cancellation: They are not encoded.
        """
        await self._encoded()

    async def sense(self, text: str) -> SignalResult:
        """Says how near a text comes to the nearest example, by cosine, and which one that is.

        The next one and its cosine stand in the reason too.
        """
        # A lock takes a step of the event loop, and the pass of this request's checks would begin.
        examples = await self._encoded() if self._examples is None else self._examples
        vector = _vector_of(await self._embedder.embed(text))
        cosines = examples @ vector
        nearest = int(cosines.argmax())
        # Rounded to half precision, vectors are a little longer or shorter than 1.
        cosine = float(np.clip(cosines[nearest], -1, 1))
        why = f"example {nearest + 1}"
        if len(cosines) > 1:
            _, second = np.argsort(-cosines, kind="stable")[:2]
            why += f", then example {int(second) + 1} at {float(cosines[second]):.3f}"
        return SignalResult.measured(cosine, self._signal.at_least, why)

    async def _encoded(self) -> Vectors:
        """Returns the vectors of the examples, shape (n, dimensions), in their order."""
        async with self._lock:
            if self._examples is None:
                self._examples = await _embedded(self._embedder, self._signal.examples)
            return self._examples


async def _embedded(embedder: Embedder, texts: Sequence[str]) -> Vectors:
    """Returns the vectors of texts, asked for together, so that they share passes."""
    vectors: list[Vector] = [np.empty(0, np.float32)] * len(texts)
    limiter = trio.CapacityLimiter(_EXAMPLES_AT_ONCE)

    failures: list[ClassifierError] = []

    async def embed(place: int) -> None:
        try:
            async with limiter:
                vectors[place] = _vector_of(await embedder.embed(texts[place]))
        except ClassifierError as error:
            failures.append(error)
            nursery.cancel_scope.cancel()

    async with trio.open_nursery() as nursery:
        for place in range(len(texts)):
            nursery.start_soon(embed, place)
    if failures:
        raise failures[0]
    return np.stack(vectors)


def _vector_of(data: bytes) -> Vector:
    return np.frombuffer(data, "<f2").astype(np.float32)
