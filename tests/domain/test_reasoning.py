"""What models are told of how much to think."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semroute.domain.http import Service
from semroute.domain.json import Json
from semroute.domain.reasoning import (
    REASONED,
    Dialect,
    Family,
    Present,
    ReasoningMode,
    reasoning_fields,
    reasoning_patch,
)

OFF, LOW, MEDIUM, HIGH = ReasoningMode
CHAT, RESPONSES, MESSAGES = REASONED

SWITCH = Family(
    "switch",
    {
        CHAT: Dialect(
            {
                OFF: {"chat_template_kwargs": {"enable_thinking": False}},
                HIGH: {"chat_template_kwargs": {"enable_thinking": True}},
            }
        )
    },
)
EFFORTS = Family(
    "efforts",
    {
        CHAT: Dialect(
            {each: {"reasoning_effort": each.value} for each in (LOW, MEDIUM, HIGH)},
            excludes=frozenset({"temperature", "logprobs", "tools"}),
        ),
        RESPONSES: Dialect(
            {each: {"reasoning": {"effort": each.value}} for each in ReasoningMode},
            knows=frozenset({"reasoning"}),
            keeps=frozenset({"reasoning.summary"}),
        ),
    },
)
BUDGETS = Family(
    "budgets",
    {
        MESSAGES: Dialect(
            {
                OFF: {"thinking": {"type": "disabled"}},
                LOW: {"thinking": {"type": "enabled", "budget_tokens": 1024}},
                MEDIUM: {"thinking": {"type": "enabled", "budget_tokens": 8192}},
                HIGH: {"thinking": {"type": "enabled", "budget_tokens": 24576}},
            },
            knows=frozenset({"thinking"}),
        )
    },
)
PLAIN = Family("plain")
FAMILIES = (SWITCH, EFFORTS, BUDGETS, PLAIN)


def merged(target: Json, patch: Json) -> Json:
    """RFC 7396, word for word."""
    if not isinstance(patch, Mapping):
        return patch
    result = dict(target) if isinstance(target, Mapping) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


def patch(
    mode: ReasoningMode | None, family: Family | None, service: Service, present: Present
) -> Mapping[str, Json]:
    return reasoning_patch(mode, family, service, reasoning_fields(FAMILIES, service), present)


def told(
    mode: ReasoningMode | None, family: Family, service: Service = CHAT, **fields: Json
) -> Json:
    """Returns the request as it goes on."""
    return merged(fields, patch(mode, family, service, Present(fields)))


@pytest.mark.parametrize("mode", [LOW, MEDIUM, HIGH])
def test_a_switch_is_on_for_every_mode_that_is_not_off(mode: ReasoningMode) -> None:
    assert told(mode, SWITCH) == {"chat_template_kwargs": {"enable_thinking": True}}


def test_a_family_that_always_thinks_thinks_little_when_it_shall_not() -> None:
    assert told(OFF, EFFORTS) == {"reasoning_effort": "low"}


def test_nobody_thinks_much_who_shall_not_think() -> None:
    eager = Family("eager", {CHAT: Dialect({HIGH: {"reasoning_effort": "high"}})})
    assert told(OFF, eager) == {}


def test_nobody_is_kept_from_thinking_who_shall_think() -> None:
    lazy = Family("lazy", {CHAT: Dialect({OFF: {"reasoning_effort": "none"}})})
    for mode in (LOW, MEDIUM, HIGH):
        assert told(mode, lazy) == {}


@pytest.mark.parametrize(
    "fields",
    [
        {"reasoning_effort": "high"},
        {"thinking": {"type": "enabled", "budget_tokens": 2000}},
        {"enable_thinking": True, "thinking_budget": 100},
        {"chat_template_kwargs": {"thinking": True}},
        {"reasoning": {"effort": "high", "summary": "auto"}},
        {"extra_body": {"google": {"thinking_config": {"thinking_level": "low"}}}},
        {"reasoning_effort": None},
    ],
)
def test_words_of_other_families_are_removed(fields: dict[str, Json]) -> None:
    assert told(None, PLAIN, CHAT, temperature=0.5, **fields) == {"temperature": 0.5}


def test_what_else_stands_in_an_object_stays() -> None:
    kwargs: Json = {"thinking": True, "date": "2026-01-01"}
    assert told(None, PLAIN, chat_template_kwargs=kwargs) == {
        "chat_template_kwargs": {"date": "2026-01-01"}
    }


def test_the_format_of_an_answer_is_no_effort() -> None:
    config: dict[str, Json] = {"format": {"type": "json_schema"}, "effort": "high"}
    assert told(None, PLAIN, MESSAGES, output_config=config) == {
        "output_config": {"format": {"type": "json_schema"}}
    }


def test_an_empty_object_of_the_client_is_not_ours_to_remove() -> None:
    assert patch(HIGH, PLAIN, CHAT, Present({"chat_template_kwargs": {}})) == {}


def test_words_that_the_model_understands_stay_if_nobody_says_more() -> None:
    before = Present({"thinking": {"type": "enabled", "budget_tokens": 2000, "display": "omitted"}})
    assert patch(None, BUDGETS, MESSAGES, before) == {}


def test_a_mode_takes_the_place_of_the_client_s_words() -> None:
    thinking: Json = {"type": "enabled", "budget_tokens": 2000}
    assert told(OFF, BUDGETS, MESSAGES, thinking=thinking) == {"thinking": {"type": "disabled"}}


def test_what_is_no_object_gives_way_to_one() -> None:
    assert told(OFF, BUDGETS, MESSAGES, thinking="no") == {"thinking": {"type": "disabled"}}


def test_what_is_kept_stays_where_the_model_reasons() -> None:
    reasoning: Json = {"effort": "low", "summary": "auto", "budget": 3}
    assert told(HIGH, EFFORTS, RESPONSES, reasoning=reasoning) == {
        "reasoning": {"effort": "high", "summary": "auto"}
    }
    assert told(OFF, EFFORTS, RESPONSES, reasoning=reasoning) == {"reasoning": {"effort": "off"}}


def test_of_a_model_without_a_family_nothing_is_known() -> None:
    before = Present({"reasoning_effort": "high", "thinking": {"type": "enabled"}})
    assert patch(HIGH, None, CHAT, before) == {}


@pytest.mark.parametrize("service", [each for each in Service if each not in REASONED])
def test_other_apis_have_no_words_for_it(service: Service) -> None:
    assert patch(HIGH, EFFORTS, service, Present({"reasoning_effort": "low"})) == {}


def test_an_api_without_words_for_a_family_gets_none() -> None:
    assert told(HIGH, SWITCH, MESSAGES, max_tokens=10) == {"max_tokens": 10}


def test_a_patch_may_remove_what_is_there_and_says_nothing_of_what_is_not() -> None:
    family = Family("odd", {CHAT: Dialect({OFF: {"options": {"deep": None}}})})
    assert told(OFF, family) == {}
    assert told(OFF, family, options={"deep": 3, "wide": 1}) == {"options": {"wide": 1}}


@pytest.mark.parametrize(
    "fields",
    [{"temperature": 0}, {"temperature": 0.3}, {"logprobs": True}, {"tools": [{"type": "x"}]}],
)
def test_beside_what_the_server_excludes_nothing_is_said(fields: dict[str, Json]) -> None:
    assert told(HIGH, EFFORTS, CHAT, **fields) == fields


@pytest.mark.parametrize(
    "fields",
    [
        *({"temperature": 1}, {"temperature": 1.0}, {"temperature": None}),
        *({"logprobs": False}, {"tools": []}),
    ],
)
def test_what_goes_without_saying_excludes_nothing(fields: dict[str, Json]) -> None:
    assert told(HIGH, EFFORTS, CHAT, **fields) == {**fields, "reasoning_effort": "high"}


def test_not_to_think_is_said_beside_everything() -> None:
    family = Family(
        "strict",
        {CHAT: Dialect({OFF: {"effort": "none"}}, excludes=frozenset({"temperature"}))},
    )
    assert told(OFF, family, CHAT, temperature=0) == {"temperature": 0, "effort": "none"}


@pytest.mark.parametrize(
    ("mode", "max_tokens", "budget"),
    [(HIGH, 32000, 24576), (HIGH, 24576, 8192), (MEDIUM, 8000, 1024), (LOW, 1025, 1024)],
)
def test_a_budget_is_smaller_than_the_answer(
    mode: ReasoningMode, max_tokens: int, budget: int
) -> None:
    assert told(mode, BUDGETS, MESSAGES, max_tokens=max_tokens) == {
        "max_tokens": max_tokens,
        "thinking": {"type": "enabled", "budget_tokens": budget},
    }


def test_a_short_answer_has_no_room_for_thought() -> None:
    assert told(HIGH, BUDGETS, MESSAGES, max_tokens=1024) == {"max_tokens": 1024}


@pytest.mark.parametrize("kind", ["any", "tool"])
def test_who_must_call_a_tool_is_not_told_to_think(kind: str) -> None:
    fields: dict[str, Json] = {"max_tokens": 32000, "tool_choice": {"type": kind}}
    assert told(HIGH, BUDGETS, MESSAGES, **fields) == fields
    assert told(OFF, BUDGETS, MESSAGES, **fields) == fields | {"thinking": {"type": "disabled"}}


def test_who_may_call_a_tool_is() -> None:
    fields: dict[str, Json] = {"max_tokens": 32000, "tool_choice": {"type": "auto"}}
    assert told(LOW, BUDGETS, MESSAGES, **fields) != fields


def test_an_answer_that_was_begun_is_not_thought_about() -> None:
    before = Present({"max_tokens": 32000}, is_prefilled=True)
    assert patch(HIGH, BUDGETS, MESSAGES, before) == {}


def test_a_turn_begun_without_thought_ends_without() -> None:
    before = Present({"max_tokens": 32000}, is_continuation=True)
    assert patch(HIGH, BUDGETS, MESSAGES, before) == {}
    assert patch(OFF, BUDGETS, MESSAGES, before) == {"thinking": {"type": "disabled"}}


def test_a_turn_begun_with_thought_may_get_more_of_it() -> None:
    thinking: Json = {"type": "enabled", "budget_tokens": 2000}
    before = Present({"max_tokens": 32000, "thinking": thinking}, is_continuation=True)
    assert patch(HIGH, BUDGETS, MESSAGES, before) == {
        "thinking": {"type": "enabled", "budget_tokens": 24576}
    }


# Requests as clients of any family may send them.
values = st.sampled_from([None, True, 0, 1, 2000, "high", "none"])
switches = st.dictionaries(
    st.sampled_from(["thinking", "enable_thinking", "thinking_budget", "other"]), values
)
objects = st.dictionaries(
    st.sampled_from(["type", "effort", "summary", "budget_tokens", "format"]), values
)
requests: st.SearchStrategy[dict[str, Json]] = st.fixed_dictionaries(
    {},
    optional={
        "chat_template_kwargs": switches | values,
        "thinking": objects | values,
        "reasoning": objects | values,
        "output_config": objects | values,
        "reasoning_effort": values,
        "enable_thinking": values,
        "extra_body": st.just({"google": {"thinking_config": 1}}) | st.just({"google": {"x": 1}}),
        "temperature": values,
        "max_tokens": values,
        "tool_choice": objects | values,
        "user": values,
    },
)
asked = st.builds(Present, requests, st.booleans(), st.booleans())
modes = st.none() | st.sampled_from(ReasoningMode)
anyone = st.sampled_from(FAMILIES)
services = st.sampled_from(REASONED)


def at(value: Json, name: str) -> bool:
    """Whether something stands at a place."""
    for step in name.split("."):
        if not isinstance(value, Mapping) or step not in value:
            return False
        value = value[step]
    return True


@given(modes, anyone, services, asked)
def test_nothing_goes_on_that_the_model_does_not_understand(
    mode: ReasoningMode | None, family: Family, service: Service, present: Present
) -> None:
    after = merged(present.fields, patch(mode, family, service, present))
    understood = family.dialect(service).fields
    for name in reasoning_fields(FAMILIES, service):
        is_partly = any(f"{each}.".startswith(f"{name}.") for each in understood)
        if not is_partly and not any(f"{name}.".startswith(f"{each}.") for each in understood):
            assert not at(after, name)


@given(modes, anyone, services, asked)
def test_what_says_nothing_of_reasoning_stays_as_it_is(
    mode: ReasoningMode | None, family: Family, service: Service, present: Present
) -> None:
    after = merged(present.fields, patch(mode, family, service, present))
    assert isinstance(after, dict)
    for key in ("temperature", "max_tokens", "tool_choice", "user"):
        assert (key in after) == (key in present.fields)
        assert after.get(key) == present.fields.get(key)
    for holder, key in (("chat_template_kwargs", "other"), ("output_config", "format")):
        assert at(after, f"{holder}.{key}") == at(present.fields, f"{holder}.{key}")


@given(modes, anyone, services, asked)
def test_no_object_is_left_or_made_empty(
    mode: ReasoningMode | None, family: Family, service: Service, present: Present
) -> None:
    after = merged(present.fields, patch(mode, family, service, present))
    assert isinstance(after, dict)
    for key, value in after.items():
        assert value != {} or present.fields.get(key) == {}


@given(st.sampled_from(ReasoningMode), anyone, services, asked)
def test_either_a_whole_patch_is_said_or_none(
    mode: ReasoningMode, family: Family, service: Service, present: Present
) -> None:
    after = merged(present.fields, patch(mode, family, service, present))
    patches = family.dialect(service).patches.values()
    is_said = any(merged(after, each) == after for each in patches)
    added = {
        name
        for name in reasoning_fields(FAMILIES, service)
        if at(after, name) and not at(present.fields, name)
    }
    assert is_said or not added


@given(modes, anyone, services, asked)
def test_what_has_been_told_is_told_the_same_again(
    mode: ReasoningMode | None, family: Family, service: Service, present: Present
) -> None:
    after = merged(present.fields, patch(mode, family, service, present))
    assert isinstance(after, dict)
    again = Present(after, present.is_continuation, present.is_prefilled)
    assert merged(after, patch(mode, family, service, again)) == after
