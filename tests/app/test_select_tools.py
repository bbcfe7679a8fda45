"""Fewer tools for a model."""

import pytest
import trio
import trio.testing
from attrs import define, field

from semroute.adapters.memory import WordEmbedder
from semroute.adapters.torch import TorchToolRanker
from semroute.app.evaluation import RerankedTools, WordToolRanker
from semroute.app.rank_tools import ToolOpinion
from semroute.app.select_tools import ToolSelector
from semroute.domain.chat import ChatRequest, Tool, ToolChoice
from semroute.domain.errors import ClassifierError, NotLoadedError, OverloadedError
from semroute.domain.opinions import Average, Replace
from semroute.domain.ports import ToolRanker
from semroute.domain.tools.selection import Basis, ToolPolicy

from .rerankers import FixedReranker

TOOLS = (
    Tool("book_table", "Reserves a table in a restaurant."),
    Tool("weather", "Says what the weather will be."),
    Tool("send_mail", "Sends a letter."),
)
CHAT = ChatRequest("auto", (), tools=TOOLS)
ONE = ToolPolicy(1)


@define
class TroubledRanker:
    """Fails, or takes its time."""

    error: ClassifierError | None = None
    seconds: float = 0
    asked: list[str] = field(factory=list)

    async def rank(self, text: str, tools: object) -> list[float]:
        self.asked.append(text)
        await trio.sleep(self.seconds)
        if self.error is not None:
            raise self.error
        return [1.0, 0.0, 0.0]


@pytest.mark.parametrize("ranker", [TorchToolRanker(WordEmbedder()), WordToolRanker()])
async def test_the_ranker_s_best_stay(ranker: ToolRanker) -> None:
    selection = await ToolSelector(ranker, 1).select(CHAT, "how will the weather be", ONE)
    assert selection is not None
    assert (selection.kept, selection.offered, selection.basis) == ((1,), 3, Basis.MEANING)


async def test_what_is_within_the_budget_counts(
    autojump_clock: trio.testing.MockClock,
) -> None:
    selection = await ToolSelector(TroubledRanker(seconds=0.9), 1).select(CHAT, "weather", ONE)
    assert selection is not None
    assert (selection.kept, selection.basis) == ((0,), Basis.MEANING)


async def test_words_decide_when_the_budget_ends(
    autojump_clock: trio.testing.MockClock,
) -> None:
    selection = await ToolSelector(TroubledRanker(seconds=1.1), 1).select(CHAT, "weather", ONE)
    assert selection is not None
    assert (selection.kept, selection.basis) == ((1,), Basis.WORDS)
    assert trio.current_time() == pytest.approx(1)


@pytest.mark.parametrize("error", [ClassifierError("x"), NotLoadedError("x"), OverloadedError("x")])
async def test_words_decide_when_the_ranker_fails(error: ClassifierError) -> None:
    selection = await ToolSelector(TroubledRanker(error), 1).select(CHAT, "a letter", ONE)
    assert selection is not None
    assert (selection.kept, selection.basis) == ((2,), Basis.WORDS)


@pytest.mark.parametrize(
    ("chat", "policy"),
    [
        (CHAT, ToolPolicy(3)),
        (ChatRequest("auto", ()), ONE),
        (ChatRequest("auto", (), tools=TOOLS, tool_choice=ToolChoice.REQUIRED), ONE),
    ],
)
async def test_nobody_is_asked_when_nothing_may_go(chat: ChatRequest, policy: ToolPolicy) -> None:
    ranker = TroubledRanker()
    assert await ToolSelector(ranker, 1).select(chat, "weather", policy) is None
    assert ranker.asked == []


@pytest.mark.parametrize(
    ("opinions", "kept"),
    [
        ([ToolOpinion(FixedReranker([0, 9]), Replace(), 2)], (1,)),
        ([ToolOpinion(FixedReranker([0, 0, 9]), Replace(), 3)], (2,)),
        ([ToolOpinion(FixedReranker([0, 1, 9]), Average(0.1), 3)], (0,)),
        # The second puts the first two of the first's order the other way round.
        (
            [
                ToolOpinion(FixedReranker([0, 5, 9]), Replace(), 3),
                ToolOpinion(FixedReranker([0, 9]), Replace(), 2),
            ],
            (1,),
        ),
    ],
)
async def test_others_are_heard_about_the_best(
    opinions: list[ToolOpinion], kept: tuple[int, ...]
) -> None:
    selection = await ToolSelector(TroubledRanker(), 1, opinions).select(CHAT, "weather", ONE)
    assert selection is not None
    assert (selection.kept, selection.basis) == (kept, Basis.CHECKPOINT)


