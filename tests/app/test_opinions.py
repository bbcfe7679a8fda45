"""Who is asked, and whose word counts."""

from collections.abc import Sequence

import pytest
from attrs import define, field

from semroute.app.opinions import (
    AttackOpinion,
    CategoryOpinion,
    ComposedClassifier,
    ComposedReader,
    EntityOpinion,
)
from semroute.domain.attack import AttackKind
from semroute.domain.chat import Prompt
from semroute.domain.classification import Classification
from semroute.domain.errors import ClassifierError
from semroute.domain.opinions import Add, Average, Deciding, Escalate, Finding, Replace
from semroute.domain.pii import PiiKind, PiiSpan
from semroute.domain.reading import Reading

ANN = PiiSpan(PiiKind.PERSON, 0, 3)
ROME = PiiSpan(PiiKind.ADDRESS, 7, 11)


@define(eq=False)
class Oracle:
    """Says what it was told to say, and remembers who asked."""

    math: float = 0.5
    complexity: float | None = None
    logits: dict[str, float] = field(factory=dict)
    entities: tuple[PiiSpan, ...] = ()
    is_ready: bool = True
    error: ClassifierError | None = None
    asked: list[str] = field(factory=list)

    async def classify(self, prompt: Prompt) -> Classification:
        self.asked.append(prompt.text)
        if self.error is not None:
            raise self.error
        scores = {"math": self.math, "law": 1 - self.math}
        return Classification.ranked(scores, complexity=self.complexity)

    async def read(self, texts: Sequence[str]) -> list[Reading]:
        self.asked += texts
        if self.error is not None:
            raise self.error
        return [
            Reading(dict.fromkeys(AttackKind, self.logits[text]), self.entities)
            if text in self.logits
            else Reading({}, self.entities)
            for text in texts
        ]


@pytest.mark.parametrize("rule", [Escalate(0.9), Average(0.5)])
async def test_how_complex_a_prompt_is_the_first_still_says(rule: Deciding) -> None:
    first, second = Oracle(0.6, complexity=0.7), Oracle(0.2)
    composed = ComposedClassifier(first, [CategoryOpinion(second, rule)])
    assert (await composed.classify(Prompt("p"))).complexity == 0.7


async def math_of(first: Oracle, *others: tuple[Oracle, Deciding]) -> float:
    opinions = [CategoryOpinion(*each) for each in others]
    classification = await ComposedClassifier(first, opinions).classify(Prompt("p"))
    return {each.category: each.probability for each in classification.scores}["math"]


async def test_who_is_replaced_is_not_asked() -> None:
    first, second = Oracle(0.2), Oracle(0.9)
    assert await math_of(first, (second, Replace())) == 0.9
    assert not first.asked


async def test_both_count_in_a_mean() -> None:
    assert await math_of(Oracle(0.2), (Oracle(0.9), Average(0.5))) == pytest.approx(0.55)


async def test_who_is_sure_is_not_contradicted() -> None:
    second = Oracle(0.9)
    assert await math_of(Oracle(0.2), (second, Escalate(0.8))) == 0.2
    assert not second.asked
    assert await math_of(Oracle(0.4), (second, Escalate(0.8))) == 0.9
    assert second.asked


async def test_others_are_asked_in_order() -> None:
    first, second, third = Oracle(0.0), Oracle(0.4), Oracle(0.8)
    assert await math_of(first, (second, Replace()), (third, Average(0.5))) == pytest.approx(0.6)
    assert not first.asked
    assert await math_of(first, (second, Average(0.5)), (third, Replace())) == 0.8


async def test_a_failure_is_not_made_good_by_others() -> None:
    broken = Oracle(error=ClassifierError("broken"))
    with pytest.raises(ClassifierError, match="broken"):
        await math_of(Oracle(0.5), (broken, Escalate(0.9)))


@pytest.mark.parametrize("which", range(2))
def test_it_is_ready_once_everybody_is(which: int) -> None:
    oracles = [Oracle(), Oracle()]
    oracles[which].is_ready = False
    first, second = oracles
    assert not ComposedClassifier(first, [CategoryOpinion(second, Average(0.5))]).is_ready
    assert not ComposedReader(first, [AttackOpinion(second, Replace())]).is_ready
    assert not ComposedReader(first, (), [EntityOpinion(second, Add())]).is_ready
    for oracle in oracles:
        oracle.is_ready = True
    assert ComposedReader(None, [AttackOpinion(second, Replace())]).is_ready
    assert ComposedClassifier(first, [CategoryOpinion(second, Average(0.5))]).is_ready


async def logits_of(
    first: Oracle | None, texts: Sequence[str], *others: tuple[Oracle, Deciding]
) -> list[float]:
    reader = ComposedReader(first, [AttackOpinion(*each) for each in others])
    return [max(reading.attacks.values()) for reading in await reader.read(texts)]


async def test_another_s_word_on_attacks_can_stand_alone() -> None:
    second = Oracle(logits={"a": 1.0, "b": 2.0})
    assert await logits_of(None, ["a", "b"], (second, Replace())) == [1.0, 2.0]
    first = Oracle(logits={"a": -5.0, "b": -5.0})
    assert await logits_of(first, ["a", "b"], (second, Replace())) == [1.0, 2.0]


async def test_logits_of_both_are_averaged() -> None:
    first, second = Oracle(logits={"a": 1.0}), Oracle(logits={"a": 3.0})
    assert await logits_of(first, ["a"], (second, Average(0.5))) == [2.0]


async def test_only_texts_in_doubt_are_read_by_another() -> None:
    first = Oracle(logits={"sure": 5.0, "doubtful": 0.5, "harmless": -5.0})
    second = Oracle(logits={"doubtful": 4.0})
    texts = ["sure", "doubtful", "harmless"]
    assert await logits_of(first, texts, (second, Escalate(0.9))) == [5.0, 4.0, -5.0]
    assert second.asked == ["doubtful"]


async def entities_of(first: Oracle | None, *others: tuple[Oracle, Finding]) -> Sequence[PiiSpan]:
    reader = ComposedReader(first, (), [EntityOpinion(*each) for each in others])
    (reading,) = await reader.read(["Ann in Rome"])
    return reading.entities


async def test_entities_are_another_s_or_of_both() -> None:
    first, second = Oracle(entities=(ROME,)), Oracle(entities=(ANN,))
    assert await entities_of(first, (second, Replace())) == (ANN,)
    assert await entities_of(first, (second, Add())) == (ANN, ROME)
    assert await entities_of(None, (second, Add())) == (ANN,)


async def test_one_question_s_answer_leaves_the_other_s() -> None:
    first = Oracle(logits={"t": 1.0}, entities=(ANN,))
    second = Oracle(logits={"t": 2.0}, entities=(ROME,))
    (reading,) = await ComposedReader(first, [AttackOpinion(second, Replace())]).read(["t"])
    assert reading.attacks[AttackKind.JAILBREAK] == 2.0
    assert reading.entities == (ANN,)
    (reading,) = await ComposedReader(first, (), [EntityOpinion(second, Replace())]).read(["t"])
    assert reading.attacks[AttackKind.JAILBREAK] == 1.0
    assert reading.entities == (ROME,)


async def test_of_no_texts_nothing_is_asked() -> None:
    second = Oracle()
    reader = ComposedReader(
        Oracle(), [AttackOpinion(second, Escalate(0.9))], [EntityOpinion(second, Add())]
    )
    assert await reader.read([]) == []
