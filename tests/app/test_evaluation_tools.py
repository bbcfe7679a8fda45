"""How the ranking of tools is measured."""

from collections.abc import Sequence

import pytest
from attrs import define, field

from semroute.app.evaluation import ToolQuestion, evaluate_tools, tools_as_json, tools_page
from semroute.app.evaluation.means import Mean
from semroute.domain.chat import Tool


@define
class LastFirst:
    """Says that the last tool by its name is the best; notes what it is offered."""

    offered: list[list[str]] = field(factory=list)

    async def rank(self, text: str, tools: Sequence[Tool]) -> list[float]:
        names = [tool.name for tool in tools]
        if text:
            self.offered.append(names)
        return [float(sorted(names).index(name)) for name in names]


def question(number: int, *gold: str, own: int = 3) -> ToolQuestion:
    names = [f"q{number:03}_{letter}" for letter in "abcdefgh"[:own]]
    return ToolQuestion(
        f"text {number}",
        tuple(map(Tool, names)),
        frozenset(f"q{number:03}_{letter}" for letter in gold),
    )


QUESTIONS = [question(n, "c") for n in range(100)]


async def test_recall_is_the_share_of_right_tools_among_the_best() -> None:
    questions = [question(0, "c"), question(1, "a", "c"), question(2, "a"), question(3)]
    report = await evaluate_tools({"way": LastFirst()}, questions)
    own = report.settings[0]
    assert own.recalls(1)["way"].values == (1, 0.5, 0)
    assert own.recalls(3)["way"].values == (1, 1, 1)
    assert (report.questions, report.without_gold, report.tools) == (3, 1, 12)


async def test_pools_hold_a_question_s_own_tools_among_others() -> None:
    ranker = LastFirst()
    await evaluate_tools({"way": ranker}, QUESTIONS)
    asked = [ranker.offered[start : start + 100] for start in range(0, 400, 100)]
    for size, pool in ((50, asked[2]), (200, asked[3])):
        for number, offered in enumerate(pool):
            assert len(offered) == len(set(offered)) == size
            assert {f"q{number:03}_{letter}" for letter in "abc"} <= set(offered)
            assert offered != sorted(offered)


async def test_the_same_questions_give_the_same_pools() -> None:
    one, other = LastFirst(), LastFirst()
    await evaluate_tools({"way": one}, QUESTIONS)
    await evaluate_tools({"way": other}, QUESTIONS)
    assert one.offered == other.offered


async def test_a_question_with_more_tools_than_a_pool_keeps_its_own() -> None:
    names = tuple(Tool(f"t{n:02}") for n in range(60))
    ranker = LastFirst()
    await evaluate_tools({"way": ranker}, [ToolQuestion("x", names, frozenset({"t59"}))])
    assert {len(offered) for offered in ranker.offered} == {60}


async def test_questions_are_grouped_by_how_many_tools_they_come_with() -> None:
    questions = [question(0, "a", own=1), question(1, "a", own=2), question(2, "a", own=6)]
    report = await evaluate_tools({"way": LastFirst()}, questions)
    groups = {each.name: each.recalls(1)["way"].value for each in report.settings[0].by_offered()}
    assert groups == {"1 tool": 1, "2 tools": 0, "5 to 9 tools": 0}


async def test_questions_without_a_right_tool_are_nothing_to_measure() -> None:
    report = await evaluate_tools({"way": LastFirst()}, [question(0)])
    assert tools_as_json(report)["recall_at_1"] is None
    assert "0 questions" in tools_page(report).lines[0]


async def test_what_is_read_ahead_says_who_is_asked_to() -> None:
    judged, ahead = LastFirst(), LastFirst()
    await evaluate_tools({"way": judged}, [question(1, "c")], reads=ahead)
    assert len(judged.offered) == 3, "its own tools, and two pools"
    assert len(ahead.offered) == 1, "the question with its own tools"


async def test_only_the_way_that_is_judged_is_timed() -> None:
    ticks = iter(range(1000))
    ways = {"judged": LastFirst(), "other": LastFirst()}
    report = await evaluate_tools(ways, QUESTIONS[:2], now=lambda: float(next(ticks)))
    duration = report.settings[0].duration
    assert duration is not None
    assert (duration.count, duration.median) == (2, 1000)
    assert report.read_seconds == 1


def test_the_interval_of_a_mean_is_the_same_again_and_around_it() -> None:
    values = (1.0,) * 70 + (0.0,) * 30
    interval = Mean(values).interval
    assert interval is not None
    low, high = interval
    assert interval == Mean(values).interval
    # A share of 0.7 of 100 has a standard error of 0.046.
    assert low == pytest.approx(0.61, abs=0.02)
    assert high == pytest.approx(0.79, abs=0.02)


def test_of_nothing_there_is_no_mean() -> None:
    assert Mean(()).value is None
    assert Mean(()).interval is None
