"""Checkpoints in the configuration, and what cannot be."""

from typing import Any

import pytest

from semroute.app.checkpoints import CheckpointSettings
from semroute.domain.opinions import Add, Average, Escalate, Replace

from .test_config import loaded, mistakes

PLACE = "classifier.checkpoints"


def checkpoint(task: str = "category", **changes: Any) -> dict[str, Any]:
    return {"directory": "models/mine", "task": task} | changes


def with_checkpoints(*each: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"classifier": {"checkpoints": list(each)} | more}


def with_tools(*each: dict[str, Any], keep: int = 5) -> dict[str, Any]:
    signals = {"urgent": {"keywords": {"any": ["urgent"]}}}
    decisions = {"many": {"when": "urgent", "tools": {"keep": keep}}}
    return with_checkpoints(*each) | {"signals": signals, "decisions": decisions}


def only(**changes: Any) -> CheckpointSettings:
    (settings,) = loaded(**with_checkpoints(checkpoint(**changes))).classifier.checkpoints
    return settings


def test_there_are_none_unless_somebody_has_some() -> None:
    assert loaded().classifier.checkpoints == ()


def test_how_they_count_is_a_rule() -> None:
    assert only().deciding == Replace()
    assert only(use="average").deciding == Average(0.5)
    assert only(use="average", weight=0.2).deciding == Average(0.2)
    assert only(use="escalate").deciding == Escalate(0.6)
    assert only(use="escalate", below=0.9).deciding == Escalate(0.9)
    assert only(task="entities").finding == Replace()
    assert only(task="entities", use="add").finding == Add()
    assert only(use="replace").ordering == Replace()
    assert only(use="average", weight=0.2).ordering == Average(0.2)
    assert only(use="average").ordering == Average(0.5)


