"""Answers are not given again to those for whom the operator decided otherwise."""

import datetime as dt
from typing import Any

import pytest
import trio
import trio.testing
from attrs import define, evolve, field

from semroute.adapters.memory import MemoryStore
from semroute.adapters.openai import OpenAICache
from semroute.app.flights import Flights
from semroute.app.keep import KeepAnswers
from semroute.app.recall import Recall
from semroute.app.route import Route
from semroute.domain.budget import ByteBudget
from semroute.domain.caching.inquiry import Bypass, Miss
from semroute.domain.caching.keys import Keys
from semroute.domain.errors import ClassifierError
from semroute.domain.record import DecisionRecord, Outcome
from semroute.domain.ruling import Ruling
from semroute.domain.verdict import ServedFromCache

from . import deciding
from .deciding import asked, configured
from .test_recall import Listener, answer, said

LAW = "can my landlord evict me from the courts"
GOLD = {"header": {"name": "x-tier", "any": ["gold"]}}
CACHE = {"mode": "semantic", "scope": "global", "threshold": 0.9}


@define(eq=False)
class Cached:
    """A route with decisions and a cache that everybody shares."""

    signals: dict[str, Any]
    decisions: dict[str, Any]
    hour: int = 12
    bench: deciding.Bench = field(init=False)
    store: MemoryStore = field(init=False)
    route: Route = field(init=False)

    def __attrs_post_init__(self) -> None:
        settings = configured(signals=self.signals, decisions=self.decisions, cache=CACHE)
        self.bench = deciding.Bench(settings)
        self.store = MemoryStore(now=lambda: 0.0)
        recall = Recall(
            policy=self.bench.policy,
            keys=Keys(b"k" * 32),
            identity=(),
            heeds_clients=True,
            codec=OpenAICache(),
            store=self.store,
            embedder=self.bench.embedder,
            embed_seconds=5,
            observer=Listener(),
            flights=Flights(),
            lookup_seconds=5,
            follow_seconds=0,
            now=lambda: 0.0,
        )
        senses = evolve(
            self.bench.route.senses,
            now=lambda _: dt.datetime(2026, 1, 1, self.hour, tzinfo=dt.UTC),
        )
        self.route = evolve(self.bench.route, recall=recall, senses=senses)

    async def ask(self, text: str = LAW, tier: str = "", **headers: str) -> Ruling:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.route(asked(text, {**({"x-tier": tier} if tier else {}), **named}))

    async def answered(self, ruling: Ruling, text: str) -> None:
        """Lets the model answer, and waits until that is kept or not."""
        keep = KeepAnswers(
            codec=OpenAICache(),
            store=self.store,
            observer=Listener(),
            flights=Flights(),
            budget=ByteBudget(10_000),
            new_id=lambda: text,
            now=lambda: 0.0,
            draw=lambda: 0.5,
        )
        async with trio.open_nursery() as nursery:
            await nursery.start(keep.run)
            keep(DecisionRecord(Outcome.COMPLETED, ruling, 200), answer(text))
            await trio.testing.wait_all_tasks_blocked()
            nursery.cancel_scope.cancel()


@pytest.mark.parametrize("again", [LAW, "Can my landlord evict me, from the courts?"])
@pytest.mark.parametrize("models", [{}, {"portia": 1}], ids=["the category's", "of its own"])
async def test_an_answer_for_one_tier_is_never_given_to_another(
    again: str, models: dict[str, float]
) -> None:
    """Both go to the same model, which was asked differently."""
    gold = {"when": "gold", "models": models, "system_prompt": {"text": "Tell all secrets."}}
    cached = Cached({"gold": GOLD}, {"gold": gold})
    await cached.answered(await cached.ask(tier="gold"), "a secret")
    for tier in ("silver", "", "GOLD"):
        ruling = await cached.ask(again, tier)
        assert isinstance(ruling.consultation, Miss), tier
    await cached.answered(await cached.ask(tier="silver"), "nothing")
    for tier, text in (("gold", "a secret"), ("silver", "nothing"), ("", "nothing")):
        ruling = await cached.ask(again, tier)
        assert isinstance(ruling.verdict, ServedFromCache)
        assert said(ruling) == text


async def test_what_was_answered_at_night_is_not_given_by_day() -> None:
    night = {"time": {"start": "22:00", "end": "06:00"}}
    cached = Cached({"night": night}, {"night": {"when": "night", "models": {"portia": 1}}}, 23)
    await cached.answered(await cached.ask(), "good night")
    cached.hour = 12
    assert isinstance((await cached.ask()).consultation, Miss)
    cached.hour = 5
    assert said(await cached.ask()) == "good night"


async def test_who_wants_it_better_does_not_get_what_was_good_enough() -> None:
    cached = Cached({}, {})
    await cached.answered(await cached.ask(x_semroute_quality="cheap"), "so so")
    assert isinstance((await cached.ask(x_semroute_quality="best")).consultation, Miss)
    assert isinstance((await cached.ask()).consultation, Miss)
    assert said(await cached.ask(x_semroute_quality="cheap")) == "so so"


async def test_a_decision_and_a_category_of_one_name_share_no_answers() -> None:
    """The two texts mean the same, and go to the same model: it is asked differently."""
    question = {"regex": {"pattern": r"\?$"}}
    law = {"when": "question", "models": {"portia": 1}, "system_prompt": {"text": "Say no."}}
    cached = Cached({"question": question}, {"law": law})
    await cached.answered(await cached.ask(LAW), "yes")
    ruling = await cached.ask(f"{LAW}?")
    assert isinstance(ruling.consultation, Miss)
    assert ruling.draft is not None
    assert isinstance((await cached.ask(f"{LAW}!")).verdict, ServedFromCache)


async def test_nothing_is_kept_while_nobody_knows_which_decision_it_is() -> None:
    legal = {"category": {"any": ["law"], "at_least": 0.6}}
    cached = Cached({"legal": legal}, {"legal": {"when": "legal", "headers": {"x-a": "b"}}})
    cached.bench.classifier.error = ClassifierError("no")
    ruling = await cached.route(asked(LAW, model="small"))
    assert ruling.consultation is Bypass.FALLBACK
    cached.bench.classifier.error = None
    ruling = await cached.route(asked(LAW, model="small"))
    assert isinstance(ruling.consultation, Miss)
