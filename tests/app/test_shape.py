"""What becomes of a request's body in each API, when a decision says so."""

import json
from pathlib import Path
from typing import Any

import pytest
import trio
import trio.testing

from semroute.adapters.memory import WordEmbedder
from semroute.domain.ruling import RequestEdit, Ruling
from semroute.domain.tools.selection import Basis

from .deciding import Bench, CountingClassifier, asked, configured

OURS, THEIRS = "Answer in one word.", "You are polite."
GOLD = {"x-tier": "gold"}
SIGNALS = {"gold": {"header": {"name": "x-tier", "any": ["gold"]}}}
FAMILY = {
    "own": {
        "description": "ours",
        "chat": {"high": {"think": "hard"}},
        "responses": {"high": {"reasoning": {"effort": "high"}}},
        "messages": {"high": {"thinking": {"type": "enabled", "budget_tokens": 1024}}},
    }
}
MODELS = {
    "small": {"endpoints": {"cpu": 1}, "family": "own"},
    "euler": {"endpoints": {"gpu": 1}},
    "portia": {"endpoints": {"gpu": 1}},
}
BODIES: dict[str, dict[str, Any]] = {
    "/v1/chat/completions": {
        "messages": [{"role": "system", "content": THEIRS}, {"role": "user", "content": "hi"}]
    },
    "/v1/responses": {"instructions": THEIRS, "input": "hi"},
    "/v1/messages": {
        "system": THEIRS,
        "messages": [{"role": "user", "content": "hi"}],
        "max_tokens": 2000,
    },
    "/v1/messages/count_tokens": {
        "system": THEIRS,
        "messages": [{"role": "user", "content": "hi"}],
    },
    "/v1/completions": {"prompt": "hi"},
    "/v1/embeddings": {"input": "hi"},
}
FUNCTIONS = [
    {"name": name, "description": text, "parameters": {"type": "object", "properties": {}}}
    for name, text in (
        ("book_table", "Reserves a table."),
        ("weather", "Says what the weather will be; ask a@example.org."),
        ("send_mail", "Sends a letter to b@example.org."),
    )
]
TOOLS = [{"type": "function", "function": each} for each in FUNCTIONS]


def bench(guards: dict[str, Any] | None = None, **decision: Any) -> Bench:
    changes = {} if guards is None else {"guards": guards}
    routing = {"default_model": "euler", "embedding_model": "small", "budget_seconds": 5}
    return Bench(
        configured(
            models=MODELS,
            signals=SIGNALS,
            reasoning=FAMILY,
            routing=routing,
            decisions={"gold": {"when": "gold", "models": {"small": 1}, **decision}},
            **changes,
        )
    )


async def sent(bench: Bench, path: str, **fields: Any) -> Any:
    """Returns the body that a model server gets."""
    return body_of(await bench.route(request(path, **fields)), request(path, **fields).body)


def request(path: str, **fields: Any) -> Any:
    asking = asked("", GOLD, path)
    body = {"model": "auto", **BODIES[path], **fields}
    return type(asking)(asking.method, asking.path, asking.headers, json.dumps(body).encode())


def body_of(ruling: Ruling, before: bytes) -> Any:
    assert isinstance(ruling.action, RequestEdit)
    return json.loads(before if ruling.action.body is None else ruling.action.body)


@pytest.mark.parametrize("path", BODIES)
async def test_a_body_changes_as_its_api_has_it_and_in_nothing_else(path: str) -> None:
    text: dict[str, Any] = {"system_prompt": {"text": OURS, "mode": "replace"}, "reasoning": "high"}
    expected: dict[str, dict[str, Any]] = {
        "/v1/chat/completions": {
            "messages": [{"role": "system", "content": OURS}, {"role": "user", "content": "hi"}],
            "think": "hard",
        },
        "/v1/responses": {"instructions": OURS, "reasoning": {"effort": "high"}},
        "/v1/messages": {
            "system": OURS,
            "thinking": {"type": "enabled", "budget_tokens": 1024},
        },
        # Instructions are tokens; how much is thought about them is none of the request's.
        "/v1/messages/count_tokens": {"system": OURS},
        # A prompt to go on from and a text to make a vector of have no place for it.
        "/v1/completions": {},
        "/v1/embeddings": {},
    }
    body = await sent(bench(**text), path)
    assert body == {**BODIES[path], **expected[path], "model": "small"}


@pytest.mark.parametrize("mode", ["insert", "append"])
async def test_what_a_client_says_is_kept_beside_what_the_operator_says(mode: str) -> None:
    body = await sent(bench(system_prompt={"text": OURS, "mode": mode}), "/v1/chat/completions")
    text = json.dumps(body["messages"])
    assert (text.index(OURS) < text.index(THEIRS)) is (mode == "insert")
    assert body["messages"][-1] == {"role": "user", "content": "hi"}


@pytest.mark.parametrize("path", BODIES)
async def test_who_names_a_model_gets_it_as_it_is(path: str) -> None:
    shaping = bench(system_prompt={"text": OURS}, reasoning="high", tools={"keep": 1})
    assert await sent(shaping, path, model="small") == {"model": "small", **BODIES[path]}


