"""Which tools stay in a request."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semroute.domain.chat import ChatRequest, Tool, ToolChoice
from semroute.domain.tools.selection import (
    Basis,
    ToolPolicy,
    ToolSelection,
    kept_tools,
    may_select,
)


def chat(
    *names: str, called: tuple[str, ...] = (), choice: ToolChoice = ToolChoice.AUTO
) -> ChatRequest:
    return ChatRequest(
        "auto",
        (),
        tools=tuple(map(Tool, names)),
        tool_choice=choice,
        called=frozenset(called),
    )


NAMES = st.sampled_from(["", "a", "b", "c", "d"])
REQUESTS = st.builds(
    lambda names, called, choice: chat(*names, called=called, choice=choice),
    st.lists(NAMES, max_size=12),
    st.lists(NAMES.filter(bool), max_size=2).map(tuple),
    st.sampled_from(ToolChoice),
)
POLICIES = st.builds(ToolPolicy, st.integers(1, 6), st.frozensets(NAMES.filter(bool), max_size=2))
SCORES = st.lists(st.integers(-2, 2), min_size=12, max_size=12)


def test_the_best_stay_in_the_order_of_the_request() -> None:
    kept = kept_tools(chat("a", "b", "c", "d"), [0.1, 0.9, 0.2, 0.8], ToolPolicy(2))
    assert kept == (1, 3)


def test_of_equals_the_first_stays() -> None:
    assert kept_tools(chat("a", "b", "c"), [0.5, 0.5, 0.5], ToolPolicy(1)) == (0,)


def test_what_was_called_or_is_pinned_stays_beside_the_best() -> None:
    request = chat("a", "b", "c", "d", called=("d",))
    policy = ToolPolicy(1, frozenset({"a"}))
    assert kept_tools(request, [0, 1, 0.5, 0], policy) == (0, 1, 3)


def test_what_has_no_name_stays_and_takes_nobodys_place() -> None:
    assert kept_tools(chat("", "a", "b"), [9, 0, 1], ToolPolicy(1)) == (0, 2)


@pytest.mark.parametrize("choice", [ToolChoice.NONE, ToolChoice.REQUIRED, ToolChoice.NAMED])
def test_a_client_that_has_chosen_keeps_all(choice: ToolChoice) -> None:
    request = chat("a", "b", "c", choice=choice)
    assert not may_select(request, ToolPolicy(1))
    assert kept_tools(request, [1, 2, 3], ToolPolicy(1)) == (0, 1, 2)


def test_as_many_as_may_stay_all_stay() -> None:
    assert not may_select(chat("a", "b"), ToolPolicy(2))
    assert may_select(chat("a", "b", "c"), ToolPolicy(2))


def test_a_score_too_few_is_our_own_mistake() -> None:
    with pytest.raises(ValueError, match="shorter"):
        kept_tools(chat("a", "b"), [1.0], ToolPolicy(1))


def test_none_at_all_is_no_policy() -> None:
    with pytest.raises(ValueError, match="keep"):
        ToolPolicy(0)


def test_a_selection_reads_as_in_a_header() -> None:
    assert str(ToolSelection((1, 4, 7), 50, Basis.MEANING)) == "50->3"


@given(REQUESTS, SCORES, POLICIES)
def test_what_must_stay_stays(request: ChatRequest, scores: list[int], policy: ToolPolicy) -> None:
    kept = kept_tools(request, scores[: len(request.tools)], policy)
    assert list(kept) == sorted(set(kept))
    for place, tool in enumerate(request.tools):
        if not tool.name or tool.name in request.called | policy.pinned:
            assert place in kept


@given(REQUESTS, SCORES, POLICIES)
def test_nothing_that_goes_is_better_than_one_of_the_best(
    request: ChatRequest, scores: list[int], policy: ToolPolicy
) -> None:
    kept = kept_tools(request, scores[: len(request.tools)], policy)
    named = [place for place, tool in enumerate(request.tools) if tool.name]
    gone = [place for place in named if place not in kept]
    for place in gone:
        better = [other for other in named if (-scores[other], other) < (-scores[place], place)]
        assert len(better) >= policy.keep
    if gone:
        assert may_select(request, policy)
        assert len(kept) >= policy.keep
