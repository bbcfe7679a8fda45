"""Texts whose category is known, and in which part of them each is held out."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from attrs import frozen

from semroute.adapters.torch.category_head import line_digest
from semroute.adapters.torch.vectors import Vectors

Ints = npt.NDArray[np.intp]
Floats = npt.NDArray[np.float32]

FOLDS: Final = 3
APART: Final = -1
"""The part that no head learns; the others are learnt by the heads that ship."""


@frozen
class CategoryText:
    """A text whose category is known.

    Args:
        text: The text.
        label: Its category.
        kind: Of which sort it is, such as `chat`; figures are told for each.
        weight: How much it counts in training.
        origin: If it was made from another text, that text; both are held out together.
        is_apart: Whether nothing is learnt from it but how sure to be of texts of its kind.
    """

    text: str
    label: str
    kind: str
    weight: float = 1.0
    origin: str = ""
    is_apart: bool = False

    @property
    def is_made(self) -> bool:
        """Whether it was made from another text; nothing is measured on it."""
        return bool(self.origin)


@frozen(eq=False)
class Rows:
    """Texts, column by column."""

    texts: Sequence[CategoryText]
    vectors: Vectors
    labels: Ints
    kinds: npt.NDArray[np.str_]
    weights: Floats
    folds: Ints
    are_made: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, texts: Sequence[CategoryText], vectors: Vectors, names: Sequence[str]) -> "Rows":
        """Returns texts with their vectors; labels are numbers of names."""
        return cls(
            texts,
            vectors,
            np.array([names.index(each.label) for each in texts], np.intp),
            np.array([each.kind for each in texts]),
            np.array([each.weight for each in texts], np.float32),
            np.array(_folds_of(texts), np.intp),
            np.array([each.is_made for each in texts]),
        )

    @property
    def are_learnt(self) -> npt.NDArray[np.bool_]:
        """Which the heads that ship learn."""
        return np.asarray(self.folds != APART)

    @property
    def are_judged(self) -> npt.NDArray[np.bool_]:
        """Which figures are told of, and how much opinions count is learnt on, when held out."""
        return self.are_learnt & ~self.are_made

    @property
    def tell_trust(self) -> npt.NDArray[np.bool_]:
        """On which it is learnt how sure to be.

        Of a kind that has texts which nobody learns, on those: they are what is mostly asked, and
        others may be easier or harder.
        """
        with_some_apart = np.unique(self.kinds[~self.are_learnt])
        has_some_apart = np.isin(self.kinds, with_some_apart)
        return np.where(has_some_apart, ~self.are_learnt & ~self.are_made, self.are_judged)


def evenly(kinds: npt.NDArray[np.str_]) -> Floats:
    """Returns weights under which every kind counts the same, however many texts it has."""
    _, places, counts = np.unique(kinds, return_inverse=True, return_counts=True)
    return (1 / counts[places]).astype(np.float32)


def direction_of(vectors: Vectors) -> npt.NDArray[np.float32]:
    """Returns what vectors have in common, of length 1; nothing if there are none."""
    mean = vectors.sum(axis=0)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-12), np.float32)


def fold_of(text: str) -> int:
    """Returns in which part a text is held out."""
    return int(line_digest(text), 16) % FOLDS


def _folds_of(texts: Sequence[CategoryText]) -> list[int]:
    """Returns in which part each text is held out; no part has all of a category."""
    prompts: dict[str, set[str]] = defaultdict(set)
    for each in texts:
        if not each.is_apart and not each.is_made:
            prompts[each.label].add(each.text)
    dealt = {
        text: number % FOLDS
        for some in prompts.values()
        if len(set(map(fold_of, some))) == 1
        for number, text in enumerate(sorted(some, key=line_digest))
    }
    sources = (each.origin or each.text for each in texts)
    return [
        APART if each.is_apart else dealt.get(source, fold_of(source))
        for each, source in zip(texts, sources, strict=True)
    ]
