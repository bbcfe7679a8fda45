"""What everything that ranks tools promises."""

import math

import pytest

from semroute.adapters.memory import WordEmbedder
from semroute.adapters.torch import TorchToolRanker
from semroute.app.evaluation import PlainToolRanker, RerankedTools, WordToolRanker
from semroute.app.rank_tools import ToolOpinion
from semroute.domain.chat import Tool
from semroute.domain.opinions import Average, Replace
from semroute.domain.ports import ToolRanker
from tests.app.rerankers import WordReranker

TOOLS = (
    Tool("weather_forecast", "Says what the weather will be.\ncity\nThe place."),
    Tool("book_table", "Reserves a table in a restaurant."),
    Tool("send_mail", "Sends a letter to somebody."),
)


@pytest.fixture(params=["torch", "plain", "words", "reranked", "averaged"])
def ranker(request: pytest.FixtureRequest) -> ToolRanker:
    match request.param:
        case "torch":
            return TorchToolRanker(WordEmbedder())
        case "plain":
            return PlainToolRanker(WordEmbedder())
        case "reranked":
            first = ToolOpinion(WordReranker(), Replace(), 3)
            return RerankedTools(PlainToolRanker(WordEmbedder()), [first])
        case "averaged":
            two = [ToolOpinion(WordReranker(), Average(each), 4) for each in (0.3, 0.7)]
            return RerankedTools(PlainToolRanker(WordEmbedder()), two)
        case _:
            return WordToolRanker()


async def test_what_serves_a_request_is_best(ranker: ToolRanker) -> None:
    for place, text in enumerate(["the weather in the city", "reserve a table", "mail a letter"]):
        scores = await ranker.rank(text, TOOLS)
        assert max(range(3), key=scores.__getitem__) == place


async def test_every_tool_has_a_score_wherever_it_stands(ranker: ToolRanker) -> None:
    scores = await ranker.rank("a table", TOOLS)
    assert len(scores) == len(TOOLS)
    again = await ranker.rank("a table", TOOLS[::-1])
    assert list(again)[::-1] == pytest.approx(list(scores), abs=1e-6)


async def test_the_same_tool_twice_is_worth_the_same(ranker: ToolRanker) -> None:
    first, second = await ranker.rank("a table", [TOOLS[1], TOOLS[1]])
    assert first == second


async def test_odd_texts_and_tools_have_scores_too(ranker: ToolRanker) -> None:
    odd = [Tool(""), Tool("\ud800", "\udfff\x00"), Tool("x", "\n\n"), Tool("名前", "天気")]
    for text in ("", "\ud800", "what"):
        assert all(map(math.isfinite, await ranker.rank(text, odd)))


async def test_of_no_tools_there_is_nothing_to_say(ranker: ToolRanker) -> None:
    assert list(await ranker.rank("a table", [])) == []