@pytest.mark.parametrize(
    ("settings", "place", "message"),
    [
        (checkpoint(use="add"), "use", "for category it must be one of replace, average, escal"),
        (checkpoint("attacks", use="add"), "use", "for attacks it must be one of replace, av"),
        (checkpoint("entities", use="average"), "use", "for entities it must be one of repl"),
        (checkpoint("jailbreak"), "task", "it must be one of category, attacks, entities, tools"),
        (checkpoint("entity"), "task", "did you mean 'entities'?"),
        (checkpoint(use="replaces"), "use", "did you mean 'replace'?"),
        (checkpoint(top=30), "top", "`task: tools` only"),
        (checkpoint("tools"), "task", "no decision chooses tools (`decisions.NAME.tools.keep`)"),
        (checkpoint(below=0.5), "below", "`use: escalate` only"),
        (checkpoint(weight=0.5), "weight", "`use: average` only"),
        (checkpoint(use="average", weight=1), "weight", "< 1"),
        (checkpoint(use="escalate", below=60), "below", "<= 1"),
        (checkpoint(max_tokens=4), "max_tokens", ">= 8"),
        (checkpoint(temperature=0), "temperature", "> 0"),
        (checkpoint(directory=""), "directory", "length >= 1"),
        (checkpoint(label={}), "label", "unknown key; did you mean 'labels'?"),
        (checkpoint(labels={"A": "maths"}), "labels.A", "called maths; did you mean 'math'?"),
        (checkpoint(labels={"A": "math", "a": "math"}), "labels.a", "there twice, as 'A' too"),
        (checkpoint("attacks", labels={0: "bening"}), "labels.0", "did you mean 'benign'?"),
        (checkpoint("entities", labels={0: "O", 1: "I-persona"}), "labels.1", "mean 'person'?"),
        (checkpoint(labels=["math"]), "labels", "a mapping, or the name of a file"),
        (checkpoint("attacks", labels={"A": "bening"}), "labels.A", "did you mean 'benign'?"),
        (checkpoint("entities", labels={"PER": "persona"}), "labels.PER", "mean 'person'?"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_a_suggestion(
    settings: dict[str, Any], place: str, message: str
) -> None:
    assert message in mistakes(**with_checkpoints(settings))[f"{PLACE}[0].{place}"]


@pytest.mark.parametrize(
    ("changes", "place", "message"),
    [
        ({"use": "escalate"}, "use", "for tools it must be one of replace, average"),
        ({"labels": {"LABEL_0": "fits"}}, "labels", "a reranker has one output, and no labels"),
        ({"temperature": 2}, "temperature", "it changes no order of tools"),
        ({"top": 5}, "top", "more than decisions.many.tools.keep, which is 5"),
        ({"top": 1}, "top", ">= 2"),
    ],
)
def test_a_mistake_about_a_reranker_is_told(
    changes: dict[str, Any], place: str, message: str
) -> None:
    found = mistakes(**with_tools(checkpoint("tools", **changes)))
    assert message in found.pop(f"{PLACE}[0].{place}")
    assert found == {}


def test_the_most_tools_that_are_read_are_more_than_any_that_stay() -> None:
    assert mistakes(**with_tools(checkpoint("tools"), keep=20)).keys() == {f"{PLACE}[0].top"}
    (settings,) = loaded(**with_tools(checkpoint("tools"), keep=19)).classifier.checkpoints
    assert settings.most_tools == 20


def test_one_reranker_may_follow_another_if_it_reads_fewer() -> None:
    first, second = checkpoint("tools", top=50), checkpoint("tools", top=10)
    read = loaded(**with_tools(first, second)).classifier.checkpoints
    assert [each.most_tools for each in read] == [50, 10]
    assert mistakes(**with_tools(second, first)).keys() == {f"{PLACE}[1].use"}
    assert mistakes(**with_tools(first, first)).keys() == {f"{PLACE}[1].use"}
    assert loaded(**with_tools(second, first | {"use": "average"}))
    # The second's fifty are in an order that depends on the first.
    between = checkpoint("tools", top=50, use="average")
    assert loaded(**with_tools(checkpoint("tools", top=10), between, checkpoint("tools", top=20)))


def test_a_reranker_may_be_of_use_to_some_decisions_only() -> None:
    narrow = with_tools(checkpoint("tools"), keep=5)
    wide = {"wide": {"when": "urgent", "tools": {"keep": 50}}}
    assert loaded(**narrow | {"decisions": narrow["decisions"] | wide})
    both = narrow | {"decisions": {"many": {"when": "urgent", "tools": {"keep": 30}}} | wide}
    message = mistakes(**both)[f"{PLACE}[0].top"]
    assert "more than decisions.many.tools.keep, which is 30" in message


def test_meanings_are_known_whatever_their_case() -> None:
    assert only(labels={"A": "Math"}).labels == {"A": "Math"}


def test_who_replaces_comes_first() -> None:
    two = with_checkpoints(checkpoint(use="average"), checkpoint(use="replace"))
    assert mistakes(**two).keys() == {f"{PLACE}[1].use"}
    assert loaded(**with_checkpoints(checkpoint(use="replace"), checkpoint("attacks")))


@pytest.mark.parametrize(("task", "use"), [("attacks", "escalate"), ("entities", "add")])
def test_beside_another_encoder_there_is_no_head(task: str, use: str) -> None:
    beside = with_checkpoints(checkpoint(task, use=use), directory="elsewhere")
    assert "no head beside it" in mistakes(**beside)[f"{PLACE}[0].use"]
    both = with_checkpoints(checkpoint(task), checkpoint(task, use=use), directory="elsewhere")
    assert loaded(**both)


def test_people_can_be_found_beside_another_encoder_by_a_checkpoint() -> None:
    guards = {"guards": {"pii": {"actions": {"person": "mask"}}}}
    place = "guards.pii.actions.person"
    assert "a checkpoint finds it" in mistakes(classifier={"directory": "x"}, **guards)[place]
    assert loaded(**with_checkpoints(checkpoint("entities"), directory="x"), **guards)
