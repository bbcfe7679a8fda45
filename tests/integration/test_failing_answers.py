"""Every failure of looking through answers, in every API that answers in words, through Envoy."""

import itertools
import json
import math
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from typing import Any, Final

import httpx2
import pytest
import trio
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from semroute.adapters.memory import FaultyFinder

from .breaks import ENDLESS
from .gateway import Gateway, running_gateway
from .ladder import RUNG, written
from .test_apis import saying
from .test_guards import CARD
from .test_guards import saying as chatting

pytestmark = pytest.mark.envoy

FAILURES: Final[dict[str, dict[str, Any]]] = {
    "raises": {"error": ZeroDivisionError("a bug")},
    "hangs": {"busy_seconds": ENDLESS},
    "talks nonsense": {"score": math.nan},
}
RUNGS: Final = {
    f"{mode}-{on_error}": f"answers: {{mode: {mode}, on_error: {on_error}}}"
    for mode, on_error in itertools.product(("off", "monitor", "enforce"), ("closed", "open"))
}
CLOSED: Final = "enforce-closed"
CACHE: Final = "cache: {mode: exact, scope: global, store: {kind: memory}}\n"
WITHHELD: Final = "The answer was withheld: it could not be screened."
ANSWER: Final = f"{CARD} is the card of nobody in particular. " + "It was nobody. " * 30
CHAT: Final = "/v1/chat/completions"


