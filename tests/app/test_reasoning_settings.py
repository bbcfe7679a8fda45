"""Families of models as they are configured, and as they ship."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import semroute.app
from semroute.adapters.settings import SettingsError, load
from semroute.app.reasoning import (
    ReasoningLibrary,
    families_of,
    family_mistake,
    reasoning_mistakes,
)
from semroute.domain.http import Service
from semroute.domain.json import Json
from semroute.domain.reasoning import (
    REASONED,
    Present,
    ReasoningMode,
    reasoning_fields,
    reasoning_patch,
)
from tests.domain.test_reasoning import merged

DEFAULTS = Path(semroute.app.__file__).parent / "defaults"
CHAT, RESPONSES, MESSAGES = REASONED


def read(text: str) -> ReasoningLibrary:
    def check(library: ReasoningLibrary) -> Iterator[tuple[tuple[str | int, ...], str]]:
        for path, message in reasoning_mistakes(library.reasoning):
            yield ("reasoning", *path), message

    return load(text, ReasoningLibrary, check=check)


SHIPPED = read((DEFAULTS / "reasoning.yaml").read_text()).reasoning
FAMILIES = families_of({}, SHIPPED)


def told(family: str, service: Service, mode: ReasoningMode | None, **fields: Json) -> Json:
    """Returns the request as a shipped family gets it."""
    known = reasoning_fields(FAMILIES.values(), service)
    present = Present(fields)
    return merged(fields, reasoning_patch(mode, FAMILIES[family], service, known, present))


def mistakes(text: str) -> dict[tuple[str | int, ...], str]:
    with pytest.raises(SettingsError) as caught:
        read(text)
    return {problem.path: problem.message for problem in caught.value.problems}


def test_every_family_that_ships_says_what_it_is_and_where_that_is_written() -> None:
    for name, family in SHIPPED.items():
        assert family.description, name
        assert name == "plain" or family.documented, name
        assert all(each.startswith("https://") for each in family.documented), name


def test_every_family_that_ships_but_plain_can_be_told_to_think() -> None:
    for name, family in FAMILIES.items():
        for service, dialect in family.dialects.items():
            assert ReasoningMode.HIGH in dialect.patches, (name, service)
    assert not FAMILIES["plain"].dialects


def test_a_claude_client_may_be_sent_to_qwen() -> None:
    thinking: Json = {"type": "enabled", "budget_tokens": 4000}
    assert told("qwen3", MESSAGES, ReasoningMode.HIGH, thinking=thinking) == {}


def test_an_openai_client_may_be_sent_to_deepseek() -> None:
    assert told("deepseek", CHAT, ReasoningMode.MEDIUM, reasoning_effort="low") == {
        "chat_template_kwargs": {"thinking": True}
    }


def test_a_qwen_client_may_be_sent_to_gpt_oss() -> None:
    kwargs: Json = {"enable_thinking": False}
    assert told("gpt-oss", CHAT, ReasoningMode.OFF, chat_template_kwargs=kwargs) == {
        "reasoning_effort": "low"
    }


def test_gpt_with_functions_is_not_told_in_chat_but_in_responses() -> None:
    tools: Json = [{"type": "function", "name": "f"}]
    assert told("openai", CHAT, ReasoningMode.HIGH, tools=tools) == {"tools": tools}
    assert told("openai", RESPONSES, ReasoningMode.HIGH, tools=tools) == {
        "tools": tools,
        "reasoning": {"effort": "high"},
    }


def test_how_claude_s_thoughts_are_shown_stays_the_client_s_choice() -> None:
    thinking: Json = {"type": "enabled", "budget_tokens": 4000, "display": "summarized"}
    assert told("claude", MESSAGES, ReasoningMode.LOW, thinking=thinking) == {
        "thinking": {"type": "adaptive", "display": "summarized"},
        "output_config": {"effort": "low"},
    }
    assert told("claude", MESSAGES, ReasoningMode.OFF, thinking=thinking) == {
        "thinking": {"type": "disabled"}
    }


pairs = st.tuples(*[st.sampled_from(sorted(FAMILIES))] * 2)
modes = st.sampled_from(ReasoningMode)
requests: st.SearchStrategy[dict[str, Json]] = st.fixed_dictionaries(
    {"max_tokens": st.integers(1, 40_000)},
    optional={name: st.sampled_from([0.2, 1]) for name in ("temperature", "top_p", "top_k")},
)


@given(pairs, st.sampled_from(REASONED), st.tuples(modes, st.none() | modes), requests)
def test_whatever_was_said_to_one_family_the_next_one_understands(
    pair: tuple[str, str],
    service: Service,
    told_to: tuple[ReasoningMode, ReasoningMode | None],
    request: dict[str, Json],
) -> None:
    first, second = pair
    sent = told(first, service, told_to[0], **request)
    assert isinstance(sent, dict)
    got = told(second, service, told_to[1], **sent)
    assert isinstance(got, dict)
    ours = {name.split(".")[0] for name in FAMILIES[second].dialect(service).fields}
    assert got.keys() <= request.keys() | ours
    assert {key: got[key] for key in request} == request


@given(modes, requests)
def test_claude_never_gets_a_budget_or_a_temperature_that_it_refuses(
    mode: ReasoningMode, request: dict[str, Json]
) -> None:
    got = told("claude-budget", MESSAGES, mode, **request)
    assert isinstance(got, dict)
    match got.get("thinking"):
        case {"type": "enabled", "budget_tokens": int(budget)}:
            assert mode is not ReasoningMode.OFF
            assert 1024 <= budget < got["max_tokens"]
            assert 0.2 not in request.values()
        case {"type": "disabled", **rest}:
            assert mode is ReasoningMode.OFF
            assert not rest
        case nothing:
            assert nothing is None
            assert got["max_tokens"] <= 1024 or 0.2 in request.values()


def test_a_configured_family_takes_the_place_of_a_shipped_one() -> None:
    mine = read("reasoning: {qwen3: {chat: {high: {think: true}}}}").reasoning
    dialect = families_of(mine, SHIPPED)["qwen3"].dialects[CHAT]
    assert dialect.patches == {ReasoningMode.HIGH: {"think": True}}


def test_a_mode_that_yaml_takes_for_a_truth_is_a_mode() -> None:
    mine = read("reasoning: {mine: {chat: {off: {think: false}}}}").reasoning
    assert mine["mine"].chat.off == {"think": False}


def test_a_slip_in_a_mode_is_helped() -> None:
    found = mistakes("reasoning: {mine: {chat: {hihg: {think: true}}}}")
    path = ("reasoning", "mine", "chat", "hihg")
    assert found == {path: "unknown key; did you mean 'high'?"}


def test_a_slip_in_an_api_is_helped() -> None:
    found = mistakes("reasoning: {mine: {chats: {high: {think: true}}}}")
    assert found == {("reasoning", "mine", "chats"): "unknown key; did you mean 'chat'?"}


@pytest.mark.parametrize("field", ["model", "messages", "input", "tools", "stream"])
def test_what_the_router_decides_is_no_matter_of_reasoning(field: str) -> None:
    found = mistakes(f"reasoning: {{mine: {{chat: {{high: {{{field}: x}}}}}}}}")
    assert set(found) == {("reasoning", "mine", "chat", "high", field)}


@pytest.mark.parametrize("budget", ["1023", "0", "true", "many", "1024.5"])
def test_a_budget_that_anthropic_refuses_is_refused(budget: str) -> None:
    thinking = f"{{thinking: {{type: enabled, budget_tokens: {budget}}}}}"
    found = mistakes(f"reasoning: {{mine: {{messages: {{high: {thinking}}}}}}}")
    path = ("reasoning", "mine", "messages", "high", "thinking", "budget_tokens")
    assert found == {path: "it must be a whole number of at least 1024"}


def test_a_patch_that_says_nothing_is_refused() -> None:
    found = mistakes("reasoning: {mine: {responses: {low: {}}}}")
    assert set(found) == {("reasoning", "mine", "responses", "low")}


def test_a_field_s_name_has_no_dot() -> None:
    found = mistakes("reasoning: {mine: {chat: {low: {a: {reasoning.effort: low}}}}}")
    assert set(found) == {("reasoning", "mine", "chat", "low", "a", "reasoning.effort")}


def test_what_json_cannot_say_is_refused() -> None:
    found = mistakes("reasoning: {mine: {chat: {low: {a: [1, .inf]}}}}")
    assert found == {("reasoning", "mine", "chat", "low", "a", 1): "it must be a finite number"}


@pytest.mark.parametrize("name", ["", ".a", "a.", "a..b", "a b"])
def test_a_field_s_place_is_spelled_with_dots(name: str) -> None:
    found = mistakes(f"reasoning: {{mine: {{chat: {{knows: ['{name}']}}}}}}")
    assert set(found) == {("reasoning", "mine", "chat", "knows", 0)}


def test_a_family_that_nobody_knows_is_helped() -> None:
    assert family_mistake("qwen3", {}, SHIPPED) is None
    assert family_mistake("mine", {"mine": SHIPPED["plain"]}, SHIPPED) is None
    assert family_mistake("quen3", {}, SHIPPED) == (
        "no family is called quen3; did you mean 'qwen3'?"
    )
