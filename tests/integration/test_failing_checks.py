"""Every failure of every check, in every API that is screened, through a real Envoy."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any, Final

import httpx2
import pytest
from attrs import frozen
from starlette.responses import JSONResponse

from .breaks import BREAKS
from .gateway import running_gateway
from .ladder import GATEWAY, RUNG, written
from .test_guards import ATTACK

pytestmark = pytest.mark.envoy

CHAT: Final = "/v1/chat/completions"
CHECKS: Final = ("jailbreak", "injection", "pii")
# What hangs may be broken off at once; of everything else, nothing may be late.
BUDGETS: Final = {"timeout": 0.02, "no timeout": 1.5}
NEEDS_READER: Final = "actions: {person: mask}"
CLOSED: Final = {
    f"{check}-closed": f"{check}: {{mode: enforce, {NEEDS_READER if check == 'pii' else ''}}}"
    for check in CHECKS
}
PASSING: Final = {
    rung: ", ".join(
        f"{check}: {{{how}, {NEEDS_READER if check == 'pii' else ''}}}" for check in CHECKS
    )
    for rung, how in (("open", "mode: enforce, on_error: open"), ("monitor", "mode: monitor"))
}
RUNGS: Final = {**CLOSED, **PASSING}
"""Closed, each check answers for itself; what passes says what became of all of them."""


@frozen
class Api:
    """How one API is asked, and how it words errors.

    Args:
        path: Where it is.
        body: A request with a text in it.
        param: The field that an error about that text names.
        is_anthropic: Whether the words are Anthropic's.
        is_upload: Whether it is asked by a form that has a file in it.
    """

    path: str
    body: Callable[[str], dict[str, Any]]
    param: str | None = None
    is_anthropic: bool = False
    is_upload: bool = False

    async def ask(self, client: httpx2.AsyncClient, rung: str, text: str) -> httpx2.Response:
        headers, body = {RUNG: rung}, self.body(text)
        if self.is_upload:
            file = {"file": ("a.bin", b"\xff")}
            return await client.post(self.path, data=body, files=file, headers=headers)
        return await client.post(self.path, json=body, headers=headers)

    def assert_error(
        self, response: httpx2.Response, openai: dict[str, Any], anthropic: str
    ) -> None:
        """Fails unless the answer is an error as this API words it, and nothing else."""
        assert response.headers["content-type"] == "application/json"
        told = response.json()
        message = told["error"].pop("message")
        assert isinstance(message, str)
        decision = response.headers["x-semroute-decision-id"]
        assert decision
        if self.is_anthropic:
            error = {"type": anthropic}
            assert told == {"type": "error", "error": error, "request_id": decision}
        else:
            assert told == {"error": openai}


def prompted(text: str) -> dict[str, Any]:
    return {"model": "m", "prompt": text}


def given(text: str) -> dict[str, Any]:
    return {"model": "m", "input": text}


def said(text: str) -> dict[str, Any]:
    return {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": text}]}


APIS: Final = {
    api.path: api
    for api in (
        Api(CHAT, said, "messages"),
        Api("/v1/completions", prompted, "prompt"),
        Api("/v1/embeddings", given, "input"),
        Api("/v1/responses", given, "input"),
        Api("/v1/messages", said, is_anthropic=True),
        Api("/v1/messages/count_tokens", said, is_anthropic=True),
        Api("/completions", prompted),
        Api("/v1/engines/m/embeddings", given),
        Api("/openai/v1/responses", given),
        Api("/anthropic/v1/messages", said, is_anthropic=True),
        Api("/api/chat", said),
        Api("/v1/images/generations", prompted),
        Api("/v1/images/edits", prompted, is_upload=True),
        Api("/v1/audio/transcriptions", prompted, is_upload=True),
    )
}
UNAVAILABLE: Final = {"type": "guard_unavailable", "param": None, "code": "guard_unavailable"}


@pytest.fixture
def numbers() -> Iterator[int]:
    """No text comes twice, because what was found in one is remembered."""
    return itertools.count()


@pytest.mark.parametrize("fault", BUDGETS)
async def test_every_failure_of_every_check_meets_its_contract_in_every_api(
    fault: str, numbers: Iterator[int]
) -> None:
    screening = f"screening: {{budget_seconds: {BUDGETS[fault]}}}\n"
    breaks = [each for each in BREAKS if (each.fault == "timeout") is (fault == "timeout")]
    async with (
        running_gateway(written=written(RUNGS, screening), is_screened=False) as gateway,
        gateway.http() as client,
    ):
        gateway.servers.answer = lambda _: JSONResponse({"ok": True})
        received = gateway.servers.received
        for broken, api in itertools.product(breaks, APIS.values()):
            where = f"{broken.what}, {api.path}"
            with broken.made(gateway.faults):
                for rung in RUNGS:
                    text = f"Can my landlord evict me? Case {next(numbers)}.{broken.said}"
                    response = await api.ask(client, rung, text)
                    told = response.headers["x-semroute-fallback"]
                    checks = [rung.removesuffix("-closed")] if rung in CLOSED else CHECKS
                    assert told == ", ".join(f"{check}:{broken.fault}" for check in checks), where
                    if rung in CLOSED:
                        assert (response.status_code, received) == (503, []), where
                        assert response.headers["retry-after"] == "1"
                        api.assert_error(response, UNAVAILABLE, "api_error")
                    else:
                        assert (response.status_code, len(received)) == (200, 1), where
                        assert received.pop().path == api.path
                        assert response.json() == {"ok": True}


async def test_what_is_forbidden_unreadable_or_too_long_is_an_error_in_the_words_of_every_api(
    numbers: Iterator[int],
) -> None:
    screening = "screening: {budget_seconds: 1.5, max_chars: 1000}\n"
    async with (
        running_gateway(written=written(RUNGS, screening), is_screened=False) as gateway,
        gateway.http() as client,
    ):
        for api in APIS.values():
            blocked = await api.ask(client, "jailbreak-closed", f"{ATTACK} {next(numbers)}")
            assert blocked.status_code == 403
            assert blocked.headers["x-semroute-guard"].startswith("jailbreak=block")
            policy = {"param": api.param, "code": "content_policy_violation"}
            invalid = "invalid_request_error"
            api.assert_error(blocked, {"type": invalid} | policy, invalid)

            long = await api.ask(client, "jailbreak-closed", f"{next(numbers)} is a number. " * 90)
            assert long.status_code == 413
            size = {"type": invalid, "param": None, "code": "request_too_large"}
            api.assert_error(long, size, "request_too_large")

            headers = {RUNG: "jailbreak-closed", "content-type": "application/json"}
            unread = await client.post(api.path, content=b"{", headers=headers)
            assert unread.status_code == 400
            unclear = {"type": invalid, "param": None, "code": "invalid_request"}
            api.assert_error(unread, unclear, invalid)
        assert gateway.servers.received == []


DECIDED: Final = (
    GATEWAY
    + """\