async def test_they_read_a_tool_s_name_as_it_is_spoken_and_what_is_said_of_it() -> None:
    reranker = FixedReranker([0, 9])
    opinion = ToolOpinion(reranker, Replace(), 2)
    assert await RerankedTools(TroubledRanker(), [opinion]).rank("hm", TOOLS) == [0, 9, -1]
    told = ["book table: Reserves a table in a restaurant.", "weather: " + TOOLS[1].text]
    assert reranker.asked == [("hm", told)]


@pytest.mark.parametrize(
    "reranker", [FixedReranker([0, 9], ClassifierError("x")), FixedReranker([0, 9], seconds=1.1)]
)
async def test_what_was_said_before_counts_where_they_fail_or_are_late(
    reranker: FixedReranker, autojump_clock: trio.testing.MockClock
) -> None:
    heard = ToolOpinion(FixedReranker([0, 9]), Replace(), 2)
    unheard = ToolOpinion(reranker, Replace(), 2)
    for opinions, kept, basis in (
        ([unheard], (0,), Basis.INCOMPLETE),
        ([heard, unheard], (1,), Basis.INCOMPLETE),
        # Who is late leaves no time for others.
        ([unheard, heard], (1,) if reranker.error else (0,), Basis.INCOMPLETE),
    ):
        selection = await ToolSelector(TroubledRanker(), 1, opinions).select(CHAT, "weather", ONE)
        assert selection is not None
        assert (selection.kept, selection.basis) == (kept, basis)


async def test_who_reads_no_more_tools_than_stay_is_not_asked() -> None:
    reranker = FixedReranker([0, 9])
    opinion = ToolOpinion(reranker, Replace(), 2)
    selection = await ToolSelector(TroubledRanker(), 1, [opinion]).select(
        CHAT, "weather", ToolPolicy(2)
    )
    assert selection is not None
    assert (selection.kept, selection.basis) == ((0, 1), Basis.MEANING)
    assert reranker.asked == []


async def test_of_tools_without_a_name_nobody_asks() -> None:
    reranker = FixedReranker([0, 9])
    first, second = ToolOpinion(reranker, Replace(), 2), ToolOpinion(reranker, Replace(), 2)
    nameless = (Tool(""), *TOOLS)
    scores = await first.heard("weather", nameless, [5.0, 3.0, 2.0, 1.0])
    assert len(reranker.asked[0][1]) == 2
    assert scores[2] > scores[1] > scores[3]
    assert await second.heard("weather", (Tool(""), TOOLS[0]), [1.0, 2.0]) == [1.0, 2.0]
    assert await second.heard("weather", (), []) == []
    assert len(reranker.asked) == 1


@pytest.mark.parametrize(
    ("until", "basis", "taken"),
    [(-5, Basis.WORDS, 0), (0, Basis.WORDS, 0), (0.4, Basis.WORDS, 0.4), (9, Basis.MEANING, 0.5)],
)
async def test_it_is_done_when_the_ruling_must_be(
    until: float, basis: Basis, taken: float, autojump_clock: trio.testing.MockClock
) -> None:
    start = trio.current_time()
    selection = await ToolSelector(TroubledRanker(seconds=0.5), 1).select(
        CHAT, "weather", ONE, start + until
    )
    assert selection is not None
    assert selection.basis is basis
    assert trio.current_time() - start == pytest.approx(taken)


async def test_a_cancelled_selection_is_none(autojump_clock: trio.testing.MockClock) -> None:
    with trio.move_on_after(0.5) as scope:
        await ToolSelector(TroubledRanker(seconds=9), 5).select(CHAT, "weather", ONE)
    assert scope.cancelled_caught


async def test_tools_can_be_read_before_anybody_asks() -> None:
    ranker = TroubledRanker()
    await ToolSelector(ranker, 1).warm(TOOLS)
    assert ranker.asked == ["book_table"]


async def test_it_is_no_harm_if_that_fails() -> None:
    ranker = TroubledRanker(error=NotLoadedError("x"))
    await ToolSelector(ranker, 1).warm(TOOLS)
    await ToolSelector(ranker, 1).warm(())
    assert ranker.asked == ["book_table"]
