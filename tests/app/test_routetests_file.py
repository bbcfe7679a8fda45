"""A file of routing tests: what it may say, and what is asked then."""

import json
from typing import Any

import pytest
import yaml
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from semroute.adapters.settings import SettingsError, load
from semroute.app.routetests import Case, RouteTests, cases_of, mistakes_in
from semroute.app.routetests.asked import turn_of, with_turn
from semroute.app.routetests.file import Varied
from semroute.app.routetests.variants import variants_of
from semroute.domain.decisions import Decision
from semroute.domain.signals.conditions import Every

from .conftest import POLICY as ORDINARY

POLICY = evolve(ORDINARY, decisions=(Decision("coding", Every(())),))
FILES = {
    "asked.json": b'{"messages": [{"role": "user", "content": "hi"}]}',
    "list.json": b"[]",
    "broken.json": b"{",
    "deep.json": b"[" * 100_000,
    "latin1.json": b'"\xe9"',
}
EVERYTHING = Varied(typos=5, case=True, whitespace=True, punctuation=True)


def read(name: str) -> bytes:
    if name not in FILES:
        raise FileNotFoundError(2, "No such file or directory", name)
    return FILES[name]


def loaded(*tests: dict[str, Any], **more: Any) -> RouteTests:
    text = yaml.safe_dump({"tests": list(tests)} | more)
    return load(text, RouteTests, check=lambda said: mistakes_in(said, POLICY, read))


def cases(*tests: dict[str, Any], **more: Any) -> tuple[Case, ...]:
    return cases_of(loaded(*tests, **more), "auto", read, seed=0)


def mistakes(*tests: dict[str, Any], **more: Any) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        loaded(*tests, **more)
    return [f"{each.place}: {each.message}" for each in caught.value.problems]


def body(case: Case) -> Any:
    return json.loads(case.request.body)


GO: dict[str, Any] = {"prompt": "hi", "expect": {"model": "euler"}}


