"""All configured categories: those that a head has learnt, and those that say what they are."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt
from attrs import frozen

from semroute.domain.classification import CategoryDefinition, Classification

from .bank import CategoryBank, lines_of
from .category_head import CategoryHead, line_digest
from .checkpoint import CheckpointError
from .complexity_head import ComplexityHead
from .fast.model import FastModel
from .vectors import Vector


@frozen(eq=False)
class _Learnt:
    """What a head says of some of the categories it knows.

    Args:
        head: The head.
        names: Which, sorted.
        places: Where each of them is among the head's; shape (len(names),).
        words: What says the same of a prompt's words; None if nothing does.
    """

    head: CategoryHead
    names: tuple[str, ...]
    places: npt.NDArray[np.intp]
    words: FastModel | None

    def probabilities(self, scores: npt.NDArray[np.float32], text: str) -> dict[str, float]:
        """Returns how probable each is, if it is one of them.

        Args:
            scores: What the head says of all that it knows.
            text: The prompt.
        """
        scores = scores[self.places]
        if self.words is not None:
            scores = self.words.with_encoder(scores, text)
        weights = np.exp(scores - scores.max())
        shares: list[float] = (weights / weights.sum()).tolist()
        return dict(zip(self.names, shares, strict=True))


@frozen(eq=False)
class CategoryModel:
    """Says what a prompt is about.

    The bank says how probable every category is of which nothing was learnt. What is left is
    divided among the others as the head says. So what an operator says of a category of their
    own works as it does without a head, and does not change how the others compare.

    Args:
        bank: Compares with what all the categories say; None if the head knows all of them.
        learnt: The head and the categories that it speaks for; None if there are none.
        complexity: Says how much a prompt gains from a strong model, if that is known.
    """

    bank: CategoryBank | None
    learnt: _Learnt | None
    complexity: ComplexityHead | None = None

    @classmethod
    def of(
        cls,
        definitions: Sequence[CategoryDefinition],
        vectors: Mapping[str, Vector],
        head: CategoryHead | None = None,
        complexity: ComplexityHead | None = None,
        words: FastModel | None = None,
    ) -> "CategoryModel":
        """Builds the model of some categories.

        Args:
            definitions: The categories.
            vectors: Those of all `lines_to_encode`, by line.
            head: What was learnt, if anything.
            complexity: Likewise.
            words: What says of a prompt's words what the head says of their meaning, if anything
                does; it knows all the categories.
        """
        known = _known(definitions, head)
        learnt = None
        if head is not None and known:
            names = tuple(sorted(known))
            places = np.array([head.names.index(name) for name in names], np.intp)
            narrowed = None if words is None else words.narrowed(names)
            learnt = _Learnt(head, names, places, narrowed)
        bank = None
        if len(known) < len(definitions):
            sets = [_vectors_of(definition, vectors, head) for definition in definitions]
            starts = np.cumsum([0, *map(len, sets[:-1])])
            names = tuple(definition.name for definition in definitions)
            bank = CategoryBank(names, np.concatenate(sets), starts)
        return cls(bank, learnt, complexity)

    def classify(self, vector: Vector, text: str, coverage: float = 1.0) -> Classification:
        """Returns what a prompt is about.

        Args:
            vector: The prompt's.
            text: The prompt.
            coverage: How much of it the vector is of, from 0 to 1.
        """
        probabilities = self.bank.probabilities(vector) if self.bank is not None else {}
        strangeness = None
        if self.learnt is not None:
            # Without a bank, the head has all of it.
            names = self.learnt.names
            rest = 1.0 - sum(share for name, share in probabilities.items() if name not in names)
            opinion = self.learnt.head.opinion(vector)
            for name, share in self.learnt.probabilities(opinion.scores, text).items():
                probabilities[name] = max(rest, 0.0) * share
            strangeness = opinion.strangeness
        complexity = None if self.complexity is None else self.complexity.complexity(vector)
        return Classification.ranked(
            probabilities, coverage, strangeness=strangeness, complexity=complexity
        )


def lines_to_encode(
    definitions: Sequence[CategoryDefinition], head: CategoryHead | None
) -> tuple[str, ...]:
    """Returns the lines of categories whose vectors are needed and not known, each once."""
    if len(_known(definitions, head)) == len(definitions):
        return ()
    return tuple(dict.fromkeys(_unknown_lines(definitions, head)))


def _unknown_lines(
    definitions: Sequence[CategoryDefinition], head: CategoryHead | None
) -> Iterator[str]:
    for definition in definitions:
        for line in lines_of(definition):
            if head is None or line_digest(line) not in head.lines:
                yield line


def _known(definitions: Sequence[CategoryDefinition], head: CategoryHead | None) -> tuple[str, ...]:
    if head is None:
        return ()
    return tuple(definition.name for definition in definitions if head.knows(definition))


def _vectors_of(
    definition: CategoryDefinition, vectors: Mapping[str, Vector], head: CategoryHead | None
) -> npt.NDArray[np.float32]:
    lines = lines_of(definition)
    if not lines and head is not None and definition.name in head.names:
        return head.own_prototypes(definition.name)
    if not lines:
        message = f"the category {definition.name!r} says nothing, and nothing was learnt of it"
        raise CheckpointError(message)
    known = head.lines if head is not None else {}
    return np.stack(
        [vectors[line] if line in vectors else known[line_digest(line)] for line in lines]
    )
