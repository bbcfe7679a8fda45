"""What an operator may write about signals, decisions and how models are chosen."""

from pathlib import Path
from typing import Any

import pytest

from semroute.adapters.settings import SettingsError
from semroute.app.config import policy_of
from semroute.domain.choosing.pinning import Pinning
from semroute.domain.choosing.quality import QualityKnob
from semroute.domain.routing import Capability, Price
from semroute.domain.signals.conditions import Every, Not, Shows, Some
from semroute.domain.signals.definitions import HeaderSignal, KeywordSignal

from .deciding import DOCUMENT, configured

URGENT = {"keywords": {"any": ["urgent"]}}
WHEN = {"when": "urgent"}


def mistakes(**changes: Any) -> dict[str, str]:
    with pytest.raises(SettingsError) as caught:
        configured(**changes)
    return {problem.place: problem.message for problem in caught.value.problems}


def signal(**kind: Any) -> dict[str, Any]:
    return {"signals": {"s": kind}}


def decision(**what: Any) -> dict[str, Any]:
    return {"signals": {"urgent": URGENT}, "decisions": {"d": {**WHEN, **what}}}


def routing(**what: Any) -> dict[str, Any]:
    return {"routing": {**DOCUMENT["routing"], **what}}


@pytest.mark.parametrize(
    ("changes", "place", "message"),
    [
        (signal(), "signals.s", "exactly one kind, and is of 0"),
        (signal(tools={}, api={"any": ["chat"]}), "signals.s", "is of 2 (tools, api)"),
        (signal(category={"any": []}), "signals.s.category.any", "at least one"),
        (signal(category={"any": ["lav"]}), "signals.s.category.any[0]", "did you mean 'law'?"),
        (signal(complexity={}), "signals.s.complexity.at_least", "always show"),
        (
            signal(complexity={"at_least": 0.5, "below": 0.5}),
            "signals.s.complexity.below",
            "nothing is at least 0.5 and below 0.5",
        ),
        (
            signal(complexity={"at_least": 0.5})
            | {"classifier": {"checkpoints": [{"directory": "x", "task": "category"}]}},
            "signals.s.complexity",
            "`average` and `escalate` keep it",
        ),
        (signal(context={"at_least": 9, "below": 8}), "signals.s.context.below", "nothing is"),
        (signal(keywords={}), "signals.s.keywords", "any, all or none"),
        (signal(keywords={"any": ["x", " "]}), "signals.s.keywords.any[1]", ""),
        (signal(regex={"pattern": "("}), "signals.s.regex.pattern", ""),
        (signal(similarity={"examples": []}), "signals.s.similarity.examples", "at least one"),
        (signal(language={"any": ["dee"]}), "signals.s.language.any[0]", "cannot tell|can tell"),
        (signal(language={"any": []}), "signals.s.language.any", "at least one"),
        (signal(pii={"any": []}), "signals.s.pii.any", "at least one"),
        (signal(modality={"any": []}), "signals.s.modality.any", "at least one"),
        (signal(api={"any": []}), "signals.s.api.any", "at least one"),
        (signal(api={"any": ["chats", "chat"]}), "signals.s.api.any[0]", "chat"),
        (signal(header={"name": "X-Tier"}), "signals.s.header.name", "regex"),
        (signal(time={"days": []}), "signals.s.time.days", "at least one"),
        (signal(time={"start": "24:00"}), "signals.s.time.start", "regex"),
        (
            signal(time={"zone": "Europe/Berlim"}),
            "signals.s.time.zone",
            "did you mean 'Europe/Berlin'?",
        ),
        (decision(when="urgnt"), "decisions.d.when", "did you mean 'urgent'?"),
        (
            decision(when={"all": ["urgent"], "none": [{"any": ["urgent", "urgnt"]}]}),
            "decisions.d.when.none[0].any[1]",
            "did you mean 'urgent'?",
        ),
        (decision(when={}), "decisions.d.when", "it must say something"),
        (decision(models={"eule": 1}), "decisions.d.models.eule", "did you mean 'euler'?"),
        (decision(canary={"eule": 0.1}), "decisions.d.canary.eule", "did you mean 'euler'?"),
        (
            decision(canary={"euler": 0.6, "portia": 0.5}),
            "decisions.d.canary",
            "more than 1 together",
        ),
        (decision(canary={"euler": 1.5}), "decisions.d.canary.euler", "<= 1"),
        (decision(headers={"host": "x"}), "decisions.d.headers.host", "somebody else"),
        (
            decision(headers={"x-semroute-model": "x"}),
            "decisions.d.headers.x-semroute-model",
            "somebody else",
        ),
        (decision(headers={"x-envoy-a": "x"}), "decisions.d.headers.x-envoy-a", "somebody else"),
        (decision(headers={"x-a": "a\nb"}), "decisions.d.headers.x-a", "regex"),
        (decision(reasoning="hard"), "decisions.d.reasoning", "high"),
        (decision(system_prompt={"text": ""}), "decisions.d.system_prompt.text", ""),
        (
            decision(tools={"keep": 1, "database": "nowhere.yaml"}),
            "decisions.d.tools.database",
            "cannot be used",
        ),
        (decision(tools={"keep": 0}), "decisions.d.tools.keep", ">= 1"),
        (routing(abstain_to="smal"), "routing.abstain_to", "did you mean 'small'?"),
        (routing(quality=0.1, min_quality=0.2), "routing.quality", "from 0.2 to 1"),
        (routing(quality=0.9, max_quality=0.8), "routing.quality", "from 0 to 0.8"),
        (routing(pin="sometimes"), "routing.pin", "always"),
        (
            {"models": {**DOCUMENT["models"], "new": {"endpoints": {"cpu": 1}, "family": "opnai"}}},
            "models.new.family",
            "",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_work_is_reported_with_its_place(
    changes: dict[str, Any], place: str, message: str
) -> None:
    found = mistakes(**changes)
    assert list(found) == [place]
    assert any(each in found[place] for each in message.split("|"))


def test_every_mistake_is_reported_at_once() -> None:
    decisions = {"d": {"when": "a"}, "e": {"when": {"all": ["b", "c"]}}}
    assert set(mistakes(decisions=decisions)) == {
        "decisions.d.when",
        "decisions.e.when.all[0]",
        "decisions.e.when.all[1]",
    }


def test_no_condition_is_deeper_than_anybody_can_follow() -> None:
    when: Any = "urgent"
    for _ in range(20):
        when = {"none": [when]}
    assert configured(**decision(when=when)).decisions["d"].when
    assert "deeper than 20" in mistakes(**decision(when={"none": [when]})).popitem()[1]


def test_what_stands_beside_each_other_must_hold_together() -> None:
    when = {"all": ["a", "b"], "any": ["c", {"none": ["d"]}], "none": ["e"]}
    signals = dict.fromkeys("abcde", URGENT)
    policy = policy_of(configured(signals=signals, decisions={"d": {"when": when}}))
    (only,) = policy.decisions
    assert only.condition == Every(
        (Shows("a"), Shows("b"), Some((Shows("c"), Not(Shows("d")))), Not(Shows("e")))
    )


def test_decisions_are_asked_by_priority_and_then_as_they_are_written() -> None:
    priorities = {"a": 1, "b": 5, "c": 1, "d": -1}
    decisions = {name: {**WHEN, "priority": at} for name, at in priorities.items()}
    policy = policy_of(configured(signals={"urgent": URGENT}, decisions=decisions))
    assert [each.name for each in policy.decisions] == ["b", "a", "c", "d"]


def test_what_is_written_is_what_is_meant() -> None:
    models = {
        **DOCUMENT["models"],
        "big": {
            "endpoints": {"gpu": 1},
            "price": {"input": 1, "output": 2},
            "context": 1000,
            "can": ["tools", "images"],
            "latency_ms": 0,
        },
    }
    policy = policy_of(
        configured(
            models=models,
            signals={"s": {"header": {"name": "x-tier", "any": ["gold"]}}, "urgent": URGENT},
            **routing(quality=0.5, min_quality=0.4, max_quality=0.6, pin="always"),
        )
    )
    big = policy.models["big"]
    assert (big.price, big.context, big.latency_ms) == (Price(1, 2), 1000, 0)
    assert big.capabilities == frozenset({Capability.TOOLS, Capability.IMAGES})
    assert policy.signals["s"] == HeaderSignal("x-tier", frozenset({"gold"}))
    assert policy.signals["urgent"] == KeywordSignal(("urgent",))
    assert policy.knob == QualityKnob(0.5, 0.4, 0.6)
    assert policy.pinning is Pinning.ALWAYS


@pytest.mark.parametrize(
    "changes",
    [
        {"signals": {"urgent": URGENT}},
        decision(),
        decision(system_prompt={"text": "Answer in one word."}),
        routing(quality=0.5),
        {"models": {**DOCUMENT["models"], "small": {"endpoints": {"cpu": 1}, "context": 9}}},
        {"reasoning": {"own": {"description": "ours", "chat": {"high": {"think": True}}}}},
        {"classifier": {"heads": "elsewhere"}},
        {"classifier": {"checkpoints": [{"directory": "mine", "task": "category"}]}},
        {"classifier": {"fast": {"mode": "first"}}},
    ],
    ids=[
        "a signal",
        "a decision",
        "what it says",
        "quality",
        "a model",
        "how it is told to reason",
        "heads",
        "a checkpoint",
        "the fast tier",
    ],
)
def test_what_changes_what_is_asked_makes_kept_answers_another_matter(
    changes: dict[str, Any],
) -> None:
    assert policy_of(configured(**changes)).revision != policy_of(configured()).revision


def test_a_file_of_tools_that_is_there_is_no_mistake(tmp_path: Path) -> None:
    file = tmp_path / "tools.yaml"
    file.write_text(
        "- {type: function, function: {name: a, description: b, parameters: {type: object}}}\n"
    )
    settings = configured(**decision(tools={"keep": 1, "database": str(file)}))
    assert policy_of(settings).decisions[0].tools is not None
