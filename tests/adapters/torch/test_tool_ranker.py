"""Tools by meaning and by words."""

import pytest
import trio
import trio.testing
from attrs import define, field

from semroute.adapters.memory import WordEmbedder
from semroute.adapters.torch import TorchClassifier, TorchToolRanker
from semroute.adapters.torch.encoder import Encoder
from semroute.adapters.torch.tool_memory import key_of
from semroute.domain.chat import Tool
from semroute.domain.classification import CategoryDefinition
from semroute.domain.errors import OverloadedError

TOOLS = [Tool(f"tool_{n}", f"Does number {n}.\nparameter") for n in range(200)]


@define
class SlowEmbedder:
    """Takes a second for a text, and notes what it is given and how much of it at once."""

    words: WordEmbedder = field(factory=WordEmbedder)
    given: list[str] = field(factory=list)
    at_once: int = 0
    most: int = 0
    fails_at: int | None = None
    revision: str = "slow"

    async def embed(self, text: str) -> bytes:
        self.given.append(text)
        if len(self.given) == self.fails_at:
            message = "too many"
            raise OverloadedError(message)
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        try:
            await trio.sleep(1)
        finally:
            self.at_once -= 1
        return await self.words.embed(text)


async def test_a_tool_is_read_once_by_its_first_line_and_as_a_whole() -> None:
    embedder = WordEmbedder()
    ranker = TorchToolRanker(embedder)
    tools = [Tool("getTime", "Says how late it is.\nzone"), Tool("ping", "Asks a host.")]
    await ranker.rank("how late is it", tools)
    assert embedder.calls == 1 + 2 + 1
    await ranker.rank("how late is it", tools[::-1])
    assert embedder.calls == 4 + 1


async def test_names_are_read_as_words(autojump_clock: trio.testing.MockClock) -> None:
    embedder = SlowEmbedder()
    await TorchToolRanker(embedder).rank("now", [Tool("getTime", "Says it.\nzone")])
    assert embedder.given == ["now", "get time: Says it.", "get time: Says it.\nzone"]


async def test_many_new_tools_are_read_a_few_at_a_time(
    autojump_clock: trio.testing.MockClock,
) -> None:
    embedder = SlowEmbedder()
    ranker = TorchToolRanker(embedder, at_once=4)
    async with trio.open_nursery() as nursery:
        for start in (0, 50, 100):
            nursery.start_soon(ranker.rank, "do it", TOOLS[start : start + 50])
    # Beside the tools, each of the three has asked for its text.
    assert embedder.most == 4
    assert len(embedder.given) == 3 + 150 * 2


async def test_one_who_brings_many_tools_does_not_keep_others_waiting(
    autojump_clock: trio.testing.MockClock,
) -> None:
    ranker = TorchToolRanker(SlowEmbedder(), at_once=4)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(ranker.rank, "do it", TOOLS)
        await trio.sleep(3)
        with trio.fail_after(10):  # all of the others' would take 100 s
            await ranker.rank("else", [Tool("one", "Of mine.")])
        nursery.cancel_scope.cancel()


async def test_what_was_read_before_the_budget_ended_is_known(
    autojump_clock: trio.testing.MockClock,
) -> None:
    embedder = SlowEmbedder()
    ranker = TorchToolRanker(embedder, at_once=10)
    with trio.move_on_after(11.5):
        await ranker.rank("do it", TOOLS)
    begun = len(embedder.given)
    assert begun == 1 + 10 * 11  # ten at a time for eleven seconds, after the text
    await ranker.rank("do it", TOOLS[:50])
    assert len(embedder.given) == begun + 1


async def test_a_failure_is_told_as_it_is_and_stops_the_rest(
    autojump_clock: trio.testing.MockClock,
) -> None:
    embedder = SlowEmbedder(fails_at=7)
    with pytest.raises(OverloadedError, match="too many"):
        await TorchToolRanker(embedder, at_once=4).rank("do it", TOOLS)
    assert len(embedder.given) < 12


async def test_more_tools_than_are_remembered_are_ranked_all_the_same() -> None:
    embedder = WordEmbedder()
    ranker = TorchToolRanker(embedder, at_once=1, max_remembered=3)
    assert len(await ranker.rank("number 7", TOOLS[:10])) == 10
    await ranker.rank("number 7", TOOLS[7:10])
    assert embedder.calls == 1 + 20 + 1


def test_tools_whose_words_are_divided_otherwise_are_other_tools() -> None:
    tools = [Tool("a", "bc"), Tool("ab", "c"), Tool("1:a", "b"), Tool("", "1:ab"), Tool("a:", "bc")]
    assert len(set(map(key_of, tools))) == len(tools)
    assert key_of(Tool("a", "bc")) == key_of(tools[0])


@pytest.mark.model
async def test_meaning_finds_what_shares_no_word(encoder: Encoder, nursery: trio.Nursery) -> None:
    classifier = TorchClassifier((CategoryDefinition("other", "greetings"),), load=lambda: encoder)
    await nursery.start(classifier.run)
    tools = [
        Tool("order_pizza", "Has food delivered to your home."),
        Tool("weather_forecast", "Tells rain and temperature for the coming days."),
        Tool("play_song", "Starts music."),
    ]
    scores = await TorchToolRanker(classifier).rank("Do I need an umbrella tomorrow?", tools)
    assert max(range(3), key=scores.__getitem__) == 1
    nursery.cancel_scope.cancel()
