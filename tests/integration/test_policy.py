"""An operator's decisions on their way through a real Envoy, asked by the official clients."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import openai
import pytest
import trio
from anthropic import Anthropic
from attrs import evolve
from openai import OpenAI

from semroute.adapters.http import bound_socket
from semroute.app.decisions import DecisionSettings
from semroute.app.rank_tools import ToolOpinion
from semroute.app.settings import ModelSettings, Settings
from semroute.app.signals import SignalSettings
from semroute.domain.address import Address
from semroute.domain.errors import ClassifierError
from semroute.domain.opinions import Replace
from tests.app.rerankers import FixedReranker

from .gateway import Gateway, Received, running_gateway
from .test_cache import always, completion

pytestmark = pytest.mark.envoy

LAW = "Can my landlord evict me from my flat without a notice?"
CODE = "My python code throws an exception in the sql database query function"
IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
TOOLS = [
    {"type": "function", "function": {"name": name, "description": text, "parameters": {}}}
    for name, text in (
        ("book_table", "Reserves a table in a restaurant."),
        ("weather", "Says what the weather will be."),
        ("send_mail", "Sends a letter to somebody."),
    )
]
SIGNALS: dict[str, Any] = {
    "gold": {"header": {"name": "x-tier", "any": ["gold"]}},
    "urgent": {"keywords": {"any": ["urgent"], "typos": 1}},
    "ticket": {"regex": {"pattern": r"\bTICKET-\d+"}},
    "refund": {"similarity": {"examples": ["I want my money back for this"], "at_least": 0.8}},
    "picture": {"modality": {"any": ["image"]}},
    "agent": {"tools": {"at_least": 3}},
    "trial": {"header": {"name": "x-trial"}},
}
ASKED_BY_RULE: dict[str, tuple[str, str, str, dict[str, str]]] = {
    # what is asked, which decision that is, who answers then, and what headers it comes with
    "a header": (LAW, "gold", "llama-3.1-8b", {"x-tier": "gold"}),
    "another value": (LAW, "", "saul-54b", {"x-tier": "silver"}),
    "a word": ("This is UREGNT, please", "urgent", "qwen3-coder-30b", {}),
    "a pattern": (f"{LAW} See TICKET-42.", "ticket", "medgemma-27b", {}),
    "a meaning": ("i want my money back for this!", "refund", "qwen2.5-math-72b", {}),
    "nothing": (LAW, "", "saul-54b", {}),
}
DECISIONS: dict[str, Any] = {
    "gold": {
        "when": "gold",
        "priority": 9,
        "models": {"llama-3.1-8b": 1},
        "headers": {"x-team": "a"},
    },
    "urgent": {"when": "urgent", "models": {"qwen3-coder-30b": 1}},
    "ticket": {"when": {"all": ["ticket"], "none": ["urgent"]}, "models": {"medgemma-27b": 1}},
    "refund": {"when": "refund", "models": {"qwen2.5-math-72b": 1}},
}

Change = Callable[[Settings], Settings]


def decided(
    decisions: Mapping[str, Any],
    models: Mapping[str, Mapping[str, Any]] | None = None,
    **routing: Any,
) -> Change:
    """Configures decisions, more about some models, and how models are chosen."""

    def change(settings: Settings) -> Settings:
        return evolve(
            settings,
            signals=msgspec.convert(SIGNALS, dict[str, SignalSettings]),
            decisions=msgspec.convert(decisions, dict[str, DecisionSettings]),
            models={
                name: msgspec.convert(
                    {**msgspec.to_builtins(model), **(models or {}).get(name, {})}, ModelSettings
                )
                for name, model in settings.models.items()
            },
            # A machine may be slow: nothing here falls by the clock.
            routing=evolve(settings.routing, budget_seconds=20, **routing),
        )

    return change


async def chat(
    gateway: Gateway, text: Any, headers: dict[str, str] | None = None, **fields: Any
) -> tuple[Received, Mapping[str, str]]:
    """Asks in OpenAI's words; returns what a model server got, and the answer's headers."""
    before = len(gateway.servers.received)

    def ask(client: OpenAI) -> Mapping[str, str]:
        asked = {"model": "auto", "messages": [{"role": "user", "content": text}], **fields}
        answer = client.chat.completions.with_raw_response.create(**asked, extra_headers=headers)
        assert answer.parse().choices
        return answer.headers

    told = await gateway.openai(ask)
    (received,) = gateway.servers.received[before:]
    return received, told


async def test_requests_go_where_the_first_rule_that_is_meant_sends_them() -> None:
    async with running_gateway(decided(DECISIONS)) as gateway:
        for what, (text, decision, model, headers) in ASKED_BY_RULE.items():
            received, told = await chat(gateway, text, headers)
            assert received.json["model"] == model, what
            assert told.get("x-semroute-decision", "") == decision, what
            assert told["x-semroute-reason"] == ("rule" if decision else "classifier"), what
            assert told["x-semroute-model"] == model
            assert received.headers.get("x-team") == ("a" if decision == "gold" else None), what
        log = await gateway.access_log(len(ASKED_BY_RULE))
        assert len(log) == len(ASKED_BY_RULE)


async def test_a_picture_goes_to_a_model_that_sees_and_a_long_text_to_one_that_holds_it() -> None:
    decisions = {"picture": {"when": "picture", "models": {"llama-3.1-8b": 1, "medgemma-27b": 0.1}}}
    models: dict[str, Any] = {
        "llama-3.1-8b": {"can": ["tools"]},
        "medgemma-27b": {"can": ["images"]},
        "saul-54b": {"context": 200},
    }
    async with running_gateway(decided(decisions, models)) as gateway:
        gateway.servers.answer = always(completion())
        received, told = await chat(gateway, [{"type": "text", "text": LAW}, IMAGE])
        assert received.json["model"] == "medgemma-27b"
        assert (told["x-semroute-decision"], told["x-semroute-reason"]) == ("picture", "capability")
        received, told = await chat(gateway, LAW)
        assert (received.json["model"], told["x-semroute-reason"]) == ("saul-54b", "classifier")
        received, told = await chat(gateway, f"{LAW} " * 20)
        assert received.json["model"] == "llama-3.3-70b"
        assert told["x-semroute-reason"] == "capability"


async def test_a_model_sees_the_tools_that_serve_the_request() -> None:
    decisions = {"agent": {"when": "agent", "tools": {"keep": 1, "pinned": ["send_mail"]}}}
    async with running_gateway(decided(decisions)) as gateway:
        gateway.servers.answer = always(completion())
        received, told = await chat(gateway, "what will the weather be", tools=TOOLS)
        names = [tool["function"]["name"] for tool in received.json["tools"]]
        assert names == ["weather", "send_mail"]
        assert told["x-semroute-tools"] == "3->2"
        received, told = await chat(gateway, "what will the weather be", tools=TOOLS[:2])
        assert received.json["tools"] == TOOLS[:2]
        assert "x-semroute-tools" not in told
        # Who demands a call has chosen by itself.
        received, told = await chat(gateway, "mail", tools=TOOLS, tool_choice="required")
        assert received.json["tools"] == TOOLS


async def test_a_reranker_has_the_last_word_on_tools_unless_it_fails_or_is_late() -> None:
    decisions = {"agent": {"when": "agent", "tools": {"keep": 1}}}

    reranker = FixedReranker([0, 9])
    opinion = ToolOpinion(reranker, Replace(), 2)
    # It may take 20 seconds, but Envoy does not wait that long.
    async with running_gateway(decided(decisions), tool_opinions=[opinion]) as gateway:
        gateway.servers.answer = always(completion())

        async def kept() -> str:
            received, told = await chat(gateway, "what will the weather be", tools=TOOLS)
            assert told["x-semroute-tools"] == "3->1"
            (tool,) = received.json["tools"]
            return str(tool["function"]["name"])

        other = await kept()
        assert other != "weather"
        reranker.error = ClassifierError("out of order")
        assert await kept() == "weather"
        reranker.error, reranker.seconds = None, 60
        assert await kept() == "weather"
        await gateway.until_metric('semroute_tools_selected_total{basis="incomplete"} 2.0')
        await gateway.until_metric('semroute_tools_selected_total{basis="checkpoint"} 1.0')


@pytest.mark.parametrize("mode", ["insert", "append", "replace"])
async def test_a_model_is_told_what_the_operator_wants_in_the_words_of_its_api(mode: str) -> None:
    ours, theirs = "Answer in one word.", "You are polite."
    texts = {
        "insert": [ours, theirs],
        "append": [theirs, ours],
        "replace": [ours],
    }[mode]
    decisions = {
        "gold": {
            "when": "gold",
            "models": {"saul-54b": 1},
            "system_prompt": {"mode": mode, "text": ours},
            "reasoning": "high",
        }
    }
    change = decided(decisions, {"saul-54b": {"family": "openai"}})
    gold = {"x-tier": "gold"}
    # What the operator says to a model was not screened, and need not be.
    async with running_gateway(change, is_screened=False) as gateway:
        received, _ = await chat(
            gateway,
            "",
            gold,
            messages=[{"role": "system", "content": theirs}, {"role": "user", "content": LAW}],
        )
        assert said(received, ours, theirs) == texts
        assert received.json["messages"][-1] == {"role": "user", "content": LAW}
        assert received.json["reasoning_effort"] == "high"

        def respond(client: OpenAI) -> None:
            client.responses.create(
                model="auto", instructions=theirs, input=LAW, extra_headers=gold
            )

        await gateway.openai(respond)
        received = gateway.servers.received[-1]
        assert said(received, ours, theirs) == texts
        assert received.json["reasoning"] == {"effort": "high"}

        def converse(client: Anthropic) -> None:
            client.messages.create(
                model="auto",
                max_tokens=100,
                system=theirs,
                messages=[{"role": "user", "content": LAW}],
                extra_headers=gold,
            )

        await gateway.anthropic(converse)
        received = gateway.servers.received[-1]
        assert said(received, ours, theirs) == texts
        # OpenAI's models are told nothing about it in Anthropic's words.
        assert not {"reasoning", "reasoning_effort", "thinking"} & received.json.keys()
        # Who names a model gets it as it is.
        received, _ = await chat(gateway, LAW, gold, model="saul-54b")
        assert received.json == {
            "model": "saul-54b",
            "messages": [{"role": "user", "content": LAW}],
        }


def said(received: Received, *texts: str) -> list[str]:
    """Returns which of some texts a model server got, in the order in which it got them."""
    body = json.dumps(received.json)
    there = [text for text in texts if text in body]
    return sorted(there, key=body.index)


async def test_a_conversation_is_in_a_trial_or_it_is_not() -> None:
    decisions = {
        "trial": {
            "when": "trial",
            "models": {"saul-54b": 1},
            "canary": {"qwen3-coder-30b": 0.5},
        }
    }
    went: dict[str, set[str]] = {}
    async with running_gateway(decided(decisions, pin="off")) as gateway:
        for session in map(str, range(8)):
            for text in (LAW, CODE):
                headers = {"x-trial": "yes", "x-session-id": session}
                received, told = await chat(gateway, text, headers)
                reason = "rule" if received.json["model"] == "saul-54b" else "canary"
                assert told["x-semroute-reason"] == reason
                went.setdefault(session, set()).add(received.json["model"])
    assert all(len(models) == 1 for models in went.values())
    assert set().union(*went.values()) == {"saul-54b", "qwen3-coder-30b"}


async def test_a_conversation_stays_while_its_model_waits_for_a_tool() -> None:
    session = {"x-session-id": "s1"}
    call = {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": "{}"}}
    begun = [
        {"role": "user", "content": LAW},
        {"role": "assistant", "content": "No."},
        {"role": "user", "content": CODE},
    ]
    loop = [
        *begun,
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": "rain"},
    ]
    async with running_gateway(decided({}, pin="loop")) as gateway:
        gateway.servers.answer = always(completion())
        received, _ = await chat(gateway, LAW, session)
        assert received.json["model"] == "saul-54b"
        # What is asked of another model beside it does not take the conversation along.
        await chat(gateway, "A title, please", session, model="llama-3.1-8b")
        await gateway.until_metric("semroute_extproc_streams 0.0")
        received, told = await chat(gateway, "", session, messages=loop, tools=TOOLS)
        assert (received.json["model"], told["x-semroute-reason"]) == ("saul-54b", "pinned")
        received, told = await chat(gateway, "", session, messages=begun)
        assert told["x-semroute-reason"] == "classifier"
        assert received.json["model"] == "qwen3-coder-30b"


async def test_clients_say_how_good_they_want_it_as_far_as_they_may() -> None:
    models = {
        "qwen3-coder-30b": {"price": {"input": 9, "output": 9}},
        "llama-3.3-70b": {"price": {"input": 1, "output": 1}},
    }
    change = decided({}, models, min_quality=0.1)
    async with running_gateway(change) as gateway:
        for model, headers, expected in (
            ("auto", {}, "qwen3-coder-30b"),
            ("auto:cheap", {}, "llama-3.3-70b"),
            ("auto", {"x-semroute-quality": "0"}, "llama-3.3-70b"),
            ("auto:best", {"x-semroute-quality": "cheap"}, "qwen3-coder-30b"),
            ("auto:1", {}, "qwen3-coder-30b"),
        ):
            received, _ = await chat(gateway, CODE, headers, model=model)
            assert received.json["model"] == expected, (model, headers)
            assert "x-semroute-quality" not in received.headers
        with pytest.raises(openai.BadRequestError) as caught:
            await chat(gateway, CODE, {"x-semroute-quality": "splendid"})
        assert caught.value.param == "x-semroute-quality"
        with pytest.raises(openai.NotFoundError):
            await chat(gateway, CODE, model="auto:splendid")


def without_gpu_2(settings: Settings) -> Settings:
    """Nobody listens at one endpoint, and Envoy says so where it can be asked."""
    address, sock = bound_socket(Address("127.0.0.1", 0))
    admin, other = bound_socket(Address("127.0.0.1", 0))
    sock.close()
    other.close()
    gone = evolve(settings.endpoints["gpu-2"], address=str(address))
    changed = decided({}, health="envoy")(settings)
    return evolve(
        changed,
        endpoints={**settings.endpoints, "gpu-2": gone},
        envoy=evolve(settings.envoy, admin=str(admin)),
    )


async def test_nobody_is_sent_where_envoy_says_that_nobody_answers() -> None:
    async with running_gateway(without_gpu_2) as gateway, gateway.http() as client:
        body = {"model": "auto", "messages": [{"role": "user", "content": LAW}]}
        with trio.fail_after(30):
            while True:  # until Envoy knows, and we know it of Envoy
                answer = await client.post("/v1/chat/completions", json=body)
                if answer.headers.get("x-semroute-reason") == "health":
                    break
                await trio.sleep(0.2)
        assert answer.status_code == 200
        assert answer.headers["x-semroute-model"] == "llama-3.3-70b"
        for _ in range(5):  # it runs at both, and goes to the one that answers
            await chat(gateway, CODE)
        assert {each.endpoint for each in gateway.servers.received} == {"gpu-1"}
