"""How well tools are told apart, by what people ask for."""

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from attrs import field, frozen

from semroute.domain.chat import Tool
from semroute.domain.ports import ToolRanker

from .means import Mean
from .statistics import Spread

COUNTS: Final = (1, 3, 5)
"""How many of the best tools a report looks at."""

POOLS: Final = (50, 200)
"""How many tools are offered where those of other questions are added."""

_SEED: Final = 20  # any would do; the same one gives the same report
_READ_AT_ONCE: Final = 200  # an agent with many tools
_SHIPPED: Final = 0  # the place of the way that is judged


@frozen
class ToolQuestion:
    """What somebody asks for, and the tools it could be done with.

    Args:
        text: What is asked for.
        tools: The tools that are offered.
        gold: The names of those that do it; empty if none does.
    """

    text: str = field(repr=False)
    tools: tuple[Tool, ...] = field(repr=False)
    gold: frozenset[str]


@frozen
class Ranked:
    """What came of a question.

    Args:
        offered: How many tools were offered.
        recalls: For each of `COUNTS`, which share of the right tools is among the best.
    """

    offered: int
    recalls: Mapping[int, float]


@frozen
class Setting:
    """How questions are asked, and how each way of ranking fares.

    Args:
        name: What is offered.
        ways: For each way, what came of every question; the first is the one that is judged.
        duration: How long that one takes for a request whose prompt and tools are known.
    """

    name: str
    ways: Mapping[str, Sequence[Ranked]] = field(repr=False)
    duration: Spread | None = None

    def recalls(self, count: int) -> Mapping[str, Mean]:
        """For each way, the mean share of the right tools among the `count` best."""
        return {
            way: Mean(tuple(each.recalls[count] for each in ranked))
            for way, ranked in self.ways.items()
        }

    def by_offered(self) -> Iterator["Setting"]:
        """Yields the questions with two tools, with three, and so on; those with more together."""
        for name, least, most in _SIZES:
            ways = {
                way: [each for each in ranked if least <= each.offered <= most]
                for way, ranked in self.ways.items()
            }
            if any(ways.values()):
                yield Setting(name, ways)


_SIZES: Final = (
    ("1 tool", 1, 1),
    ("2 tools", 2, 2),
    ("3 tools", 3, 3),
    ("4 tools", 4, 4),
    ("5 to 9 tools", 5, 9),
    ("10 tools or more", 10, 1 << 30),
)


@frozen
class ToolsReport:
    """What came of ranking tools.

    Args:
        settings: How questions were asked; as they are first.
        questions: How many there are with a right tool.
        without_gold: How many there are without one, which ask for no ranking.
        tools: How many different tools there are.
        read_seconds: How long it took to read all of these for the first time.
    """

    settings: tuple[Setting, ...]
    questions: int
    without_gold: int
    tools: int
    read_seconds: float


async def evaluate_tools(
    ways: Mapping[str, ToolRanker],
    questions: Sequence[ToolQuestion],
    progress: Callable[[str, float], None] = lambda _what, _share: None,
    now: Callable[[], float] = time.perf_counter,
    reads: ToolRanker | None = None,
) -> ToolsReport:
    """Ranks the tools of every question that has a right one, in every way.

    Then each question is offered tools of other questions as well, drawn by lot with a fixed
    seed, until there are as many as each of `POOLS` says.

    Args:
        ways: How to rank, by name; the first is the one that is judged.
        questions: What is asked.
        progress: Told how far it is.
        now: A clock, in seconds.
        reads: Reads tools and questions before the clock runs, so that it remembers them; None for
            the way that is judged.

    Raises:
        ClassifierError: Something could not be ranked.
    """
    asked = [each for each in questions if each.gold]
    every = tuple({tool.name: tool for each in questions for tool in each.tools}.values())
    first = next(iter(ways.values())) if reads is None else reads
    begun = now()
    for start in range(0, len(every), _READ_AT_ONCE):
        progress("reading tools", start / len(every))
        await first.rank("", every[start : start + _READ_AT_ONCE])
    read_seconds = now() - begun
    for done, each in enumerate(asked):
        progress("reading questions", done / len(asked))
        await first.rank(each.text, each.tools)
    settings: list[Setting] = []
    for name, offers in _offers(asked, every):
        progress(f"ranking {name}", len(settings) / (1 + len(POOLS)))
        settings.append(await _measured(name, ways, asked, offers, now))
    return ToolsReport(
        tuple(settings), len(asked), len(questions) - len(asked), len(every), read_seconds
    )


def _offers(
    asked: Sequence[ToolQuestion], every: Sequence[Tool]
) -> Iterator[tuple[str, Sequence[Sequence[Tool]]]]:
    """Yields settings by name, with the tools that each question is offered."""
    yield "its own tools", [each.tools for each in asked]
    for pool in POOLS:
        lot = random.Random(_SEED)  # noqa: S311 - a report that is the same again is no secret
        yield f"{pool} tools", [_widened(each, every, pool, lot) for each in asked]


def _widened(
    question: ToolQuestion, every: Sequence[Tool], pool: int, lot: random.Random
) -> Sequence[Tool]:
    """Returns the tools of a question among as many others as it takes, in any order."""
    own = {tool.name for tool in question.tools}
    missing = max(pool - len(question.tools), 0)
    drawn = lot.sample(every, min(len(every), missing + len(own)))
    others = [tool for tool in drawn if tool.name not in own][:missing]
    offered = [*question.tools, *others]
    lot.shuffle(offered)  # of equals the first one wins
    return offered


async def _measured(
    name: str,
    ways: Mapping[str, ToolRanker],
    asked: Sequence[ToolQuestion],
    offers: Sequence[Sequence[Tool]],
    now: Callable[[], float],
) -> Setting:
    outcomes: dict[str, list[Ranked]] = {way: [] for way in ways}
    durations: list[float] = []
    for question, offered in zip(asked, offers, strict=True):
        for place, (way, ranker) in enumerate(ways.items()):
            begun = now()
            scores = await ranker.rank(question.text, offered)
            if place == _SHIPPED:
                durations.append(now() - begun)
            outcomes[way].append(_ranked(question.gold, offered, scores))
    return Setting(name, outcomes, Spread.of(durations))


def _ranked(gold: frozenset[str], offered: Sequence[Tool], scores: Sequence[float]) -> Ranked:
    best = sorted(range(len(offered)), key=lambda place: (-scores[place], place))
    recalls = {
        count: len(gold & {offered[place].name for place in best[:count]}) / len(gold)
        for count in COUNTS
    }
    return Ranked(len(offered), recalls)