async def test_words_that_must_not_be_seen_are_hidden_in_what_is_left() -> None:
    """The places of texts are those of the request as it came, whatever else changes in it."""
    masks = {"pii": {"mode": "enforce", "actions": {"email": "mask"}}}
    shaping = bench(masks, system_prompt={"text": OURS}, tools={"keep": 1})
    messages = [{"role": "user", "content": "how will the weather be? c@example.org"}]
    ruling = await shaping.route(request("/v1/chat/completions", messages=messages, tools=TOOLS))
    body = body_of(ruling, b"")
    (tool,) = body["tools"]
    assert tool["function"]["name"] == "weather"
    assert "example.org" not in json.dumps(body)
    assert body["messages"][0]["content"] == OURS
    assert "[EMAIL_" in body["messages"][1]["content"]
    assert "[EMAIL_" in tool["function"]["description"]
    assert ruling.response_headers["x-semroute-tools"] == "3->1"


@pytest.mark.parametrize(
    ("path", "tool"),
    [
        ("/v1/chat/completions", TOOLS[1]),
        ("/v1/responses", {"type": "function", **FUNCTIONS[1]}),
        (
            "/v1/messages",
            {
                "name": "weather",
                "description": FUNCTIONS[1]["description"],
                "input_schema": FUNCTIONS[1]["parameters"],
            },
        ),
    ],
)
async def test_a_request_without_tools_gets_the_operator_s_in_the_words_of_its_api(
    path: str, tool: dict[str, Any], tmp_path: Path
) -> None:
    file = tmp_path / "tools.json"
    file.write_text(json.dumps(TOOLS))
    shaping = bench(tools={"keep": 1, "database": str(file)})
    text = "how will the weather be?"
    field = "input" if path == "/v1/responses" else "messages"
    said: Any = text if field == "input" else [{"role": "user", "content": text}]
    body = await sent(shaping, path, **{field: said})
    assert [{key: each[key] for key in tool} for each in body["tools"]] == [tool]
    # `auto` in the place of tools asks for the operator's.
    body = await sent(shaping, path, tools="auto", **{field: said})
    assert [{key: each[key] for key in tool} for each in body["tools"]] == [tool]
    theirs = [{"type": "function", "function": FUNCTIONS[0]}]
    if path == "/v1/chat/completions":
        assert (await sent(shaping, path, tools=theirs))["tools"] == theirs
        assert "tools" not in await sent(shaping, path, tool_choice="none")
    plain = await sent(shaping, "/v1/completions")
    assert "tools" not in plain


class LateEmbedder(WordEmbedder):
    """Never says what a text means."""

    async def embed(self, text: str) -> bytes:
        await trio.sleep_forever()


@pytest.mark.parametrize("brings", [True, False], ids=["its own tools", "the operator's"])
async def test_tools_are_chosen_before_envoy_gives_up(
    tmp_path: Path, autojump_clock: trio.testing.MockClock, *, brings: bool
) -> None:
    """Of five seconds for a ruling, the classifier takes four."""
    file = tmp_path / "tools.json"
    file.write_text(json.dumps(TOOLS))
    tools = {"keep": 1} if brings else {"keep": 1, "database": str(file)}
    slow = CountingClassifier()
    slow.delay_seconds = 4
    shaping = Bench(
        configured(
            models=MODELS,
            reasoning=FAMILY,
            signals={"hi": {"category": {"any": ["law"]}}, **SIGNALS},
            envoy={"message_timeout_seconds": 5 / 0.8},
            routing={"default_model": "euler", "budget_seconds": 5},
            decisions={"gold": {"when": {"all": ["gold"], "none": ["hi"]}, "tools": tools}},
        ),
        slow,
        LateEmbedder(),
    )
    messages = [{"role": "user", "content": "how will the weather be?"}]
    offered = {"tools": TOOLS} if brings else {}
    start = trio.current_time()
    ruling = await shaping.route(request("/v1/chat/completions", messages=messages, **offered))
    assert trio.current_time() - start == pytest.approx(5, abs=0.01)
    assert slow.asked == 1
    (tool,) = body_of(ruling, b"")["tools"]
    assert tool["function"]["name"] == "weather"
    assert ruling.selection is not None
    assert ruling.selection.basis is Basis.WORDS


async def test_headers_of_a_decision_go_along_and_cannot_steer() -> None:
    forged = {"x-team": "a", "x-selected-model": "portia", "x-gateway-destination-endpoint": "gpu"}
    ruling = await bench(headers=forged).route(request("/v1/chat/completions"))
    assert isinstance(ruling.action, RequestEdit)
    headers = ruling.action.headers.set
    assert headers["x-team"] == "a"
    assert headers["x-selected-model"] == "small"
    assert headers["x-gateway-destination-endpoint"] == "cpu"
    assert ruling.response_headers["x-semroute-decision"] == "gold"
    assert ruling.metadata["decision"] == "gold"