@pytest.mark.parametrize(
    ("test", "mistake"),
    [
        ({"prompt": "hi", "expect": {"model": "eular"}}, "expect.model: no model is called eular"),
        ({"prompt": "hi", "expect": {"endpoint": "gpv"}}, "did you mean 'gpu'?"),
        ({"prompt": "hi", "expect": {"category": "maths"}}, "did you mean 'math'?"),
        ({"prompt": "hi", "expect": {"decision": "codig"}}, "did you mean 'coding'?"),
        ({"prompt": "hi", "expect": {"reason": "clasifier"}}, "did you mean 'classifier'?"),
        ({"prompt": "hi", "expect": {"guard": "jailbrake=block"}}, "mean 'jailbreak=block'?"),
        (
            {"prompt": "hi", "expect": {"modell": "a", "guard": "pass"}},
            "unknown key; did you mean 'm",
        ),
        (
            {"prompt": "hi", "expect": {"cached": "no", "guard": "pass"}},
            "expect.cached: expected bool",
        ),
        (
            {"prompt": "hi", "expect": {"min_confidence": 2, "guard": "pass"}},
            "expect.min_confidence: ",
        ),
        ({"prompt": "hi", "expect": {"model": "small", "endpoint": "gpu"}}, "does not run there"),
        ({"prompt": "hi", "expect": {"model": "small", "blocked": True}}, "blocked has none"),
        ({"prompt": "hi", "expect": {"tools": ["a"], "refused": True}}, "refused has none"),
        ({"prompt": "hi"}, "tests[0].expect: nothing is expected"),
        (GO | {"prompts": ["ho"]}, "tests[0]: it must have one of "),
        ({"expect": {"model": "euler"}}, "tests[0]: it must have one of "),
        ({"prompts": [], "expect": {"model": "euler"}}, "tests[0].prompts: there is none"),
        ({"messages": [], "expect": {"model": "euler"}}, "tests[0].messages: there is none"),
        (GO | {"model": "eular"}, "tests[0].model: no model is called that"),
        (GO | {"headers": {"x-a": "é"}}, "headers.x-a: its value must be printable ASCII"),
        (GO | {"headers": {"X A": "b"}}, "tests[0].headers.X A: "),
        (GO | {"variants": {"typos": 101}}, "variants.typos: "),
        (GO | {"variants": {"max_flips": 1.5}}, "variants.max_flips: "),
        ({"file": "no.json", "expect": {"model": "euler"}}, "file: no such file or directory"),
        ({"file": "list.json", "expect": {"model": "euler"}}, "file: it must be a JSON object"),
        ({"file": "broken.json", "expect": {"model": "euler"}}, "file: it is no JSON"),
        ({"file": "deep.json", "expect": {"model": "euler"}}, "file: it is no JSON"),
        ({"file": "latin1.json", "expect": {"model": "euler"}}, "file: it is no JSON"),
        (
            {"request": {"model": "eular", "messages": []}, "expect": {"model": "euler"}},
            "tests[0].request.model: no model is called that",
        ),
        (
            {"request": {"model": "auto"}, "model": "auto", "expect": {"model": "euler"}},
            "the request names its model itself",
        ),
        ({"request": {"messages": []}, "variants": {"case": True}}, "no user says anything"),
        (
            {"messages": [{"role": "user", "content": "hi"}], "api": "completions"}
            | {"expect": {"model": "euler"}},
            "completions have no messages",
        ),
        (
            {"messages": [{"role": "system", "content": "hi"}], "api": "messages"}
            | {"expect": {"model": "euler"}},
            "tests[0].messages[0].role: Anthropic's API has no system",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(test: dict[str, Any], mistake: str) -> None:
    (told,) = mistakes(test)
    assert told.startswith("tests[0]")
    assert mistake in told


def test_every_mistake_is_told_at_once() -> None:
    told = mistakes(
        GO | {"name": "a"},
        GO | {"name": "a", "api": "chats"},
        {"prompt": "hi", "expect": {"model": "eular"}},
        defaults={"expect": {"category": "maths"}, "headers": {"x-a": "\n"}},
        sed=1,
    )
    assert len(told) == 6


def test_there_must_be_tests() -> None:
    assert mistakes() == ["tests: there are none"]


def test_no_mistake_quotes_a_prompt() -> None:
    secret = "my pin is 4711"
    told = mistakes({"prompt": secret, "prompts": [secret]}, {"messages": [{"content": secret}]})
    assert told
    assert not any("4711" in each for each in told)


def test_what_a_test_leaves_out_is_in_the_defaults() -> None:
    defaults = {
        "model": "small",
        "headers": {"x-a": "1", "x-b": "1"},
        "expect": {"guard": "pass", "category": "law"},
        "variants": {"case": True, "max_flips": 0.5},
    }
    own = {"prompt": "Hi", "headers": {"x-b": "2"}, "expect": {"category": "math"}}
    (case,) = cases(own, defaults=defaults)
    assert body(case)["model"] == "small"
    assert (case.request.headers.get("x-a"), case.request.headers.get("x-b")) == ("1", "2")
    assert (case.expected.guard, case.expected.category) == ("pass", "math")
    assert (case.max_flips, len(case.copies)) == (0.5, 2)


def test_what_reaches_no_model_takes_no_expectation_from_the_defaults() -> None:
    (case,) = cases(
        {"prompt": "hi", "expect": {"blocked": True}}, defaults={"expect": {"model": "small"}}
    )
    assert case.expected.model is None


def test_prompts_are_cases_of_their_own() -> None:
    first, second, third = cases(
        {**GO, "name": "some"}, {"prompts": ["a", "b"], **GO, "prompt": None}
    )
    assert [first.name, second.name, third.name] == ["some", "test 2 [1]", "test 2 [2]"]
    assert [second.prompt, third.prompt] == ["a", "b"]


def test_an_alias_may_say_how_good_the_answer_shall_be() -> None:
    (case,) = cases(GO | {"model": "auto:cheap"})
    assert body(case)["model"] == "auto:cheap"
    (told,) = mistakes(GO | {"model": "auto:dear"})
    assert "did you mean 'auto'?" in told


def test_a_file_holds_a_request() -> None:
    (case,) = cases({"file": "asked.json", "expect": {"model": "euler"}})
    assert body(case) == json.loads(FILES["asked.json"]) | {"model": "auto"}


def test_a_request_names_its_model() -> None:
    (case,) = cases({"request": {"model": "small", "prompt": "a"}, "expect": {"model": "small"}})
    assert body(case)["model"] == "small"


@pytest.mark.parametrize(
    ("document", "turn"),
    [
        ({"prompt": "a"}, "a"),
        ({"input": "a"}, "a"),
        ({"input": [{"role": "user", "content": [{"type": "input_text", "text": "a"}]}]}, "a"),
        ({"messages": [{"role": "user", "content": "a"}, {"role": "tool", "content": "b"}]}, "a"),
        ({"messages": [{"role": "user", "content": "b"}, {"role": "user", "content": "a"}]}, "a"),
        (
            {"messages": [{"role": "user", "content": [{"text": "b"}, {"text": "a"}, {"x": 1}]}]},
            "a",
        ),
        ({"messages": [{"role": "user", "content": [{"type": "image"}]}]}, None),
        ({"messages": "a"}, "a"),
        ({"messages": [1, None, {"role": "user"}]}, None),
        ({"prompt": [1, 2]}, None),
        ({"input": 5}, None),
        ({}, None),
    ],
)
def test_the_last_thing_a_user_says_is_what_is_varied(
    document: dict[str, Any], turn: str | None
) -> None:
    before = json.dumps(document)
    assert turn_of(document) == turn
    changed = with_turn(document, str.upper)
    assert json.dumps(document) == before
    assert json.dumps(changed) == before.replace('"a"', '"A"')


@given(st.text(max_size=200), st.integers(0, 5))
def test_the_same_text_has_the_same_copies_and_all_are_different(text: str, seed: int) -> None:
    copies = variants_of(text, EVERYTHING, seed)
    assert copies == variants_of(text, EVERYTHING, seed)
    assert len({text, *(each.text for each in copies)}) == len(copies) + 1


@given(st.text(max_size=200))
def test_gaps_and_marks_change_no_word(text: str) -> None:
    varied = Varied(whitespace=True, punctuation=True)
    for copy in variants_of(text, varied, 0):
        letters = [each for each in copy.text if each.isalnum()]
        assert letters == [each for each in text if each.isalnum()]


def test_another_seed_gives_other_slips() -> None:
    text = "how do I get my deposit back from my landlord"
    typos = Varied(typos=3)
    assert {each.text for each in variants_of(text, typos, 0)}.isdisjoint(
        each.text for each in variants_of(text, typos, 1)
    )


def test_copies_are_named_after_what_was_done() -> None:
    copies = {each.name: each.text for each in variants_of("Is a.b = 3.14? No.", EVERYTHING, 0)}
    assert copies["no marks"] == "Is a.b = 3.14 No"
    assert copies["more marks"] == "Is a.b = 3.14? No!!!"
    assert copies["own lines"] == "Is a.b = 3.14?\nNo.\n"
    assert copies["wide gaps"] == "\n  Is  a.b  =  3.14?  No.  \n"
    assert copies["upper case"] == "IS A.B = 3.14? NO."
