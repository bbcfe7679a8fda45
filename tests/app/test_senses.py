"""What is found out about a request, and what is not even looked for."""

import datetime as dt
import threading
from collections.abc import Mapping
from typing import Any

import pytest
import trio
import trio.testing
from attrs import define, field

from semroute.app.senses import Senses
from semroute.domain.chat import ChatRequest, Message, Role
from semroute.domain.classification import Classification
from semroute.domain.decisions import Decision
from semroute.domain.errors import ClassifierError, NotLoadedError
from semroute.domain.headers import Headers
from semroute.domain.signals.conditions import Every, Not, Shows, Some
from semroute.domain.signals.definitions import (
    ApiSignal,
    CategorySignal,
    HeaderSignal,
    KeywordSignal,
    Signal,
    SimilaritySignal,
    TimeSignal,
)
from semroute.domain.signals.result import Match, SignalResult

GOLD = HeaderSignal("x-tier", frozenset({"gold"}))
WORD = KeywordSignal(("anything",))
LIKE = SimilaritySignal(("anything",))


@define(eq=False)
class Letters:
    """Knows the answer, and who asked from which thread."""

    match: Match = Match.MATCHED
    asked: list[str] = field(factory=list)
    threads: list[int] = field(factory=list)
    gate: threading.Event | None = None

    def sense(self, text: str) -> SignalResult:
        self.asked.append(text)
        self.threads.append(threading.get_ident())
        if self.gate is not None:
            self.gate.wait(10)
        return SignalResult(self.match)


@define(eq=False)
class Meaning:
    """Takes its time, or fails."""

    match: Match = Match.MATCHED
    seconds: float = 0.0
    error: ClassifierError | None = None
    asked: int = 0

    async def sense(self, text: str) -> SignalResult:
        self.asked += 1
        await trio.sleep(self.seconds)
        if self.error is not None:
            raise self.error
        return SignalResult(self.match)


def chat(text: str = "hi") -> ChatRequest:
    return ChatRequest("auto", (Message(Role.USER, text),))


def senses(
    signals: Mapping[str, Signal], *decisions: Decision, budget_seconds: float = 5, **parts: Any
) -> Senses:
    budgets = dict.fromkeys(signals, budget_seconds)
    return Senses(signals, decisions, budgets=budgets, **parts)


async def test_without_decisions_nothing_is_sensed() -> None:
    letters = Letters()
    nobody = senses({"gold": GOLD, "word": WORD}, texts={"word": letters})
    assert await nobody.at_first(chat(), Headers(()), "chat") == {}
    assert letters.asked == []


async def test_letters_are_read_only_if_the_decision_turns_on_them() -> None:
    letters = Letters()
    rule = Decision("rule", Every((Shows("gold"), Shows("word"))))
    sensing = senses({"gold": GOLD, "word": WORD}, rule, texts={"word": letters})
    results = await sensing.at_first(chat(), Headers.of({"x-tier": "silver"}), "chat")
    assert (set(results), letters.asked) == ({"gold"}, [])
    results = await sensing.at_first(chat(), Headers.of({"x-tier": "gold"}), "chat")
    assert results["word"].match is Match.MATCHED
    assert letters.asked == ["hi"]


async def test_a_part_of_a_condition_that_holds_already_needs_no_more_reading() -> None:
    letters = Letters()
    either = Some((Shows("gold"), Shows("word")))
    rule = Decision("rule", Every((either, Shows("like"))))
    signals: dict[str, Signal] = {"gold": GOLD, "word": WORD, "like": LIKE}
    sensing = senses(signals, rule, texts={"word": letters})
    results = await sensing.at_first(chat(), Headers.of({"x-tier": "gold"}), "chat")
    assert letters.asked == []
    assert sensing.unsettled(results) == {"like"}


async def test_one_word_may_save_reading_the_next() -> None:
    first, second = Letters(), Letters()
    rule = Decision("rule", Some((Shows("one"), Shows("two"))))
    texts = {"one": first, "two": second}
    sensing = senses({"one": WORD, "two": WORD}, rule, texts=texts)
    assert set(await sensing.at_first(chat(), Headers(()), "chat")) == {"one"}
    assert second.asked == []


