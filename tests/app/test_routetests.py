"""Routing tests, tried: what is seen of a request, and what of it is not as expected."""

from typing import Any

import pytest
import trio
from attrs import evolve

from semroute.adapters.memory import FaultyClassifier
from semroute.app.route import Route
from semroute.app.routetests import Judged, Result, RouteTests, Trial, Unjudged, cases_of
from semroute.app.routetests.file import Expected, RouteTest, Varied
from semroute.domain.errors import ClassifierError
from semroute.domain.reasons import Reason
from semroute.domain.routing import Model, WeightedEndpoint

from .conftest import POLICY, route_with
from .test_guarded_route import GUARDS, screen

SUM = "solve the equation"
EVERYTHING = Varied(typos=3, case=True, whitespace=True, punctuation=True)


def nothing(name: str) -> bytes:
    message = "no test names a file"
    raise AssertionError(message)


async def tried(route: Route, *tests: RouteTest, seconds: float = 60) -> tuple[Result, ...]:
    cases = cases_of(RouteTests(tests), "auto", nothing, seed=0)
    return await Trial(route, route.rulings.policy, seconds)(cases)


async def only(route: Route, test: RouteTest) -> Judged:
    (result,) = await tried(route, test)
    assert isinstance(result, Judged)
    return result


async def complaints(route: Route, prompt: str = SUM, **expected: Any) -> tuple[str, ...]:
    return (await only(route, RouteTest(prompt=prompt, expect=Expected(**expected)))).complaints


@pytest.fixture
def guarded(classifier: FaultyClassifier) -> Route:
    return route_with(classifier, evolve(POLICY, guards=GUARDS), screen)


async def test_what_is_as_expected_passes(route: Route) -> None:
    expected = Expected(
        model="euler",
        endpoint="gpu",
        decision="none",
        category="math",
        reason="classifier",
        guard="pass",
        blocked=False,
        refused=False,
        cached=False,
        tools=(),
        min_confidence=0.6,
    )
    result = await only(route, RouteTest(prompt=SUM, expect=expected))
    assert result.is_passed
    assert result.complaints == result.remarks == ()


@pytest.mark.parametrize(
    ("what", "expected", "got"),
    [
        ("model", "small", "euler"),
        ("endpoint", "cpu", "gpu"),
        ("decision", "coding", "none"),
        ("category", "law", "math"),
        ("reason", "abstain", "classifier"),
        ("guard", "block", "pass"),
    ],
)
async def test_what_is_not_is_told_with_what_came_instead(
    route: Route, what: str, expected: str, got: str
) -> None:
    told = await complaints(route, **{what: expected})
    assert told == (f"{what}: expected {expected}, got {got}",)


async def test_a_yes_is_no_no(route: Route) -> None:
    assert await complaints(route, blocked=True) == ("blocked: expected yes, got euler",)
    assert await complaints(route, cached=True) == ("cached: expected yes, got no",)
    assert await complaints(route, refused=True) == ("refused: expected yes, got euler",)


async def test_confidence_has_a_least(route: Route) -> None:
    (told,) = await complaints(route, min_confidence=1)
    assert told.startswith("min_confidence: expected 1, got 0.")


async def test_whoever_fails_hears_what_was_near(route: Route) -> None:
    test = RouteTest(prompt=SUM, expect=Expected(model="small"))
    first, last = (await only(route, test)).remarks
    assert first.startswith("category math with 0.")
    assert last.startswith("it would go to small if routing.min_confidence were above 0.")


async def test_a_request_that_is_refused_fails_whatever_else_is_expected(route: Route) -> None:
    test = RouteTest(prompt=SUM, model="gpt-9", expect=Expected(guard="pass"))
    (told,) = (await only(route, test)).complaints
    assert told == "refused: expected no, got refused with 404 model_not_found"
    assert (await only(route, evolve(test, expect=Expected(refused=True)))).is_passed


async def test_a_model_that_is_named_is_kept(route: Route) -> None:
    expected = Expected(model="portia", reason="explicit_model", category="none")
    assert (await only(route, RouteTest(prompt=SUM, model="portia", expect=expected))).is_passed


