"""What becomes of requests that are screened."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from attrs import evolve

from semroute.adapters.lexical import PatternFinder
from semroute.adapters.memory import FaultyClassifier
from semroute.adapters.openai import OpenAITexts
from semroute.app.assemble.apis import unrouted_of
from semroute.app.route import Route
from semroute.app.senses import Senses
from semroute.app.unrouted import ScreenUnrouted
from semroute.domain.attack import AttackKind
from semroute.domain.decisions import Decision
from semroute.domain.guards import (
    AttackGuard,
    BlockStyle,
    Check,
    Guards,
    Mode,
    OnError,
    PiiAction,
    PiiGuard,
)
from semroute.domain.headers import Headers
from semroute.domain.http import LocalReply, Unrouted
from semroute.domain.judgement import Consequence, Judgement, Sentence
from semroute.domain.passage import Passage, Path
from semroute.domain.pii import PiiKind
from semroute.domain.policy import Case
from semroute.domain.reasons import Reason
from semroute.domain.ruling import RequestEdit, Ruling
from semroute.domain.screening import PersonalDatum, ScreenFault, Screening, Threat
from semroute.domain.signals.conditions import Condition, Every, Not, Shows
from semroute.domain.signals.definitions import CategorySignal, HeaderSignal
from semroute.domain.verdict import Blocked, PassedThrough, Routed

from .conftest import POLICY, asks, post, route_with

MASKING = PiiGuard(Mode.ENFORCE, {PiiKind.EMAIL: PiiAction.MASK})
GUARDS = Guards(jailbreak=AttackGuard(Mode.ENFORCE), pii=MASKING)
FINDER = PatternFinder({PiiKind.EMAIL})


async def screen(passages: Sequence[Passage], opaque: Sequence[Path]) -> Screening:
    """Finds e-mail addresses; the word `attack` is one, and `fault` fails a check."""
    text = " ".join(passage.text for passage in passages)
    threats = (Threat(AttackKind.JAILBREAK, 0.97, passages[0].path),) if "attack" in text else ()
    data = tuple(
        PersonalDatum(passage.path, span)
        for passage in passages
        for span in FINDER.find(passage.text)
    )
    fault = ScreenFault.TOO_LONG if "too long" in text else ScreenFault.TIMEOUT
    failures = {Check.JAILBREAK: fault} if "fault" in text else {}
    return Screening(threats, data, tuple(opaque), failures)


def guarded(classifier: FaultyClassifier, guards: Guards = GUARDS) -> Route:
    route = route_with(classifier, evolve(POLICY, guards=guards), screen)
    return evolve(route, unrouted=unrouted_of(route.rulings, screen, route.senses))


def reply(ruling: Ruling) -> LocalReply:
    assert isinstance(ruling.action, LocalReply)
    return ruling.action


def sent(ruling: Ruling) -> Any:
    assert isinstance(ruling.action, RequestEdit)
    assert ruling.action.body is not None
    return json.loads(ruling.action.body)


async def test_a_blocked_request_is_an_error_in_the_words_of_its_api(
    classifier: FaultyClassifier,
) -> None:
    ruling = await guarded(classifier)(asks("an attack"))
    assert isinstance(ruling.verdict, Blocked)
    assert reply(ruling).status == 403
    error = json.loads(reply(ruling).body)["error"]
    assert error["code"] == "content_policy_violation"
    assert "'jailbreak'" in error["message"]
    assert "d1" in error["message"]
    assert reply(ruling).headers.get("x-semroute-guard") == "jailbreak=block"
    assert ruling.metadata["guard"] == "jailbreak=block"


@pytest.mark.parametrize("stream", [False, True])
async def test_or_a_refusal_in_a_model_s_words(
    classifier: FaultyClassifier, *, stream: bool
) -> None:
    route = guarded(classifier, evolve(GUARDS, style=BlockStyle.REFUSAL))
    answer = reply(await route(asks("an attack", stream=stream)))
    assert answer.status == 200
    expected = "text/event-stream" if stream else "application/json"
    assert answer.headers.get("content-type") == expected
    assert b'"content_filter"' in answer.body
    assert b"jailbreak" in answer.body
    assert answer.body.endswith(b"data: [DONE]\n\n") is stream


async def test_a_check_that_cannot_be_made_is_503_and_says_when_to_come_again(
    classifier: FaultyClassifier,
) -> None:
    answer = reply(await guarded(classifier)(asks("a fault")))
    assert answer.status == 503
    error = json.loads(answer.body)["error"]
    assert (error["type"], error["code"]) == ("guard_unavailable", "guard_unavailable")
    assert answer.headers.get("retry-after") == "1"
    assert answer.headers.get("x-semroute-fallback") == "jailbreak:timeout"


async def test_a_request_too_long_to_be_checked_is_413(classifier: FaultyClassifier) -> None:
    answer = reply(await guarded(classifier)(asks("too long a fault")))
    assert answer.status == 413
    assert json.loads(answer.body)["error"]["code"] == "request_too_large"
    assert answer.headers.get("retry-after") is None


async def test_a_check_that_only_watches_fails_without_a_trace_in_the_request(
    classifier: FaultyClassifier,
) -> None:
    watched = evolve(GUARDS, jailbreak=AttackGuard(Mode.MONITOR))
    ruling = await guarded(classifier, watched)(asks("a fault, an attack"))
    assert isinstance(ruling.verdict, Routed)
    assert ruling.response_headers["x-semroute-guard"] == "jailbreak=block?"
    assert ruling.response_headers["x-semroute-fallback"] == "jailbreak:timeout"


async def test_masked_data_never_leaves_and_comes_back(classifier: FaultyClassifier) -> None:
    ruling = await guarded(classifier)(asks("solve the equation of a@example.org"))
    assert sent(ruling)["messages"][0]["content"] == "solve the equation of [EMAIL_1]"
    assert sent(ruling)["model"] == "euler"
    assert ruling.response_headers["x-semroute-guard"] == "pii=mask"
    assert ruling.answer is not None
    assert ruling.answer.originals == {"[EMAIL_1]": "a@example.org"}
    assert isinstance(ruling.action, RequestEdit)
    assert ruling.action.headers.set["accept-encoding"] == "identity"
    assert "a@example.org" not in repr(ruling)


async def test_an_explicit_model_is_masked_too(classifier: FaultyClassifier) -> None:
    ruling = await guarded(classifier)(asks("a@example.org", model="portia"))
    assert sent(ruling)["messages"][0]["content"] == "[EMAIL_1]"


async def test_an_answer_is_left_alone_if_nothing_is_to_be_done_to_it(
    classifier: FaultyClassifier,
) -> None:
    assert (await guarded(classifier)(asks("solve this"))).answer is None
    forgetful = evolve(GUARDS, pii=evolve(MASKING, restores=False))
    assert (await guarded(classifier, forgetful)(asks("a@example.org"))).answer is None


async def test_an_answer_that_must_be_screened_has_a_substitute(
    classifier: FaultyClassifier,
) -> None:
    guards = evolve(GUARDS, answers=PiiGuard(Mode.ENFORCE))
    answer = (await guarded(classifier, guards)(asks("hello"))).answer
    assert answer is not None
    assert answer.substitute is not None
    assert answer.substitute.status == 503
    watching = evolve(GUARDS, answers=PiiGuard(Mode.MONITOR))
    answer = (await guarded(classifier, watching)(asks("hello"))).answer
    assert answer is not None
    assert answer.substitute is None


async def test_an_api_that_is_not_routed_is_screened_and_passed(
    classifier: FaultyClassifier,
) -> None:
    route = guarded(classifier)
    ruling = await route(post(b'{"model": "x", "prompt": "a@example.org"}', "/completions"))
    assert ruling.verdict == PassedThrough(judgement=ruling.verdict.judgement)  # type: ignore[union-attr]
    assert sent(ruling) == {"model": "x", "prompt": "[EMAIL_1]"}
    assert ruling.answer is None


@pytest.mark.parametrize(
    ("path", "shape"), [("/completions", "code"), ("/anthropic/v1/messages", "type")]
)
async def test_and_blocked_in_its_own_words(
    classifier: FaultyClassifier, path: str, shape: str
) -> None:
    guards = evolve(GUARDS, style=BlockStyle.REFUSAL)
    answer = reply(await guarded(classifier, guards)(post(b'{"prompt": "an attack"}', path)))
    assert answer.status == 403
    assert shape in json.loads(answer.body)["error"]
    assert (json.loads(answer.body).get("type") == "error") is (path == "/anthropic/v1/messages")


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"a": 1, "a": 2}'])
async def test_what_cannot_be_read_is_refused_where_a_check_is_enforced(
    classifier: FaultyClassifier, body: bytes
) -> None:
    assert reply(await guarded(classifier)(post(body, "/completions"))).status == 400
    watched = await guarded(classifier, Guards())(post(body, "/completions"))
    opaque = Sentence(Check.UNSCANNABLE, Consequence.BLOCK, Mode.MONITOR, "opaque")
    assert watched.verdict == PassedThrough(Reason.UNREADABLE, Judgement((opaque,)))
    assert watched.action == RequestEdit()
    unwatched = Guards(unscannable=Mode.OFF)
    passed = await guarded(classifier, unwatched)(post(body, "/completions"))
    assert passed.verdict == PassedThrough(Reason.UNREADABLE)


@pytest.mark.parametrize("body", [b'{"prompt": "hello"}', b"not read at all"])
async def test_where_answers_must_be_screened_apis_whose_answers_cannot_be_are_refused(
    classifier: FaultyClassifier, body: bytes
) -> None:
    route = guarded(classifier, Guards(answers=PiiGuard(Mode.ENFORCE)))
    for path in ("/completions", "/anthropic/v1/messages", "/api/chat"):
        ruling = await route(post(body, path=path))
        assert reply(ruling).status == 403
        assert b"cannot be" in reply(ruling).body


@pytest.mark.parametrize(
    ("path", "answers"),
    [
        ("/embeddings", PiiGuard(Mode.ENFORCE)),
        ("/anthropic/v1/messages/count_tokens", PiiGuard(Mode.ENFORCE)),
        ("/completions", PiiGuard(Mode.ENFORCE, on_error=OnError.OPEN)),
        ("/completions", PiiGuard(Mode.MONITOR)),
    ],
)
async def test_numbers_and_answers_that_need_not_be_screened_pass(
    classifier: FaultyClassifier, path: str, answers: PiiGuard
) -> None:
    ruling = await guarded(classifier, Guards(answers=answers))(post(b'{"input": "x"}', path=path))
    assert isinstance(ruling.verdict, PassedThrough)


@pytest.mark.parametrize(("model", "status"), [("small", None), ("euler", 403), ("who", None)])
async def test_an_api_that_is_not_routed_has_the_guards_of_the_model_it_names(
    classifier: FaultyClassifier, model: str, status: int | None
) -> None:
    route = guarded(classifier, Guards())
    policy = evolve(POLICY, guards=Guards(), special_guards={Case(None, "euler"): GUARDS})
    codec = OpenAITexts()
    rulings = evolve(route.rulings, policy=policy, words=codec)
    unrouted = {Unrouted.COMPLETIONS: ScreenUnrouted(codec, rulings, screen)}
    body = json.dumps({"model": model, "prompt": "an attack"}).encode()
    ruling = await evolve(route, unrouted=unrouted)(post(body, path="/completions"))
    assert (ruling.action.status if isinstance(ruling.action, LocalReply) else None) == status


@pytest.mark.parametrize(
    ("condition", "tier", "status"),
    [
        (Shows("gold"), "gold", 403),
        (Shows("gold"), "silver", None),
        (Not(Shows("gold")), "silver", 403),
        # Nobody finds out what such a request is about, so it may be about that.
        (Shows("law"), "silver", 403),
        (Every((Shows("gold"), Shows("law"))), "silver", None),
    ],
)
async def test_an_api_that_is_not_routed_has_the_guards_of_decisions_it_may_be_of(
    classifier: FaultyClassifier, condition: Condition, tier: str, status: int | None
) -> None:
    policy = evolve(
        POLICY,
        guards=Guards(),
        signals={
            "gold": HeaderSignal("x-tier", frozenset({"gold"})),
            "law": CategorySignal(frozenset({"law"})),
        },
        decisions=(Decision("strict", condition),),
        special_guards={Case(None, model, "strict"): GUARDS for model in POLICY.models},
    )
    assert policy.screens_unrouted
    senses = Senses(policy.signals, policy.decisions)
    codec = OpenAITexts()
    rulings = evolve(guarded(classifier).rulings, policy=policy, words=codec)
    unrouted = {Unrouted.COMPLETIONS: ScreenUnrouted(codec, rulings, screen, senses)}
    request = post(json.dumps({"prompt": "an attack"}).encode(), path="/completions")
    request = evolve(request, headers=Headers((*request.headers, ("x-tier", tier.encode()))))
    ruling = await evolve(guarded(classifier), unrouted=unrouted)(request)
    assert isinstance(ruling.verdict, Blocked if status else PassedThrough)
    assert (ruling.action.status if isinstance(ruling.action, LocalReply) else None) == status
