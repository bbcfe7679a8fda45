from typing import Any

import pytest
from hypothesis import given

from semroute.adapters.wire.choice import Choice, choice_of, legacy_choice_of
from semroute.domain.chat import ToolChoice

from .documents import JSON, UNHURRIED

AUTO = Choice()
NONE = Choice(ToolChoice.NONE)
REQUIRED = Choice(ToolChoice.REQUIRED)


def named(*names: str) -> Choice:
    return Choice(ToolChoice.NAMED, frozenset(names))


F = {"type": "function", "function": {"name": "f"}}


@pytest.mark.parametrize(
    ("value", "choice"),
    [
        (None, AUTO),
        ("auto", AUTO),
        ("none", NONE),
        ("required", REQUIRED),
        ("any", REQUIRED),
        # chat completions
        (F, named("f")),
        ({"type": "custom", "custom": {"name": "f"}}, named("f")),
        (
            {
                "type": "allowed_tools",
                "allowed_tools": {"mode": "auto", "tools": [F, {"type": "web_search"}]},
            },
            named("f"),
        ),
        # responses
        ({"type": "function", "name": "f"}, named("f")),
        ({"type": "web_search_preview"}, named()),
        (
            {
                "type": "allowed_tools",
                "mode": "required",
                "tools": [{"type": "function", "name": "f"}, {"type": "custom", "name": "g"}],
            },
            named("f", "g"),
        ),
        # messages
        ({"type": "auto", "disable_parallel_tool_use": True}, AUTO),
        ({"type": "any"}, REQUIRED),
        ({"type": "none"}, NONE),
        ({"type": "tool", "name": "f"}, named("f")),
        # what makes no sense
        ("f", AUTO),
        (["none"], AUTO),
        ({}, AUTO),
        ({"type": 7, "name": "f"}, AUTO),
        ({"type": "tool", "name": 7}, named()),
        ({"type": "allowed_tools", "allowed_tools": 7}, named()),
        ({"type": "allowed_tools", "tools": {"name": "f"}}, named()),
    ],
)
def test_a_choice_says_how_free_the_model_is(value: Any, choice: Choice) -> None:
    assert choice_of(value) == choice


@pytest.mark.parametrize(
    ("value", "choice"),
    [(None, AUTO), ("auto", AUTO), ("none", NONE), ({"name": "f"}, named("f")), ({}, AUTO)],
)
def test_a_choice_of_functions_is_understood_too(value: Any, choice: Choice) -> None:
    assert legacy_choice_of(value) == choice


@UNHURRIED
@given(JSON)
def test_names_are_only_there_if_the_choice_is_one_of_them(value: Any) -> None:
    for choice in (choice_of(value), legacy_choice_of(value)):
        assert not choice.names or choice.freedom is ToolChoice.NAMED
        assert "" not in choice.names
