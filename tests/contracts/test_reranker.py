"""What everything that scores texts for a question promises."""

import math
from collections.abc import Sequence

import pytest
import trio

from semroute.adapters.torch import Capacity, Source, TorchReranker
from semroute.domain.errors import NotLoadedError, OverloadedError
from semroute.domain.ports import Reranker
from tests.adapters.torch.tiny import Family, TinyCheckpoints

FAMILIES: Sequence[Family] = ("bert", "modernbert", "deberta")


def made(checkpoints: TinyCheckpoints, family: Family, capacity: Capacity) -> TorchReranker:
    directory = checkpoints.random(family, "SequenceClassification", outputs=1)
    return TorchReranker(Source(directory), capacity)


@pytest.fixture(params=FAMILIES)
async def reranker(
    request: pytest.FixtureRequest, checkpoints: TinyCheckpoints, nursery: trio.Nursery
) -> Reranker:
    loaded = made(checkpoints, request.param, Capacity(workers=2))
    await nursery.start(loaded.run)
    return loaded


async def test_every_text_has_a_score_in_order(reranker: Reranker) -> None:
    assert reranker.is_ready
    texts = [
        "can they evict me?",
        "solve the equation",
        "hello " * 500,
        "",
        "a\0b",
        "\ud800",
        "名前",
    ]
    scores = await reranker.score("my landlord", texts)
    assert len(scores) == len(texts)
    assert all(map(math.isfinite, scores))
    alone = [(await reranker.score("my landlord", [text]))[0] for text in texts]
    assert list(scores) == pytest.approx(alone, abs=1e-4)
    assert list(await reranker.score("my landlord", texts[::-1]))[::-1] == pytest.approx(
        list(scores), abs=1e-4
    )


async def test_the_question_matters(reranker: Reranker) -> None:
    texts = ["can they evict me?", "solve the equation"]
    first, second = [await reranker.score(asked, texts) for asked in ("my landlord", "hello")]
    assert list(first) != pytest.approx(list(second), abs=1e-3)


@pytest.mark.parametrize("query", ["", "\0", "a\0b", "\ud800", "word " * 100_000])
async def test_odd_questions_have_scores_too(reranker: Reranker, query: str) -> None:
    assert all(map(math.isfinite, await reranker.score(query, ["hello", "x"])))


async def test_of_no_texts_there_is_nothing_to_say(reranker: Reranker) -> None:
    assert list(await reranker.score("hello", [])) == []


async def test_more_texts_than_may_wait_are_read_in_turn(
    checkpoints: TinyCheckpoints, nursery: trio.Nursery
) -> None:
    reranker = made(checkpoints, "bert", Capacity(max_waiting=4))
    await nursery.start(reranker.run)
    assert len(await reranker.score("hello", [f"text {number}" for number in range(11)])) == 11


async def test_it_is_refused_before_it_is_loaded_and_when_too_many_ask(
    checkpoints: TinyCheckpoints, nursery: trio.Nursery
) -> None:
    reranker = made(checkpoints, "bert", Capacity(max_waiting=2))
    assert not reranker.is_ready
    with pytest.raises(NotLoadedError):
        await reranker.score("hello", ["x"])
    await nursery.start(reranker.run)
    refused: list[bool] = []

    async def ask(number: int) -> None:
        try:
            await reranker.score(f"question {number}", ["one", "two"])
        except OverloadedError:
            refused.append(True)
        else:
            refused.append(False)

    async with trio.open_nursery() as callers:
        for number in range(20):
            callers.start_soon(ask, number)
    assert set(refused) == {True, False}


async def test_who_stops_waiting_leaves_it_usable(reranker: Reranker) -> None:
    with trio.move_on_after(0):
        await reranker.score("never heard", ["x"] * 50)
    assert len(await reranker.score("hello", ["x"])) == 1
