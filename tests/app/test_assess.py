"""How often the encoder is asked for an operator's decisions."""

from typing import Any

import pytest

from semroute.domain.errors import NotLoadedError
from semroute.domain.reasons import Reason
from semroute.domain.ruling import Ruling
from semroute.domain.verdict import Blocked, Routed

from .conftest import post
from .deciding import Bench, asked, configured

URGENT = {"keywords": {"any": ["urgent"]}}
REFUND = {"similarity": {"examples": ["i want my money back"], "at_least": 0.9}}
LEGAL = {"category": {"any": ["law"], "at_least": 0.6}}
HARD = {"complexity": {"at_least": 0.5}}
LAW = "can my landlord evict me from the courts"


def bench(signals: dict[str, Any], decisions: dict[str, Any], **changes: Any) -> Bench:
    return Bench(configured(signals=signals, decisions=decisions, **changes))


async def warmed(bench: Bench) -> Bench:
    await bench.policies.warm()
    bench.embedder.calls = 0
    return bench


def decision_of(ruling: Ruling) -> str | None:
    assert isinstance(ruling.verdict, Routed)
    return ruling.verdict.decision.decision


async def test_a_cheap_decision_that_names_models_asks_nobody() -> None:
    one = {"urgent": {"when": "urgent", "models": {"euler": 1}, "priority": 1}}
    both = {**one, "refund": {"when": "refund", "models": {"portia": 1}}}
    asking = await warmed(bench({"urgent": URGENT, "refund": REFUND}, both))
    ruling = await asking.route(asked("this is urgent"))
    assert decision_of(ruling) == "urgent"
    assert isinstance(ruling.verdict, Routed)
    assert (ruling.verdict.decision.model, ruling.verdict.decision.reason) == (
        "euler",
        Reason.RULE,
    )
    assert (asking.classifier.asked, asking.embedder.calls) == (0, 0)


async def test_one_that_names_no_models_leaves_them_to_the_category() -> None:
    asking = bench({"urgent": URGENT}, {"urgent": {"when": "urgent"}})
    ruling = await asking.route(asked(f"urgent: {LAW}"))
    assert decision_of(ruling) == "urgent"
    assert isinstance(ruling.verdict, Routed)
    assert ruling.verdict.decision.model == "portia"
    assert asking.classifier.asked == 1


async def test_what_is_ruled_out_by_letters_is_not_looked_into() -> None:
    when = {"all": ["urgent", "refund"]}
    asking = await warmed(
        bench(
            {"urgent": URGENT, "refund": REFUND}, {"both": {"when": when, "models": {"euler": 1}}}
        )
    )
    assert decision_of(await asking.route(asked(LAW))) is None
    assert asking.embedder.calls == 0
    # That nothing is decided leaves the model to the category.
    assert asking.classifier.asked == 1


async def test_meaning_category_and_complexity_are_asked_once_each() -> None:
    signals = {"refund": REFUND, "legal": LEGAL, "hard": HARD}
    decisions = {name: {"when": name, "models": {"euler": 1}} for name in signals}
    asking = await warmed(bench(signals, decisions))
    ruling = await asking.route(asked("i want my money back"))
    assert decision_of(ruling) == "refund"
    assert (asking.classifier.asked, asking.embedder.calls) == (1, 1)


async def test_an_explicit_model_asks_nobody_unless_it_is_bound_by_what_is_decided() -> None:
    asking = bench({"urgent": URGENT}, {"urgent": {"when": "urgent"}})
    await asking.route(asked(LAW, model="small"))
    assert asking.classifier.asked == 0
    asking = bench({"legal": LEGAL}, {"legal": {"when": "legal", "models": {"portia": 1}}})
    assert decision_of(await asking.route(asked(LAW, model="small"))) is None
    assert asking.classifier.asked == 0
    bound = {"legal": {"when": "legal", "headers": {"x-team": "a"}}}
    asking = bench({"legal": LEGAL}, bound)
    assert decision_of(await asking.route(asked(LAW, model="small"))) == "legal"
    assert asking.classifier.asked == 1


async def test_what_is_in_the_text_may_decide() -> None:
    signals = {"personal": {"pii": {"any": ["email"]}}, "attack": {"jailbreak": {"at_least": 0.5}}}
    decisions = {
        "attack": {"when": "attack", "models": {"portia": 1}, "priority": 1},
        "personal": {"when": "personal", "models": {"euler": 1}},
    }
    asking = bench(signals, decisions)
    assert decision_of(await asking.route(asked("write to a@example.org"))) == "personal"
    assert decision_of(await asking.route(asked("write to nobody"))) is None


@pytest.mark.parametrize("model", ["auto", "small"])
async def test_guards_hold_as_long_as_nobody_knows_whether_they_are_meant(model: str) -> None:
    guards = {"pii": {"mode": "enforce", "actions": {"email": "block"}}}
    asking = bench({"legal": LEGAL}, {"legal": {"when": "legal", "guards": guards}})
    about_math = "solve the equation of a@example.org"
    assert isinstance((await asking.route(asked(about_math, model=model))).verdict, Routed)
    assert isinstance(
        (await asking.route(asked(f"{LAW} a@example.org", model=model))).verdict, Blocked
    )
    asking.classifier.error = NotLoadedError("not yet")
    ruling = await asking.route(asked(about_math, model=model))
    assert isinstance(ruling.verdict, Blocked)


async def test_a_request_without_any_text_is_decided_by_the_rest() -> None:
    signals = {"picture": {"modality": {"any": ["image"]}}, "refund": REFUND, "legal": LEGAL}
    decisions = {
        "picture": {"when": "picture", "models": {"euler": 1}, "priority": 1},
        "refund": {"when": {"all": ["refund", "legal"]}, "models": {"portia": 1}},
    }
    asking = bench(signals, decisions)
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    request = post(messages=[{"role": "user", "content": [image]}])
    assert decision_of(await asking.route(request)) == "picture"
    assert (asking.classifier.asked, asking.embedder.calls) == (0, 0)