screening: {budget_seconds: 0.1}

guards:
  jailbreak: {mode: monitor}
  injection: {mode: off}
  pii: {mode: off}
  unscannable: off

signals:
  for-customers: {header: {name: x-team, any: [support]}}
  for-ourselves: {header: {name: x-team, any: [research]}}

decisions:
  customers: # what nobody could check must not reach a model
    when: for-customers
    guards: {jailbreak: {mode: enforce, on_error: closed}}
  ourselves: # better unchecked than unanswered
    when: for-ourselves
    guards: {jailbreak: {mode: enforce, on_error: open}}
  watched-only:
    when: {none: [for-customers, for-ourselves]}
"""
)


async def test_what_follows_from_a_failing_check_is_the_decision_s_matter(
    numbers: Iterator[int],
) -> None:
    reader_fails, scorer_hangs = (
        next(each for each in BREAKS if each.what == what)
        for what in ("reader raises", "scorer hangs")
    )
    async with (
        running_gateway(written=DECIDED, is_screened=False) as gateway,
        gateway.http() as client,
    ):
        gateway.servers.answer = lambda _: JSONResponse({"ok": True})
        received = gateway.servers.received
        # An alias, a model that is named, and an API that is not routed at all.
        for broken, (path, model) in itertools.product(
            (reader_fails, scorer_hangs), ((CHAT, "auto"), (CHAT, "m"), ("/api/chat", "m"))
        ):
            for team, status, shown in (
                ("support", 503, "jailbreak=unavailable"),
                ("research", 200, "pass"),
                ("another", 200, "jailbreak=unavailable?"),
            ):
                where = f"{broken.what} {path} {model} {team}"
                body = said(f"Can my landlord evict me? Case {next(numbers)}.")
                with broken.made(gateway.faults):
                    response = await client.post(
                        path, json=body | {"model": model}, headers={"x-team": team}
                    )
                assert (response.status_code, len(received)) == (status, status == 200), where
                assert response.headers["x-semroute-fallback"] == f"jailbreak:{broken.fault}", where
                assert response.headers["x-semroute-guard"] == shown, where
                received.clear()
            blocked = await client.post(
                path, json=said(ATTACK) | {"model": model}, headers={"x-team": "research"}
            )
            assert (blocked.status_code, received) == (403, [])
