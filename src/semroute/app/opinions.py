"""Several models that answer like one."""

from collections.abc import Sequence
from typing import assert_never

from attrs import evolve, frozen

from semroute.domain.chat import Prompt
from semroute.domain.classification import Classification
from semroute.domain.opinions import (
    Add,
    Average,
    Deciding,
    Escalate,
    Finding,
    Replace,
    averaged,
    averaged_attacks,
    is_unsure_of_attack,
    is_unsure_of_category,
    with_entities_of,
    with_more_of,
)
from semroute.domain.ports import Classifier, TextReader
from semroute.domain.reading import Reading


@frozen(eq=False)
class CategoryOpinion:
    """Who else says what a prompt is about, and how that counts."""

    classifier: Classifier
    rule: Deciding


@frozen(eq=False)
class AttackOpinion:
    """Who else says whether a text is an attack, and how that counts."""

    reader: TextReader
    rule: Deciding


@frozen(eq=False)
class EntityOpinion:
    """Who else finds personal data, and how that counts."""

    reader: TextReader
    rule: Finding


@frozen(eq=False)
class ComposedClassifier:
    """A `Classifier` that asks others beside the first, in order.

    If one of those that count fails, it fails: what is left would be another model than the one
    that was measured.

    Args:
        first: Who is asked unless another stands in for it.
        opinions: The others. Only the first of them may replace.
    """

    first: Classifier
    opinions: Sequence[CategoryOpinion]

    @property
    def is_ready(self) -> bool:
        """Whether everybody is."""
        return self.first.is_ready and all(each.classifier.is_ready for each in self.opinions)

    async def classify(self, prompt: Prompt) -> Classification:
        """Asks everybody whose word counts."""
        first, opinions = self.first, list(self.opinions)
        if opinions and isinstance(opinions[0].rule, Replace):
            first = opinions.pop(0).classifier
        classification = await first.classify(prompt)
        for opinion in opinions:
            classification = await _heard(classification, opinion, prompt)
        return classification


@frozen(eq=False)
class ComposedReader:
    """A `TextReader` that asks others beside the first, in order.

    If one of them fails, it fails: what nobody could read has not been checked.

    Args:
        first: Who is asked for everything; None if there is nobody.
        attacks: Who else is asked for attacks.
        entities: Who else is asked for personal data.
    """

    first: TextReader | None
    attacks: Sequence[AttackOpinion] = ()
    entities: Sequence[EntityOpinion] = ()

    @property
    def is_ready(self) -> bool:
        """Whether everybody is."""
        is_first_ready = self.first is None or self.first.is_ready
        readers = [each.reader for each in self.attacks] + [each.reader for each in self.entities]
        return is_first_ready and all(reader.is_ready for reader in readers)

    async def read(self, texts: Sequence[str]) -> list[Reading]:
        """Asks everybody whose word counts."""
        if self.first is None:
            readings = [Reading({}) for _ in texts]
        else:
            readings = await self.first.read(texts)
        for on_attack in self.attacks:
            readings = await _with_attacks(texts, readings, on_attack)
        for on_entity in self.entities:
            readings = await _with_entities(texts, readings, on_entity)
        return readings


async def _heard(
    classification: Classification, opinion: CategoryOpinion, prompt: Prompt
) -> Classification:
    match opinion.rule:
        case Replace():
            return await opinion.classifier.classify(prompt)
        case Average(weight):
            return averaged(classification, await opinion.classifier.classify(prompt), weight)
        case Escalate(below):
            if is_unsure_of_category(classification, below):
                return with_more_of(classification, await opinion.classifier.classify(prompt))
            return classification
        case _:
            assert_never(opinion.rule)


async def _with_attacks(
    texts: Sequence[str], readings: list[Reading], opinion: AttackOpinion
) -> list[Reading]:
    match opinion.rule:
        case Replace():
            others = await opinion.reader.read(texts)
            return [
                evolve(reading, attacks=other.attacks)
                for reading, other in zip(readings, others, strict=True)
            ]
        case Average(weight):
            others = await opinion.reader.read(texts)
            return [
                evolve(reading, attacks=averaged_attacks(reading.attacks, other.attacks, weight))
                for reading, other in zip(readings, others, strict=True)
            ]
        case Escalate(below):
            unsure = [
                index
                for index, reading in enumerate(readings)
                if is_unsure_of_attack(reading.attacks, below)
            ]
            others = await opinion.reader.read([texts[index] for index in unsure])
            decided = dict(zip(unsure, others, strict=True))
            return [
                evolve(reading, attacks=decided[index].attacks) if index in decided else reading
                for index, reading in enumerate(readings)
            ]
        case _:
            assert_never(opinion.rule)


async def _with_entities(
    texts: Sequence[str], readings: list[Reading], opinion: EntityOpinion
) -> list[Reading]:
    others = await opinion.reader.read(texts)
    match opinion.rule:
        case Replace():
            return [
                evolve(reading, entities=other.entities)
                for reading, other in zip(readings, others, strict=True)
            ]
        case Add():
            return [
                with_entities_of(reading, other.entities)
                for reading, other in zip(readings, others, strict=True)
            ]
        case _:
            assert_never(opinion.rule)