@pytest.mark.parametrize(
    ("prompt", "guard", "is_met"),
    [
        ("attack them", "block", True),
        ("attack them", "jailbreak=block", True),
        ("attack them", "injection=block", False),
        ("attack them", "block?", False),
        ("write to jane@example.com", "mask", True),
        ("write to jane@example.com", "pii=mask", True),
        ("write to jane@example.com", "pass", False),
        (SUM, "pass", True),
    ],
)
async def test_checks_say_what_is_expected_of_them(
    guarded: Route, prompt: str, guard: str, *, is_met: bool
) -> None:
    assert (not await complaints(guarded, prompt, guard=guard)) is is_met


async def test_what_could_not_be_checked_has_not_passed(guarded: Route) -> None:
    (told,) = await complaints(guarded, "fault", guard="pass")
    assert told.startswith("guard: expected pass, got jailbreak=unavailable")


async def test_a_block_is_told_where_a_model_was_expected(guarded: Route) -> None:
    (told,) = await complaints(guarded, "attack them", model="euler")
    assert told == "model: expected euler, got blocked by jailbreak: jailbreak"
    assert not await complaints(guarded, "attack them", blocked=True)


TOOLS = [
    {"type": "function", "function": {"name": "search"}},
    {"type": "function", "function": {"name": "send"}},
]


async def test_tools_are_those_that_the_model_is_offered(route: Route) -> None:
    request = {"messages": [{"role": "user", "content": SUM}], "tools": TOOLS}
    test = RouteTest(request=request, expect=Expected(tools=("send", "search")))
    assert (await only(route, test)).is_passed
    fewer = evolve(test, expect=Expected(tools=("send",)))
    assert (await only(route, fewer)).complaints == ("tools: expected send, got search, send",)


@pytest.mark.parametrize("api", ["chat", "completions", "responses", "messages"])
async def test_every_api_can_be_asked(route: Route, api: Any) -> None:
    prompt, expected = "Solve the equation.", Expected(model="euler")
    test = RouteTest(prompt=prompt, api=api, expect=expected, variants=EVERYTHING)
    result = await only(route, test)
    assert not result.differences
    assert len(result.case.copies) == 9


async def test_a_classifier_that_fails_is_a_reason(
    route: Route, classifier: FaultyClassifier
) -> None:
    classifier.error = ClassifierError(Reason.CLASSIFIER_ERROR)
    (told,) = await complaints(route, reason="classifier")
    assert told == "reason: expected classifier, got classifier_error"


async def test_copies_that_go_elsewhere_are_counted(route: Route) -> None:
    """The classifier knows words only: with a slip in the second it knows nothing."""
    prompt = "please solve it"
    test = RouteTest(prompt=prompt, variants=Varied(typos=20, max_flips=1))
    result = await only(route, test)
    copies = {each.request.body for each in result.case.copies}
    assert 0 < len(result.flips) < len(copies)
    assert result.is_passed
    assert result.flip_ratio == len(result.flips) / len(copies)
    strict = await only(route, evolve(test, variants=Varied(typos=20)))
    assert strict.flips == result.flips
    assert not strict.is_passed
    assert strict.complaints == (f"max_flips: expected 0, got {result.flip_ratio:.2f}",)
    assert strict.remarks[0] == f"{strict.flips[0].copy} → {strict.flips[0].to}"


async def test_a_copy_that_only_a_check_sees_is_elsewhere_too(guarded: Route) -> None:
    test = RouteTest(prompt="ATTACK the equation", variants=Varied(case=True))
    (flip,) = (await only(guarded, test)).flips
    assert (flip.copy, flip.to) == ("lower case", "blocked by jailbreak: jailbreak")


async def test_what_there_is_no_time_for_is_not_judged(
    route: Route, classifier: FaultyClassifier, autojump_clock: trio.testing.MockClock
) -> None:
    classifier.delay_seconds = 0.4  # and 32 are tried at once
    test = RouteTest(prompts=(SUM,) * 40, expect=Expected(model="euler"))
    results = await tried(route, test, seconds=0.5)
    late = [index for index, each in enumerate(results) if isinstance(each, Unjudged)]
    assert late == list(range(32, 40))
    assert not any(results[index].is_passed for index in late)
    assert all(each.is_passed for each in results[:32])


async def test_a_request_gets_the_same_endpoint_every_time(classifier: FaultyClassifier) -> None:
    places = tuple(WeightedEndpoint(f"gpu-{number}") for number in range(50))
    models = {**POLICY.models, "euler": Model("euler", places)}
    route = route_with(classifier, evolve(POLICY, models=models))
    test = RouteTest(prompt=SUM, expect=Expected(model="euler"))
    assert len({(await only(route, test)).seen.endpoint for _ in range(3)}) == 1
