"""What is told of routing tests: JUnit XML, Markdown, JSON."""

import re
from datetime import UTC, datetime
from typing import Final
from xml.etree import ElementTree as ET

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from semroute.app.routetests import Case, Judged, Report, Result, Unjudged, as_json, junit, markdown
from semroute.app.routetests.case import Copy
from semroute.app.routetests.difference import Difference
from semroute.app.routetests.file import Expected
from semroute.app.routetests.result import Flip
from semroute.app.routetests.seen import Outcome, Seen
from semroute.domain.headers import Headers
from semroute.domain.http import HttpRequest

REQUEST = HttpRequest("POST", "/v1/chat/completions", Headers())
SEEN = Seen(Outcome.ROUTED, model="euler", category="math", confidence=0.9, reason="classifier")
COPIES = (Copy("upper case", REQUEST), Copy("lower case", REQUEST))
SECRET = "my pin is 4711"

# What Ant's schema asks of an element: its attributes, and its children in this order.
SUITE: Final = {
    "id", "package", "name", "timestamp", "hostname", "tests", "failures", "errors", "time"
}  # fmt: skip


def case(name: str = "sums", prompt: str = SECRET) -> Case:
    return Case(name, prompt, REQUEST, Expected(), COPIES, 0.4)


def passed(name: str = "sums") -> Judged:
    return Judged(case(name), SEEN, (), (), 0.25)


def failed(name: str = "sums", got: str = "euler", prompt: str = SECRET) -> Judged:
    told = (Difference("model", "small", got),)
    return Judged(case(name, prompt), SEEN, told, (Flip("upper case", "small"),), 0.25)


def report(*results: Result, shows_prompts: bool = False) -> Report:
    return Report(
        file="routes_test.yaml",
        config="semroute.yaml",
        digest="sha256:0",
        seed=7,
        started=datetime(2026, 11, 25, 20, tzinfo=UTC),
        results=results,
        seconds=1.5,
        shows_prompts=shows_prompts,
    )


def test_junit_is_what_its_schema_asks_for() -> None:
    root = ET.fromstring(junit(report(passed(), failed("b"), Unjudged(case("c")))))
    assert (root.tag, root.attrib) == ("testsuites", {})
    (suite,) = root
    assert set(suite.attrib) == SUITE
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", suite.attrib["timestamp"])
    counts = [suite.attrib[name] for name in ("tests", "failures", "errors")]
    assert counts == ["3", "1", "1"]
    assert float(suite.attrib["time"]) == 1.5
    assert [each.tag for each in suite] == [
        "properties", *["testcase"] * 3, "system-out", "system-err"
    ]  # fmt: skip
    for each in suite.iter("property"):
        assert set(each.attrib) == {"name", "value"}
    found = {each.attrib["name"]: each.attrib["value"] for each in suite.iter("property")}
    assert (found["seed"], found["variants"], found["flip_ratio"]) == ("7", "4", "0.2500")
    for each in suite.iter("testcase"):
        assert set(each.attrib) == {"name", "classname", "time"}
        assert float(each.attrib["time"]) >= 0
        assert len(each) <= 1
    (failure,) = suite.iter("failure")
    assert set(failure.attrib) == {"type", "message"}
    assert failure.attrib["message"] == "model: expected small, got euler"
    assert failure.text is not None
    assert "upper case → small" in failure.text
    (error,) = suite.iter("error")
    assert error.attrib["message"] == "there was no time for it"


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
def test_no_text_makes_junit_unreadable(name: str, got: str, prompt: str) -> None:
    written = junit(report(failed(name, got, prompt), shows_prompts=True))
    (found,) = ET.fromstring(written).iter("testcase")
    kept = found.attrib["name"]
    assert len(kept) == len(name)
    assert all(a in (b, "\ufffd") for a, b in zip(kept, name, strict=True))


def test_control_characters_are_replaced() -> None:
    written = junit(report(passed("a\x00b\x1bc\ufffed\ud800e")))
    (found,) = ET.fromstring(written).iter("testcase")
    assert found.attrib["name"] == "a\ufffdb\ufffdc\ufffdd\ufffde"


@given(st.text(max_size=60))
def test_no_name_breaks_a_table(name: str) -> None:
    lines = markdown(report(passed(name))).splitlines()
    (row,) = [line for line in lines if line.endswith("| ok |")]
    cells = re.split(r"(?<!\\)(?:\\\\)*\|", row)
    assert len(cells) == 7


def test_markdown_tells_what_is_wrong_before_everything() -> None:
    page = markdown(report(passed("good"), failed("@team bad_one"), Unjudged(case("late"))))
    assert page.startswith("## Routing tests: **failed**\n")
    assert page.index("What is wrong") < page.index("| test |")
    assert "  * model: expected small, got euler" in page
    assert "@team" not in page
    assert r"bad\_one" in page
    assert "| late |  |  |  | not tried |" in page


def test_markdown_of_what_is_right_is_a_table() -> None:
    page = markdown(report(passed()))
    assert "What is wrong" not in page
    assert "| sums | euler | classifier | 0 of 2 | ok |" in page


def test_prompts_are_shown_only_to_those_who_ask() -> None:
    quiet, loud = report(failed()), report(failed(), shows_prompts=True)
    for write in (lambda each: junit(each).decode(), markdown, lambda each: str(as_json(each))):
        assert "4711" not in write(quiet)
        assert "4711" in write(loud)


def test_machines_get_all_of_it() -> None:
    told = as_json(report(passed(), failed("b"), Unjudged(case("c"))))
    counts = [told[name] for name in ("tests", "passed", "failed", "not_tried", "flips")]
    assert counts == [3, 1, 1, 1, 1]
    assert (told["ok"], told["flip_ratio"]) == (False, 0.25)
    good, bad, late = told["results"]
    assert (good["model"], good["decision"], good["guard"]) == ("euler", "none", "pass")
    assert bad["differences"] == [{"what": "model", "expected": "small", "got": "euler"}]
    assert bad["flips"] == [{"variant": "upper case", "to": "small"}]
    assert late["outcome"] is None


def test_nothing_varied_has_no_ratio() -> None:
    alone = evolve(passed(), case=evolve(case(), copies=()))
    told = report(alone)
    assert told.flip_ratio is None
    assert told.summary == "1 of 1 passed"
    assert as_json(told)["flip_ratio"] is None
    assert b"flip_ratio" not in junit(told)
