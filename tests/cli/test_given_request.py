"""The request that the command line makes of what it is given."""

import json
from pathlib import Path
from typing import Any

import pytest

from semroute.app.cli.exits import UsageError
from semroute.app.cli.given_request import ApiName, GivenRequest, api_like

TURNS = [{"role": "user", "content": "hi"}]


@pytest.mark.parametrize(
    ("body", "api"),
    [
        ({"messages": TURNS}, "chat"),
        ({"messages": TURNS, "max_tokens": 9, "tools": [{"type": "function"}]}, "chat"),
        ({"messages": TURNS, "system": "Be brief."}, "messages"),
        ({"messages": TURNS, "tools": [{"name": "f", "input_schema": {}}]}, "messages"),
        ({"messages": [{"role": "user", "content": [{"type": "tool_result"}]}]}, "messages"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, "chat"),
        ({"messages": "nonsense"}, "chat"),
        ({"prompt": "hi"}, "completions"),
        ({"input": "hi"}, "responses"),
        ({"input": [{"role": "user", "content": "hi"}]}, "responses"),
        ({"input": ["a", "b"]}, "embeddings"),
        ({"input": "hi", "encoding_format": "float"}, "embeddings"),
        ({}, "chat"),
    ],
)
def test_an_api_is_known_by_the_shape_of_its_requests(body: dict[str, Any], api: ApiName) -> None:
    assert api_like(body) == api


def test_a_body_stays_as_it_was_written(tmp_path: Path) -> None:
    text = '{"model":  "auto", "messages": [], "model": "auto"}'
    (tmp_path / "r.json").write_text(text)
    request = GivenRequest(("X-Tier=gold=1", "a = b")).of_file(tmp_path / "r.json")
    assert (request.method, request.path) == ("POST", "/v1/chat/completions")
    assert request.body == text.encode()
    assert request.headers.get("x-tier") == "gold=1"
    assert request.headers.get("a") == "b"


def test_another_model_takes_the_place_of_the_one_it_names(tmp_path: Path) -> None:
    (tmp_path / "r.json").write_text('{"model": "auto", "input": ["a"]}')
    request = GivenRequest(model="m", api="embeddings").of_file(tmp_path / "r.json")
    assert request.path == "/v1/embeddings"
    assert json.loads(request.body) == {"model": "m", "input": ["a"]}


@pytest.mark.parametrize(
    ("api", "field"),
    [
        (None, "messages"),
        ("chat", "messages"),
        ("messages", "messages"),
        ("completions", "prompt"),
        ("responses", "input"),
        ("embeddings", "input"),
    ],
)
def test_a_prompt_is_put_where_its_api_has_it(api: ApiName | None, field: str) -> None:
    body = json.loads(GivenRequest(api=api).of_prompt("hello", "auto").body)
    assert body["model"] == "auto"
    assert "hello" in json.dumps(body[field])


@pytest.mark.parametrize(
    ("text", "headers", "message"),
    [
        ("{", (), "is not JSON"),
        ("[]", (), "must be a JSON object"),
        ("{}", ("nonsense",), "write it as name=value"),
        ("{}", ("a=€",), "Latin-1"),
    ],
)
def test_what_is_no_request_is_told_in_words(
    tmp_path: Path, text: str, headers: tuple[str, ...], message: str
) -> None:
    (tmp_path / "r.json").write_text(text)
    with pytest.raises(UsageError, match=message):
        GivenRequest(headers).of_file(tmp_path / "r.json")
