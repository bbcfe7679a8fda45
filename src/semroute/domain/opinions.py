"""A second model asked beside the first, and what the words of both come to."""

import math
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from attrs import evolve, field, frozen
from attrs.validators import and_, ge, gt, le, lt

from .attack import AttackKind
from .classification import Classification
from .pii import PiiSpan
from .reading import Reading
from .spans import merged


@frozen
class Replace:
    """Only the second is asked."""


@frozen
class Average:
    """Both are asked, and both count.

    Args:
        weight: How much the second counts, between 0 and 1; the first counts the rest.
    """

    weight: float = field(validator=and_(gt(0), lt(1)))


@frozen
class Escalate:
    """The second is asked where the first is unsure, and then it decides.

    Args:
        below: How sure the first must be, from 0 to 1, for nobody else to be asked.
    """

    below: float = field(validator=and_(ge(0), le(1)))


@frozen
class Add:
    """Both are asked, and what either finds is found."""


Deciding: TypeAlias = Replace | Average | Escalate
"""How a second word on one question counts."""

Ordering: TypeAlias = Replace | Average
"""How a second order of the same things counts."""

Finding: TypeAlias = Replace | Add
"""How what a second model finds counts."""


def averaged(first: Classification, second: Classification, weight: float) -> Classification:
    """Returns what two classifications say together.

    The second may know fewer categories. It then only says how to divide among those what the
    first gives to all of them. Whatever else the first says of the prompt, it still says.
    """
    scores = {each.category: each.probability for each in first.scores}
    shared = {each.category: each.probability for each in second.scores if each.category in scores}
    share = math.fsum(scores[category] for category in shared)
    whole = math.fsum(shared.values())
    if whole > 0:
        for category, probability in shared.items():
            theirs = share * (probability / whole)  # the quotient first: it cannot vanish
            scores[category] = (1 - weight) * scores[category] + weight * theirs
    return with_more_of(first, Classification.ranked(scores, min(first.coverage, second.coverage)))


def with_more_of(first: Classification, second: Classification) -> Classification:
    """Returns the second's categories, with what the first says beside them, where it does not."""
    complexity = first.complexity if second.complexity is None else second.complexity
    strangeness = first.strangeness if second.strangeness is None else second.strangeness
    return evolve(second, complexity=complexity, strangeness=strangeness)


def averaged_attacks(
    first: Mapping[AttackKind, float], second: Mapping[AttackKind, float], weight: float
) -> dict[AttackKind, float]:
    """Returns the weighted means of logits; a kind that only one speaks of is as that one says."""
    means = {
        kind: (1 - weight) * first[kind] + weight * second[kind] for kind in first if kind in second
    }
    return {**first, **second, **means}


def is_unsure_of_category(classification: Classification, below: float) -> bool:
    """Whether the best category is less probable than that."""
    return classification.best.probability < below


def is_unsure_of_attack(attacks: Mapping[AttackKind, float], below: float) -> bool:
    """Whether of some kind neither an attack nor its absence is that probable.

    Nobody's word is unsure too. Which kind a text would be is not known here.
    """
    if not attacks:
        return True
    distance = min(map(abs, attacks.values()))  # both answers are as sure as they are far from 0
    return 1 / (1 + math.exp(-distance)) < below


def with_entities_of(reading: Reading, entities: Sequence[PiiSpan]) -> Reading:
    """Returns a reading to which what somebody else found is added."""
    return evolve(reading, entities=merged((*reading.entities, *entities)))
