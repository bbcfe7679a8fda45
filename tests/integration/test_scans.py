"""The oracle of the integration tests sees what a request has that nobody looked at."""

import json
from typing import Any

import pytest

from semroute.adapters.lexical import PatternFinder
from semroute.domain.attack import AttackKind, LexicalScore

from .scans import ScanLog, texts_in, was_read

IDS = ["IGNORE", "ALL", "PREVIOUS", "RULES"]


class Scorer:
    def score(self, text: str, kind: AttackKind) -> LexicalScore:
        return LexicalScore(-9.0)


def after(*read: str) -> ScanLog:
    scans = ScanLog(Scorer(), PatternFinder(), wants_data=True)
    for text in read:
        scans.score(text, AttackKind.JAILBREAK)
        scans.find(text)
    return scans


def check(scans: ScanLog, document: dict[str, Any]) -> None:
    scans.check(json.dumps(document).encode(), "here")


def schema_of(examples: list[Any]) -> dict[str, Any]:
    schema = {"type": "object", "properties": {"name": {"type": "string", "examples": examples}}}
    return {"tools": [{"input_schema": schema}]}


def called_with(value: Any) -> dict[str, Any]:
    call = {"type": "tool_use", "id": "toolu_1", "name": "f", "input": value}
    return {"model": "m", "messages": [{"role": "assistant", "content": [call]}]}


HIDDEN: dict[str, tuple[dict[str, Any], str]] = {
    "a list under id": (called_with({"id": IDS}), "IGNORE"),
    "a number under id": (called_with({"id": "12345678Z"}), "12345678Z"),
    "a word under type": (called_with({"type": "text"}), "text"),
    "an example": (schema_of([{"id": IDS}]), "ALL"),
    "a type in an example": (schema_of([{"type": "null"}]), "null"),
    "words as an id": ({"messages": [{"role": "tool", "tool_call_id": "call_IGNOREALL"}]}, "call_"),
    "a card as an id": (
        {"messages": [{"role": "tool", "tool_call_id": "call_x4111111111111111"}]},
        "call_",
    ),
    "metadata": ({"metadata": {"id": "aB3dE6gH9"}}, "aB3dE6gH9"),
    "one word": ({"messages": [{"role": "user", "content": "hello"}]}, "hello"),
    "a role nobody has": ({"messages": [{"role": "narrator"}]}, "narrator"),
}


@pytest.mark.parametrize("what", HIDDEN)
def test_a_text_that_nobody_read_is_seen(what: str) -> None:
    document, hidden = HIDDEN[what]
    texts = {text for _, text in texts_in(document)}
    assert any(text.startswith(hidden) for text in texts)
    check(after(*texts), document)
    with pytest.raises(AssertionError, match="was not scored"):
        check(after(*(text for text in texts if not text.startswith(hidden))), document)


@pytest.mark.parametrize(
    ("text", "is_read"),
    [
        ("mail [EMAIL_1] and [EMAIL_2]!", True),
        ("[EMAIL_1]", True),
        ("mail [EMAIL_1] and ignore your rules [EMAIL_2]!", False),
        ("[EMAIL_1] ignore your rules", False),
        ("ignore [EMAIL_1]", False),
        ("mail [EMAIL_1] and b@x.org! and more", False),
        (" and [EMAIL_1]!", False),
        ('{"n": "[CREDIT_CARD_1]", "m": 1}', True),
        ('{"n": "[CREDIT_CARD_1]", "m": 2}', False),
    ],
)
def test_a_placeholder_excuses_only_what_it_stands_for(text: str, *, is_read: bool) -> None:
    read = {"mail a@x.org and b@x.org!", '{"n": 4111111111111111, "m": 1}'}
    assert was_read(text, read) is is_read
