"""Entities, read off what is said of each token."""

from collections.abc import Iterator, Sequence
from itertools import groupby

import numpy as np
import numpy.typing as npt
from attrs import frozen

from semroute.domain.pii import PiiKind, PiiSpan

from .network import Row


@frozen
class _Unit:
    """Neighbouring tokens that have one kind together.

    Args:
        start: Where it begins in the text.
        end: Where it has ended.
        kind: Its most probable kind; None if that is none.
        score: How probable that is.
        begins: Whether an entity begins with it.
    """

    start: int
    end: int
    kind: PiiKind | None
    score: float
    begins: bool


@frozen(eq=False)
class Tagger:
    """Puts tokens together to entities.

    Args:
        kinds: For each output, what it means; None for nothing that is looked for.
        begins: For each output, whether it says that an entity begins; shape (outputs,).
        temperature: What logits are divided by.
    """

    kinds: tuple[PiiKind | None, ...]
    begins: npt.NDArray[np.bool_]
    temperature: float = 1.0

    def spans(self, text: str, row: Row) -> Iterator[PiiSpan]:
        """Yields the entities in one row of a text, in order."""
        run: list[_Unit] = []
        for unit in self._units(text, row):
            if run and (unit.kind is not run[-1].kind or unit.begins):
                yield from _span(text, run)
                run = []
            if unit.kind is not None:
                run.append(unit)
        yield from _span(text, run)

    def _units(self, text: str, row: Row) -> Iterator[_Unit]:
        """Yields the words of a row, and the marks between them, each with its kind.

        Tokens of one word decide together: checkpoints were often trained on the first of
        them only, and what the others say alone may be anything.
        """
        scaled = row.logits / np.float32(self.temperature)
        likely = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
        probabilities = likely / likely.sum(axis=-1, keepdims=True)

        def unit_of(token: int) -> tuple[int | None, bool]:
            start, end = row.offsets[token]
            return row.words[token], any(map(str.isalnum, text[start:end]))

        for (word, _), tokens in groupby(range(len(row.words)), key=unit_of):
            if word is not None:
                yield self._unit(row, list(tokens), probabilities)

    def _unit(
        self, row: Row, tokens: Sequence[int], probabilities: npt.NDArray[np.float32]
    ) -> _Unit:
        first, last = tokens[0], tokens[-1]
        mean = probabilities[first : last + 1].mean(axis=0)
        scores: dict[PiiKind | None, float] = {}
        for kind, probability in zip(self.kinds, mean.tolist(), strict=True):
            scores[kind] = scores.get(kind, 0.0) + probability
        best = max(scores, key=scores.__getitem__)
        ours = np.array([kind is best for kind in self.kinds])
        opening = probabilities[first]
        begins = opening[ours & self.begins].sum() > opening[ours & ~self.begins].sum()
        return _Unit(row.offsets[first][0], row.offsets[last][1], best, scores[best], bool(begins))


def _span(text: str, run: Sequence[_Unit]) -> Iterator[PiiSpan]:
    """Yields the entity that units are together, without blanks around it; none if it is blank."""
    if not run or run[0].kind is None:
        return
    start, end = run[0].start, run[-1].end
    words = text[start:end]
    start += len(words) - len(words.lstrip())
    end -= len(words) - len(words.rstrip())
    if start < end:
        # Rounding may carry a sum of probabilities past 1.
        score = min(sum(unit.score for unit in run) / len(run), 1.0)
        yield PiiSpan(run[0].kind, start, end, score)
