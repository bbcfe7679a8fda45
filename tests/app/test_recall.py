"""What is found in the cache, and that its troubles are nobody else's."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
import trio
import trio.testing
from attrs import define, evolve, field

from semroute.adapters.memory import FaultyClassifier, MemoryStore, WordEmbedder
from semroute.adapters.openai import OpenAICache
from semroute.app.flights import Flights, Landing
from semroute.app.keep import KeepAnswers
from semroute.app.recall import Recall
from semroute.app.route import Route
from semroute.app.turn import Turn
from semroute.domain.budget import ByteBudget
from semroute.domain.caching.entry import Entry, Neighbour, Selection
from semroute.domain.caching.inquiry import Bypass, Hit, HitKind, Miss, Missed
from semroute.domain.caching.keys import Keys
from semroute.domain.caching.rules import CacheMode, CacheRules, CacheScope
from semroute.domain.errors import CacheError, ClassifierError
from semroute.domain.headers import Headers
from semroute.domain.http import HttpRequest, LocalReply
from semroute.domain.record import DecisionRecord, Outcome, UpstreamAnswer
from semroute.domain.ruling import Ruling
from semroute.domain.verdict import ServedFromCache

from .conftest import POLICY, asks, route_with

NOW = 1_800_000_000.0
ALICE = {"authorization": "Bearer alice"}
SEMANTIC = CacheRules(CacheMode.SEMANTIC, threshold=0.9)
LAW = "can my landlord evict me from the courts"


@define(eq=False)
class Listener:
    """Hears what happens in the cache."""

    asked: list[tuple[str, str]] = field(factory=list)
    judged: list[str] = field(factory=list)
    fates: list[str] = field(factory=list)
    roles: list[str] = field(factory=list)

    def store_asked(self, operation: str, result: str, seconds: float) -> None:
        assert seconds >= 0
        self.asked.append((operation, result))

    def neighbour_judged(self, similarity: float, verdict: str) -> None:
        assert -1.01 <= similarity <= 1.01
        self.judged.append(verdict)

    def answer_judged(self, fate: str) -> None:
        self.fates.append(fate)

    def flight_joined(self, role: str) -> None:
        self.roles.append(role)


@define(eq=False)
class FaultyStore:
    """A store that fails, or takes its time."""

    store: MemoryStore
    error: Exception | None = None
    delay_seconds: float = 0.0

    async def _suffer(self) -> None:
        await trio.sleep(self.delay_seconds)
        if self.error is not None:
            raise self.error

    async def exact(self, key: bytes) -> Entry | None:
        await self._suffer()
        return await self.store.exact(key)

    async def nearest(self, partition: bytes, vector: bytes, count: int) -> Sequence[Neighbour]:
        await self._suffer()
        return await self.store.nearest(partition, vector, count)

    async def put(self, entry: Entry) -> None:
        await self._suffer()
        await self.store.put(entry)

    async def remove(self, ids: Sequence[str]) -> int:
        await self._suffer()
        return await self.store.remove(ids)


@define(eq=False)
class Bench:
    """A route with a cache, and a way to answer as its models do."""

    rules: CacheRules = SEMANTIC
    identity: tuple[str, ...] = ("authorization",)
    time: float = NOW
    follow_seconds: float = 0.0
    budget_bytes: int = 10_000
    listener: Listener = field(factory=Listener)
    flights: Flights = field(factory=Flights)
    embedder: Any = field(factory=WordEmbedder)
    store: FaultyStore = field(init=False)
    route: Route = field(init=False)
    keep: KeepAnswers = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.store = FaultyStore(MemoryStore(now=lambda: self.time))

    def over(self, classifier: FaultyClassifier) -> "Bench":
        policy = evolve(POLICY, cache=self.rules, revision="r1")
        store = self.store
        recall = Recall(
            policy=policy,
            keys=Keys(b"k" * 32),
            identity=self.identity,
            heeds_clients=True,
            codec=OpenAICache(),
            store=store,
            embedder=self.embedder,
            embed_seconds=0.5,
            observer=self.listener,
            flights=self.flights,
            lookup_seconds=0.05,
            follow_seconds=self.follow_seconds,
            now=lambda: self.time,
        )
        self.route = evolve(route_with(classifier, policy), recall=recall)
        numbers = iter(range(1000))
        self.keep = KeepAnswers(
            codec=OpenAICache(),
            store=store,
            observer=self.listener,
            flights=self.flights,
            budget=ByteBudget(self.budget_bytes),
            new_id=lambda: f"e{next(numbers)}",
            now=lambda: self.time,
            draw=lambda: 0.5,
        )
        return self

    async def ask(self, text: str, headers: dict[str, str] = ALICE, **fields: Any) -> Ruling:
        request = asks(text, **fields)
        return await self.route(with_headers(request, headers))

    async def answered(self, ruling: Ruling, text: str = "No.", **record: Any) -> None:
        """Lets the model answer, and waits until that is kept or not."""
        finished = evolve(DecisionRecord(Outcome.COMPLETED, ruling, 200), **record)
        async with trio.open_nursery() as nursery:
            await nursery.start(self.keep.run)
            self.keep(finished, answer(text))
            await trio.testing.wait_all_tasks_blocked()
            nursery.cancel_scope.cancel()


def with_headers(request: HttpRequest, headers: dict[str, str]) -> HttpRequest:
    return evolve(request, headers=Headers((*request.headers, *Headers.of(headers))))


def answer(text: str) -> UpstreamAnswer:
    document = {
        "id": "c1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": text},
                "finish_reason": "stop",
            }
        ],
        "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3},
    }
    headers = Headers.of({":status": "200", "content-type": "application/json"})
    return UpstreamAnswer(headers, json.dumps(document).encode())


def said(ruling: Ruling) -> str:
    assert isinstance(ruling.action, LocalReply)
    return str(json.loads(ruling.action.body)["choices"][0]["message"]["content"])


def missed(ruling: Ruling) -> Missed:
    assert isinstance(ruling.consultation, Miss)
    return ruling.consultation.why


async def test_the_same_request_is_answered_without_asking_what_it_is_about(
    classifier: FaultyClassifier,
) -> None:
    bench = Bench().over(classifier)
    await bench.answered(await bench.ask(LAW), "Only with notice.")
    classifier.error = ClassifierError("nobody should ask")
    bench.time += 60
    ruling = await bench.ask(LAW)
    assert isinstance(ruling.verdict, ServedFromCache)
    assert ruling.verdict.hit.kind is HitKind.EXACT
    assert ruling.verdict.hit.age_seconds == 60
    assert said(ruling) == "Only with notice."
    assert bench.embedder.calls == 1  # for the entry


async def test_a_text_that_means_the_same_is_answered_if_nothing_in_it_disagrees(
    classifier: FaultyClassifier,
) -> None:
    bench = Bench().over(classifier)
    await bench.answered(await bench.ask(LAW), "Only with notice.")
    ruling = await bench.ask("Can my landlord evict me, from the courts?")
    assert isinstance(ruling.verdict, ServedFromCache)
    assert ruling.verdict.hit.kind is HitKind.SEMANTIC
    assert ruling.response_headers == {}  # they are in the reply itself
    assert isinstance(ruling.action, LocalReply)
    told = dict(ruling.action.headers)
    assert told["x-semroute-cache-kind"] == b"semantic"
    assert told["x-semroute-cache-similarity"] == b"1.000"
    assert (
        missed(await bench.ask("Can my landlord not evict me, from the courts?")) is Missed.ABSENT
    )
    assert bench.listener.judged == ["hit", "negation"]


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"temperature": 0.4}, Bypass.TEMPERATURE),
        ({"n": 2}, Bypass.CHOICES),
        ({"headers": {}}, Bypass.IDENTITY),
        ({"headers": ALICE | {"cache-control": "no-store"}}, Bypass.CLIENT),
    ],
)
async def test_what_goes_past_the_cache_says_why(
    classifier: FaultyClassifier, fields: dict[str, Any], why: Bypass
) -> None:
    bench = Bench().over(classifier)
    ruling = await bench.ask(LAW, **fields)
    assert ruling.consultation is why
    assert ruling.draft is None
    assert ruling.response_headers["x-semroute-cache"] == "bypass"


async def test_a_request_that_went_elsewhere_by_chance_is_not_kept(
    classifier: FaultyClassifier,
) -> None:
    bench = Bench().over(classifier)
    classifier.error = ClassifierError("no")
    assert (await bench.ask(LAW)).consultation is Bypass.FALLBACK


async def test_what_is_warm_is_found_by_the_same_request_only(classifier: FaultyClassifier) -> None:
    bench = Bench(evolve(SEMANTIC, max_temperature=1)).over(classifier)
    await bench.answered(await bench.ask(LAW, temperature=0.8))
    assert isinstance((await bench.ask(LAW + "?", temperature=0.8)).consultation, Miss)
    assert isinstance((await bench.ask(LAW, temperature=0.8)).consultation, Hit)
    assert bench.embedder.calls == 0


async def test_everybody_shares_where_the_scope_is_global(classifier: FaultyClassifier) -> None:
    bench = Bench(evolve(CacheRules(CacheMode.EXACT), scope=CacheScope.GLOBAL)).over(classifier)
    await bench.answered(await bench.ask(LAW, headers={}))
    assert isinstance((await bench.ask(LAW, headers=ALICE)).consultation, Hit)


@pytest.mark.parametrize("text", [LAW, "Can my landlord evict me from the courts?"])
async def test_a_tombstone_keeps_an_answer_from_being_given_or_kept(
    classifier: FaultyClassifier, text: str
) -> None:
    bench = Bench().over(classifier)
    await bench.answered(await bench.ask(LAW))
    (entry,) = [entry async for entry in bench.store.store.scan(Selection())]
    await bench.store.store.put(evolve(entry, id="t", answer=None))
    ruling = await bench.ask(text)
    assert missed(ruling) is Missed.TOMBSTONE
    assert ruling.draft is None


async def test_an_answer_is_given_until_it_expires_and_no_longer_for_being_used(
    classifier: FaultyClassifier,
) -> None:
    bench = Bench(evolve(SEMANTIC, ttl_seconds=100)).over(classifier)
    await bench.answered(await bench.ask(LAW))
    for _ in range(9):
        bench.time += 11
        assert isinstance((await bench.ask(LAW)).consultation, Hit)
    bench.time += 11
    assert isinstance((await bench.ask(LAW)).consultation, Miss)


async def test_a_clock_that_steps_back_makes_no_answer_younger_than_new(
    classifier: FaultyClassifier,
) -> None:
    bench = Bench().over(classifier)
    await bench.answered(await bench.ask(LAW))
    bench.time -= 86_400
    ruling = await bench.ask(LAW)
    assert isinstance(ruling.consultation, Hit)
    assert ruling.consultation.age_seconds == 0


async def test_a_client_may_ask_for_a_younger_answer_or_a_shorter_stay(
    classifier: FaultyClassifier,
) -> None:
    bench = Bench().over(classifier)
    await bench.answered(await bench.ask(LAW, headers=ALICE | {"x-semroute-cache": "ttl=50"}))
    bench.time += 20
    young = ALICE | {"cache-control": "max-age=10"}
    assert isinstance((await bench.ask(LAW, headers=young)).consultation, Miss)
    assert isinstance((await bench.ask(LAW)).consultation, Hit)
    bench.time += 31
    assert isinstance((await bench.ask(LAW)).consultation, Miss)


async def test_a_store_in_trouble_is_a_miss_and_soon_not_asked_any_more(
    classifier: FaultyClassifier, autojump_clock: trio.testing.MockClock
) -> None:
    bench = Bench().over(classifier)
    bench.store.error = CacheError("no")
    for _ in range(4):
        ruling = await bench.ask(LAW)
        assert missed(ruling) is Missed.TROUBLE
        assert ruling.draft is not None
    assert bench.listener.asked[:2] == [("exact", "error"), ("nearest", "error")]
    assert bench.listener.asked[-1] == ("nearest", "paused")
    bench.store.error = None
    await trio.sleep(11)
    await bench.answered(await bench.ask(LAW))
    assert isinstance((await bench.ask(LAW)).consultation, Hit)


async def test_a_slow_store_costs_a_request_no_more_than_it_may(
    classifier: FaultyClassifier, autojump_clock: trio.testing.MockClock
) -> None:
    bench = Bench().over(classifier)
    bench.store.delay_seconds = 60
    started = trio.current_time()
    assert missed(await bench.ask(LAW)) is Missed.TROUBLE
    assert trio.current_time() - started == pytest.approx(0.1)
    assert bench.listener.asked == [("exact", "timeout"), ("nearest", "timeout")]


@pytest.mark.parametrize("seconds", [0.0, 60.0])
async def test_without_a_vector_the_same_request_is_still_kept(
    classifier: FaultyClassifier,
    autojump_clock: trio.testing.MockClock,
    seconds: float,
) -> None:
    class Mute:
        revision = "mute"

        async def embed(self, text: str) -> bytes:
            await trio.sleep(seconds)
            message = f"no vector for {len(text)} characters"
            raise ClassifierError(message)

    bench = Bench(embedder=Mute()).over(classifier)
    await bench.answered(await bench.ask(LAW))
    assert isinstance((await bench.ask(LAW)).consultation, Hit)


async def test_no_tenant_gets_what_another_asked(classifier: FaultyClassifier) -> None:
    """Each of 330 tenants asks the same; there are 108,570 ordered pairs of them."""
    bench = Bench().over(classifier)
    async with trio.open_nursery() as nursery:
        await nursery.start(bench.keep.run)
        tenants = [{"authorization": f"Bearer {number}"} for number in range(330)]
        for tenant in tenants:
            ruling = await bench.ask(LAW, headers=tenant)
            assert isinstance(ruling.consultation, Miss), "nobody else's answer was given"
            record = DecisionRecord(Outcome.COMPLETED, ruling, 200)
            bench.keep(record, answer(tenant["authorization"]))
            await trio.testing.wait_all_tasks_blocked()
        for tenant in tenants:
            assert said(await bench.ask(LAW, headers=tenant)) == tenant["authorization"]
        nursery.cancel_scope.cancel()


async def test_a_store_that_cannot_keep_tells_so_and_frees_who_waits(
    classifier: FaultyClassifier,
) -> None:
    bench = Bench(follow_seconds=10).over(classifier)
    ruling = await bench.ask(LAW)
    assert ruling.draft is not None
    assert ruling.draft.leads
    bench.store.error = CacheError("full")
    await bench.answered(ruling)
    assert bench.listener.fates == ["error"]
    assert len(bench.flights) == 0


async def test_what_does_not_fit_into_memory_is_not_kept(classifier: FaultyClassifier) -> None:
    bench = Bench(budget_bytes=10).over(classifier)
    await bench.answered(await bench.ask(LAW))
    assert bench.listener.fates == ["busy"]


@pytest.mark.parametrize("outcome", [Outcome.ABANDONED, Outcome.HANDED_OVER])
async def test_what_did_not_come_to_its_end_is_not_kept(
    classifier: FaultyClassifier, outcome: Outcome
) -> None:
    bench = Bench().over(classifier)
    await bench.answered(await bench.ask(LAW), outcome=outcome)
    assert bench.listener.fates == ["incomplete"]


async def test_who_follows_for_too_long_asks_for_himself(
    classifier: FaultyClassifier, autojump_clock: trio.testing.MockClock
) -> None:
    bench = Bench(follow_seconds=10).over(classifier)
    extensions: list[float] = []

    async def extend(seconds: float) -> None:
        extensions.append(seconds)

    request = with_headers(asks(LAW), ALICE)
    leader = await bench.route(request, Turn(extend))
    started = trio.current_time()
    follower = await bench.route(request, Turn(extend))
    assert missed(follower) is Missed.ABSENT
    assert follower.draft is None  # the first still is about to keep it
    assert trio.current_time() - started == pytest.approx(10)
    assert extensions == [11]
    assert bench.listener.roles == ["lead", "follow"]
    assert leader.draft is not None
    flight = bench.flights.of(leader.draft.exact)
    assert flight is not None
    flight.land(Landing.UNFIT)
    assert (await bench.route(request, Turn(extend))).draft is not None


async def test_streams_neither_lead_nor_follow(classifier: FaultyClassifier) -> None:
    bench = Bench(follow_seconds=10).over(classifier)
    first = await bench.ask(LAW, stream=True)
    second = await bench.ask(LAW, stream=True)
    assert bench.listener.roles == []
    assert first.draft is not None
    assert second.draft is not None
