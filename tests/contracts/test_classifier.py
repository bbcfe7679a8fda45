"""What every classifier promises."""

from collections.abc import AsyncIterator

import pytest
import trio

from semroute.adapters.memory import FaultyClassifier, WordClassifier
from semroute.adapters.torch import Capacity, CheckpointClassifier, Source, TorchClassifier
from semroute.adapters.torch.encoder import Encoder
from semroute.app.opinions import CategoryOpinion, ComposedClassifier
from semroute.domain.chat import Prompt
from semroute.domain.classification import CategoryDefinition
from semroute.domain.opinions import Average
from semroute.domain.ports import Classifier
from tests.adapters.torch.tiny import TinyCheckpoints

DEFINITIONS = (
    CategoryDefinition("math", "numbers, algebra, equations", ("solve the equation x + 1 = 2",)),
    CategoryDefinition("law", "contracts, courts, tenants", ("can my landlord evict me",)),
    CategoryDefinition("other", "small talk, greetings", ("hello, how are you",)),
)


@pytest.fixture(params=["words", "faultless", "torch", "checkpoint", "composed"])
async def classifier(
    request: pytest.FixtureRequest,
    encoder: Encoder,
    checkpoints: TinyCheckpoints,
    nursery: trio.Nursery,
) -> AsyncIterator[Classifier]:
    match request.param:
        case "words":
            yield WordClassifier(DEFINITIONS)
        case "faultless":
            yield FaultyClassifier(WordClassifier(DEFINITIONS))
        case "checkpoint" | "composed":
            checkpoint = CheckpointClassifier(
                Source(checkpoints.categories()),
                [definition.name for definition in DEFINITIONS],
                Capacity(workers=2),
                must_know_all=True,
            )
            await nursery.start(checkpoint.run)
            if request.param == "checkpoint":
                yield checkpoint
            else:
                opinion = CategoryOpinion(checkpoint, Average(0.5))
                yield ComposedClassifier(WordClassifier(DEFINITIONS), [opinion])
            nursery.cancel_scope.cancel()
        case _:
            torch = TorchClassifier(DEFINITIONS, load=lambda: encoder, workers=2)
            await nursery.start(torch.run)
            yield torch
            nursery.cancel_scope.cancel()


async def test_every_category_gets_a_probability(classifier: Classifier) -> None:
    assert classifier.is_ready
    classification = await classifier.classify(Prompt("solve this equation for x"))
    assert {score.category for score in classification.scores} == {"math", "law", "other"}
    assert sum(score.probability for score in classification.scores) == pytest.approx(1)
    probabilities = [score.probability for score in classification.scores]
    assert probabilities == sorted(probabilities, reverse=True)
    assert classification.best.category == "math"
    assert classification.coverage == 1


@pytest.mark.parametrize("text", ["", " ", "\0", "\U0001f600", "x" * 100_000, "数学" * 2000])
async def test_no_text_is_too_strange(classifier: Classifier, text: str) -> None:
    classification = await classifier.classify(Prompt(text))
    assert 0 < classification.coverage <= 1
    assert 0 <= classification.best.probability <= 1


async def test_the_same_prompt_gets_the_same_answer(classifier: Classifier) -> None:
    prompt = Prompt("can they evict me?", "we spoke about my landlord")
    first, second = [await classifier.classify(prompt) for _ in range(2)]
    assert first.best.category == second.best.category
    assert first.best.probability == pytest.approx(second.best.probability, abs=1e-5)


async def test_concurrent_prompts_do_not_mix(classifier: Classifier) -> None:
    async def check(text: str, category: str) -> None:
        assert (await classifier.classify(Prompt(text))).best.category == category

    async with trio.open_nursery() as nursery:
        for _ in range(20):
            nursery.start_soon(check, "solve the equation", "math")
            nursery.start_soon(check, "can my landlord evict me", "law")


async def test_cancellation_leaves_it_usable(classifier: Classifier) -> None:
    with trio.CancelScope() as scope:
        scope.cancel()
        await classifier.classify(Prompt("solve the equation"))
    assert (await classifier.classify(Prompt("solve the equation"))).best.category == "math"
