"""How good clients want their answers."""

import json
from typing import Any

import pytest

from semroute.domain.http import LocalReply
from semroute.domain.verdict import Refused, Routed

from .deciding import Bench, asked, configured

ROUTING: dict[str, Any] = {
    "default_model": "small",
    "quality": 0.7,
    "min_quality": 0.2,
    "max_quality": 0.9,
    "budget_seconds": 5,
}


@pytest.mark.parametrize(
    ("model", "header", "quality"),
    [
        ("auto", None, 0.7),
        ("auto", "0.5", 0.5),
        ("auto", "0", 0.2),
        ("auto", "best", 0.9),
        ("auto:0.3", None, 0.3),
        ("auto:cheap", None, 0.2),
        ("auto:balanced", "best", 0.7),
        ("auto:0.3", "0.5", 0.3),
    ],
)
async def test_a_wish_counts_as_far_as_it_is_allowed(
    model: str, header: str | None, quality: float
) -> None:
    headers = {} if header is None else {"x-semroute-quality": header}
    ruling = await Bench(configured(routing=ROUTING)).route(asked("hi", headers, model=model))
    assert isinstance(ruling.verdict, Routed)
    assert ruling.verdict.decision.quality == quality
    assert ruling.facts.requested_model == "auto"


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages", "/v1/embeddings"])
async def test_what_is_no_wish_is_refused_and_not_repeated(path: str) -> None:
    request = asked("hi", {"x-semroute-quality": "splendid"}, path, input="hi", max_tokens=5)
    ruling = await Bench(configured(routing=ROUTING)).route(request)
    assert isinstance(ruling.verdict, Refused)
    assert isinstance(ruling.action, LocalReply)
    assert ruling.action.status == 400
    assert b"splendid" not in ruling.action.body
    error = json.loads(ruling.action.body)["error"]
    assert "x-semroute-quality" in error["message"]
    if path != "/v1/messages":  # Anthropic's errors have no such field
        assert (error["param"], error["code"]) == ("x-semroute-quality", "invalid_quality")


async def test_an_alias_with_no_wish_behind_it_is_no_model() -> None:
    ruling = await Bench(configured(routing=ROUTING)).route(asked(model="auto:splendid"))
    assert isinstance(ruling.action, LocalReply)
    assert ruling.action.status == 404
