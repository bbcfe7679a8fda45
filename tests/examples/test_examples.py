"""Every example, run through a real Envoy as its page says."""

import re
from pathlib import Path
from typing import Any

import pytest

from semroute.app.cli.configuration import read_configuration
from tests.integration.gateway import Received

from .clients import Heard, ask
from .gateway import running_example
from .journeys import Arrival, Expectation, journeys_in

EXAMPLES = Path(__file__).parents[2] / "examples"
RUNNABLE = sorted(each.parent for each in EXAMPLES.glob("*/requests.yaml"))


def name_of(directory: Path) -> str:
    return directory.name


@pytest.mark.envoy
@pytest.mark.model
@pytest.mark.parametrize("directory", RUNNABLE, ids=name_of)
async def test_every_request_goes_where_its_example_says(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(directory)
    journeys = journeys_in(directory)
    astray: dict[str, list[str]] = {}
    async with running_example(directory, journeys.down) as example:
        for journey in journeys.requests:
            expected = journey.expected
            heard = await ask(example.url, journey)
            received, example.servers.received = example.servers.received, []
            found = differences(expected, heard, received)
            astray |= {journey.name: found} if found else {}
    assert astray == {}


def differences(expected: Expectation, heard: Heard, received: list[Received]) -> list[str]:
    """Returns what is not as it should be."""
    told = {
        "x-semroute-model": expected.model,
        "x-semroute-reason": expected.reason,
        "x-semroute-decision": expected.decision,
        "x-semroute-tools": expected.tools,
        **expected.headers,
    }
    found = [
        *unequal("status", expected.status, heard.status),
        *unequal("code", expected.code, heard.code),
        *(each for name in told for each in unequal(name, told[name], heard.headers.get(name))),
        *unequal("requests that arrived", int(expected.arrived is not None), len(received)),
    ]
    if expected.arrived is not None:
        found += unequal("answered by", expected.model, heard.model)
        for each in received:
            found += unlike(expected.arrived, expected.model, each)
    return found


def unlike(expected: Arrival, model: str | None, found: Received) -> list[str]:
    """Returns what is not as it should be in what a model server got."""
    wanted = {"model": model, **expected.body}
    lacking = missing("body", wanted, found.json)
    for name, value in expected.headers.items():
        lacking += unequal(name, value, found.headers.get(name))
    if expected.endpoint is not None:
        lacking += unequal("endpoint", expected.endpoint, found.endpoint)
    if expected.tools is not None:
        lacking += unequal("tools", expected.tools, tools_in(found.json))
    return lacking


def unequal(what: str, expected: object, found: object) -> list[str]:
    return [] if expected == found else [f"{what}: {found!r} and not {expected!r}"]


def missing(path: str, expected: Any, found: Any) -> list[str]:
    """Returns what an object lacks, or has too much, of what is expected of it."""
    match expected, found:
        case dict(), dict():
            pairs = [(name, expected[name], found.get(name)) for name in expected]
        case list(), list() if len(expected) == len(found):
            pairs = [(index, *pair) for index, pair in enumerate(zip(expected, found, strict=True))]
        case _:
            return unequal(path, expected, found)
    return [each for key, mine, its in pairs for each in missing(f"{path}.{key}", mine, its)]


def tools_in(body: Any) -> list[str]:
    """Returns the names of the tools in a request, as any API words them."""
    return [each.get("function", each)["name"] for each in body.get("tools", [])]


def test_what_differs_is_found() -> None:
    got = Received("gpu-1", "/v1/chat/completions", {}, b'{"model": "m", "a": {"b": 1}, "c": 2}')
    expected = Expectation(model="m", reason="rule", decision="d")
    heard = Heard(200, {"x-semroute-model": "m", "x-semroute-reason": "rule"}, "m")
    assert differences(expected, heard, [got]) == ["x-semroute-decision: None and not 'd'"]
    assert missing("body", {"a": {"b": 2}, "c": None}, got.json) == [
        "body.a.b: 1 and not 2",
        "body.c: 2 and not None",
    ]


@pytest.mark.parametrize(
    "file", sorted(EXAMPLES.glob("*/semroute.yaml")), ids=lambda file: name_of(file.parent)
)
def test_every_configuration_is_one(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(file.parent)
    assert read_configuration(file).settings.models


def test_the_page_tells_of_every_example() -> None:
    page = (EXAMPLES / "README.md").read_text()
    for directory in EXAMPLES.iterdir():
        if directory.is_dir():
            assert f"](./{directory.name}/" in page or f"]({directory.name}/" in page, directory


@pytest.mark.parametrize("page", sorted(EXAMPLES.rglob("*.md")), ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text()):
        assert (page.parent / target).exists(), target
