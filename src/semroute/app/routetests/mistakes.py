"""What in a file of routing tests names nothing, contradicts itself, or cannot be tried."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from attrs import asdict

from semroute.app.mistakes import Mistake
from semroute.domain.guards import Check
from semroute.domain.judgement import Consequence
from semroute.domain.policy import Policy
from semroute.domain.reasons import Reason
from semroute.domain.suggestions import did_you_mean

from .asked import Read, UnusableRequestError, documents_of, turn_of
from .case import name_of
from .file import NONE, ApiName, Expected, JsonObject, RouteTest, RouteTests

_WAYS: Final = ("prompt", "prompts", "messages", "request", "file")
_DONE: Final = tuple(
    f"{each.value}{mark}"
    for each in Consequence
    for mark in ("", "?")
    if each is not Consequence.ALLOW
)
GUARDS: Final = ("pass", *_DONE, *(f"{check.value}={done}" for check in Check for done in _DONE))
_UNREACHED: Final = ("decision", "model", "endpoint", "category", "reason", "tools")


def mistakes_in(tests: RouteTests, policy: Policy, read: Read) -> Iterator[Mistake]:
    """Finds mistakes that no type can express, as (path, message) pairs.

    Args:
        tests: What the file says.
        policy: The rules that are tested.
        read: Reads the files that tests name.
    """
    defaults = tests.defaults
    for path, message in _unknown_names(defaults.expect, policy):
        yield ("defaults", "expect", path), message
    for name, message in _unsayable(defaults.headers):
        yield ("defaults", "headers", name), message
    if not tests.tests:
        yield ("tests",), "there are none"
    seen: set[str] = set()
    for index, test in enumerate(tests.tests):
        name = name_of(test, index)
        if name in seen:
            yield ("tests", index, "name"), "another test is called that"
        seen.add(name)
        for where, message in _of_test(test, tests, policy, read):
            yield ("tests", index, *where), message


def _of_test(test: RouteTest, tests: RouteTests, policy: Policy, read: Read) -> Iterator[Mistake]:
    expected = test.expect.over(tests.defaults.expect)
    for key, message in _unknown_names(test.expect, policy):
        yield ("expect", key), message
    for key, message in _contradictions(expected, policy):
        yield ("expect", key), message
    for name, message in _unsayable(test.headers):
        yield ("headers", name), message
    varied = test.variants.over(tests.defaults.variants)
    if expected == Expected() and varied.is_off:
        yield ("expect",), "nothing is expected, and nothing varied, so it cannot fail"
    ways = [way for way in _WAYS if getattr(test, way) is not None]
    if len(ways) != 1:
        both = f"; there are {' and '.join(ways)}" if ways else ""
        yield (), f"it must have one of {', '.join(_WAYS)}{both}"
        return
    yield from _unusable(test, ways[0], tests, policy, read)


def _unusable(
    test: RouteTest, way: str, tests: RouteTests, policy: Policy, read: Read
) -> Iterator[Mistake]:
    api = test.api or tests.defaults.api
    yield from _unsaid(test, api)
    try:
        documents = documents_of(test, api, read)
    except UnusableRequestError as error:
        yield (way,), str(error)
        return
    if not documents:
        yield (way,), "there is none"
        return
    document = documents[0]  # where there are several, they differ in their words alone
    is_varied = not test.variants.over(tests.defaults.variants).is_off
    if is_varied and turn_of(document) is None:
        yield (way,), "no user says anything in it that could be varied"
    unasked = _unasked(document, test, tests, policy)
    if unasked is not None:
        yield ("request", "model") if "model" in (test.request or ()) else ("model",), unasked


def _unsaid(test: RouteTest, api: ApiName) -> Iterator[Mistake]:
    """Finds conversations that cannot be had in an API."""
    if test.messages is None:
        return
    if not test.messages:
        yield ("messages",), "there is none"
    if api == "completions":
        yield ("messages",), "completions have no messages, but a prompt"
    if api == "messages":
        for index, each in enumerate(test.messages):
            if each.role not in ("user", "assistant"):
                message = f"Anthropic's API has no {each.role} among its messages; use request"
                yield ("messages", index, "role"), message


def _unasked(
    document: JsonObject, test: RouteTest, tests: RouteTests, policy: Policy
) -> str | None:
    """Returns why a request asks for no model that there is; None if it does, or shall not."""
    if "model" in document and test.model is not None:
        return "the request names its model itself"
    asked = document.get("model", test.model or tests.defaults.model)
    if asked is None or policy.knows(str(asked)) or test.expect.refused:
        return None
    near = did_you_mean(asked, (*policy.aliases, *policy.models))
    return f"no model is called that, and refused is not expected{near}"


def _unknown_names(expected: Expected, policy: Policy) -> Iterator[tuple[str, str]]:
    places = (place.endpoint for model in policy.models.values() for place in model.endpoints)
    kinds = {
        "decision": (expected.decision, (*(each.name for each in policy.decisions), NONE)),
        "model": (expected.model, tuple(policy.models)),
        "endpoint": (expected.endpoint, tuple(dict.fromkeys(places))),
        "category": (expected.category, (*policy.categories, NONE)),
        "reason": (expected.reason, tuple(reason.value for reason in Reason)),
    }
    for kind, (name, known) in kinds.items():
        if name is not None and name not in known:
            yield kind, f"no {kind} is called {name}{did_you_mean(name, known)}"
    if expected.guard is not None and expected.guard not in GUARDS:
        message = f"checks do not say {expected.guard}{did_you_mean(expected.guard, GUARDS)}"
        yield "guard", message


def _contradictions(expected: Expected, policy: Policy) -> Iterator[tuple[str, str]]:
    model, endpoint = policy.models.get(expected.model or ""), expected.endpoint
    places = () if model is None else tuple(place.endpoint for place in model.endpoints)
    if places and endpoint is not None and endpoint not in places:
        yield "endpoint", f"{expected.model} does not run there"
    said = asdict(expected)
    for fate in ("blocked", "refused"):
        if said[fate]:
            for key in _UNREACHED:
                if said[key] is not None:
                    yield key, f"what is {fate} has none"


def _unsayable(headers: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    for name, value in headers.items():
        if not value.isascii() or not value.isprintable():
            yield name, "its value must be printable ASCII"