async def test_a_long_text_is_read_in_a_thread() -> None:
    letters = Letters()
    sensing = senses({"word": WORD}, Decision("rule", Shows("word")), texts={"word": letters})
    await sensing.at_first(chat("a" * 10_000), Headers(()), "chat")
    results = await sensing.at_first(chat("a" * 10_001), Headers(()), "chat")
    assert results["word"].match is Match.MATCHED
    assert letters.threads[0] == threading.get_ident() != letters.threads[1]


async def test_nobody_knows_what_is_not_read_in_time() -> None:
    gate = threading.Event()
    letters = Letters(gate=gate)
    rule = Decision("rule", Not(Shows("word")))
    sensing = senses({"word": WORD}, rule, texts={"word": letters}, budget_seconds=0.01)
    with trio.fail_after(5):
        results = await sensing.at_first(chat("a" * 10_001), Headers(()), "chat")
    gate.set()
    assert results["word"] == SignalResult.unknown("timeout")


@pytest.mark.parametrize(
    ("meaning", "result"),
    [
        (Meaning(), SignalResult(Match.MATCHED)),
        (Meaning(seconds=4.9), SignalResult(Match.MATCHED)),
        (Meaning(seconds=5.1), SignalResult.unknown("timeout")),
        (Meaning(error=NotLoadedError("not yet")), SignalResult.unknown("not_loaded")),
    ],
    ids=["at once", "in time", "too late", "in trouble"],
)
async def test_what_nobody_can_say_is_unknown(
    autojump_clock: trio.testing.MockClock, meaning: Meaning, result: SignalResult
) -> None:
    sensing = senses({"like": LIKE}, Decision("rule", Shows("like")), meanings={"like": meaning})
    assert await sensing.meant({}, "hi") == {"like": result}


async def test_the_times_of_those_who_wait_for_the_encoder_do_not_add_up(
    autojump_clock: trio.testing.MockClock,
) -> None:
    meanings = {str(at): Meaning(seconds=60) for at in range(5)}
    rule = Decision("rule", Every(tuple(map(Shows, meanings))))
    sensing = senses(dict.fromkeys(meanings, LIKE), rule, meanings=meanings)
    started = trio.current_time()
    results = await sensing.meant({}, "hi")
    assert trio.current_time() - started == pytest.approx(5)
    assert set(results.values()) == {SignalResult.unknown("timeout")}


async def test_meaning_that_is_settled_meanwhile_is_not_asked_for() -> None:
    one, two = Meaning(Match.NOT_MATCHED), Meaning()
    rule = Decision("rule", Every((Shows("one"), Shows("two"))))
    meanings = {"one": one, "two": two}
    sensing = senses({"one": LIKE, "two": LIKE}, rule, meanings=meanings)
    assert set(await sensing.meant({}, "hi")) == {"one"}
    assert two.asked == 0


async def test_what_the_classifier_said_is_concluded_from_only_if_it_matters() -> None:
    legal = CategorySignal(frozenset({"law"}))
    sensing = senses({"legal": legal, "gold": GOLD}, Decision("rule", Shows("legal")))
    said = Classification.ranked({"law": 0.9})
    assert sensing.turns_on_category({})
    assert sensing.concluded({}, None, said)["legal"].match is Match.MATCHED
    unknown = sensing.concluded({}, None, None)["legal"]
    assert unknown.match is Match.UNKNOWN
    known = {"legal": SignalResult(Match.NOT_MATCHED)}
    assert sensing.concluded(known, None, said) == known


async def test_what_is_beside_the_body_is_told_and_nothing_in_it() -> None:
    night = TimeSignal(dt.time(22), dt.time(6))
    signals: dict[str, Signal] = {
        "gold": GOLD,
        "night": night,
        "api": ApiSignal(frozenset({"chat"})),
        "word": WORD,
    }
    rule = Decision("rule", Every(tuple(map(Shows, signals))))
    told = set()
    for tier, hour in (("gold", 23), ("silver", 23), ("gold", 12), ("gold", 1)):
        sensing = senses(
            signals,
            rule,
            texts={"word": Letters()},
            now=lambda _, hour=hour: dt.datetime(2026, 1, 1, hour, tzinfo=dt.UTC),
        )
        results = await sensing.at_first(chat(), Headers.of({"x-tier": tier}), "chat")
        told.add(sensing.beside_body(results))
    assert told == {
        "gold=matched night=matched",
        "gold=not_matched night=matched",
        "gold=matched night=not_matched",
    }