def said(text: str) -> dict[str, Any]:
    return {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": text}]}


ASKED: Final[dict[str, Callable[[str], dict[str, Any]]]] = {
    CHAT: said,
    "/v1/completions": lambda text: {"model": "m", "prompt": text},
    "/v1/responses": lambda text: {"model": "m", "input": text},
    "/v1/messages": said,
}
REFUSED: Final = {
    CHAT: '"finish_reason": "content_filter"',
    "/v1/completions": '"finish_reason": "content_filter"',
    "/v1/responses": '"type": "refusal"',
    "/v1/messages": '"stop_reason": "refusal"',
}
"""How an answer looks that ends with a refusal."""


@pytest.fixture
def numbers() -> Iterator[int]:
    return itertools.count()


def documents(response: httpx2.Response) -> list[dict[str, Any]]:
    """The JSON of an answer, be it whole or in events."""
    if response.headers["content-type"] == "application/json":
        return [response.json()]
    lines = [each.removeprefix("data: ") for each in response.text.splitlines()]
    return [json.loads(each) for each in lines if each.startswith("{")]


def text_of(path: str, response: httpx2.Response) -> str:
    """What a client shows of an answer that does not end in a refusal."""
    told = documents(response)
    if path == "/v1/responses" and len(told) == 1:
        return str(told[0]["output"][0]["content"][0]["text"])
    if path == "/v1/responses":
        deltas = (each for each in told if each["type"] == "response.output_text.delta")
        return "".join(each["delta"] for each in deltas)
    if path == "/v1/messages" and len(told) == 1:
        return str(told[0]["content"][0]["text"])
    if path == "/v1/messages":
        return "".join(each.get("delta", {}).get("text", "") for each in told)
    choices = [choice for each in told for choice in each["choices"]]
    if path == "/v1/completions":
        return "".join(each["text"] for each in choices)
    spoken = (each.get("message", each.get("delta", {})) for each in choices)
    return "".join(each.get("content") or "" for each in spoken)


def configured(failure: str) -> str:
    """What hangs may be broken off at once; of everything else, nothing may be late."""
    seconds = 0.02 if failure == "hangs" else 1.5
    return written(RUNGS, f"screening: {{budget_seconds: {seconds}}}\n{CACHE}")


def answering(text: str) -> Callable[[Request], Response]:
    """A model that always says this, in every API."""
    in_chat, elsewhere = chatting(text), saying(text)
    return lambda request: (in_chat if request.url.path == CHAT else elsewhere)(request)


def broken(finder: FaultyFinder, **faults: Any) -> None:
    finder.error, finder.busy_seconds, finder.score = None, 0.0, None
    for name, value in faults.items():
        setattr(finder, name, value)


@pytest.mark.parametrize("failure", FAILURES)
async def test_every_failure_to_look_through_an_answer_meets_its_contract(
    failure: str, numbers: Iterator[int]
) -> None:
    async with (
        running_gateway(written=configured(failure), is_screened=False) as gateway,
        gateway.http() as client,
    ):
        gateway.servers.answer = answering(ANSWER)
        finder, received = gateway.faults.answer_finder, gateway.servers.received
        fates = Counter[str]()
        for path, rung, stream in itertools.product(ASKED, RUNGS, (False, True)):
            where = f"{path} {rung} {'streamed' if stream else 'whole'}"
            body = ASKED[path](f"Who was it? Case {next(numbers)}.") | {"stream": stream}
            ask = partial(client.post, path, json=body, headers={RUNG: rung})
            broken(finder, **FAILURES[failure])
            response = await ask()
            assert response.status_code == 200, where
            kind = "text/event-stream" if stream else "application/json"
            assert response.headers["content-type"].partition(";")[0] == kind, where
            if rung == CLOSED:
                assert_withheld(path, response, where)
            else:
                assert text_of(path, response) == ANSWER, where
            broken(finder)
            # What nobody could look through is asked for again, and is looked through then.
            if path == CHAT:
                is_kept = rung.startswith("off")
                fates["kept" if is_kept else "flagged"] += 1
                await assert_judged(gateway, fates)
                again = await ask()
                fates["flagged"] += not is_kept
                assert again.headers["x-semroute-cache"] == ("hit" if is_kept else "miss"), where
                assert (CARD in text_of(path, again)) is (not rung.startswith("enforce")), where
                assert len(received) == (1 if is_kept else 2), where
            received.clear()
        await assert_counted(gateway)


async def assert_judged(gateway: Gateway, fates: Counter[str]) -> None:
    """Waits until it is settled of so many answers whether they are kept."""
    for fate, count in (+fates).items():
        await gateway.until_metric(f'semroute_cache_answers_total{{fate="{fate}"}} {count}.0')


def assert_withheld(path: str, response: httpx2.Response, where: str) -> None:
    assert WITHHELD in response.text, where
    assert REFUSED[path] in response.text, where
    assert not any(word in response.text for word in ("4111", "nobody")), where


async def assert_counted(gateway: Gateway) -> None:
    """Eight answers of each rung have failed, and two of each were looked through in peace."""
    lines = await gateway.until_metric(
        'semroute_check_failures_total{check="answers",reason="unread"} 32.0'
    )
    for action, verdict, count in (
        ("unavailable", "unavailable", 8),
        ("monitor", "unavailable", 8),
        ("allow", "allow", 8),
        ("monitor", "allow", 8),
        ("mask", "mask", 4),
        ("monitor", "mask", 4),
    ):
        said = f'action="{action}",guard="answers",verdict="{verdict}"'
        assert f"semroute_guard_total{{{said}}} {count}.0" in lines


def chunks(text: str) -> Iterator[str]:
    for at in range(0, len(text), 9):
        choices = [{"index": 0, "delta": {"content": text[at : at + 9]}, "finish_reason": None}]
        yield f"data: {json.dumps({'id': 'c', 'choices': choices})}\n\n"


@pytest.mark.parametrize("failure", FAILURES)
async def test_what_has_been_looked_through_goes_on_and_nothing_after_that(failure: str) -> None:
    first, rest = "It was nobody. " * 40, f"It was {CARD}. " * 20
    has_begun = trio.Event()

    async with (
        running_gateway(written=configured(failure), is_screened=False) as gateway,
        gateway.http() as client,
    ):

        async def stream() -> AsyncIterator[str]:
            for each in chunks(first):
                yield each
            await has_begun.wait()
            broken(gateway.faults.answer_finder, **FAILURES[failure])
            for each in chunks(rest):
                yield each
            yield "data: [DONE]\n\n"

        gateway.servers.answer = lambda _: StreamingResponse(
            stream(), media_type="text/event-stream"
        )
        told = ""
        body = said("Who was it?") | {"stream": True}
        async with client.stream("POST", CHAT, json=body, headers={RUNG: CLOSED}) as response:
            async for piece in response.aiter_text():
                told += piece
                if "nobody" in told:
                    has_begun.set()
        assert "4111" not in told
        assert WITHHELD in told
        assert REFUSED[CHAT] in told
