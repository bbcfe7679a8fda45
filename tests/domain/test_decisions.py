"""Which decision a request gets, and what has to be known for that."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semroute.domain.decisions import (
    NO_SELECTION,
    Decision,
    Selection,
    in_order,
    pivots,
    select,
    verified,
    wanted,
)
from semroute.domain.signals.conditions import Every, Not, Shows, Some, evaluate
from semroute.domain.signals.result import Match, SignalResult

from .signals.test_conditions import KNOWN, NAMES, RESULTS, trees

Results = dict[str, SignalResult]
YES, NO = SignalResult(Match.MATCHED), SignalResult(Match.NOT_MATCHED)
URGENT = Decision("urgent", Shows("a"), 2)
LEGAL = Decision("legal", Shows("b"), 1)
DECISIONS = st.lists(st.tuples(trees(), st.integers(-2, 2)), max_size=4).map(
    lambda pairs: in_order([Decision(str(at), *pair) for at, pair in enumerate(pairs)])
)
WORLDS = st.fixed_dictionaries(dict.fromkeys(NAMES, KNOWN.map(SignalResult)))


def sensed(results: Results) -> Results:
    """What somebody found out: nothing of it is unknown."""
    return {name: each for name, each in results.items() if each.match is not Match.UNKNOWN}


def naive(decisions: tuple[Decision, ...], results: Results) -> Selection:
    matches = [evaluate(each.condition, results).match for each in decisions]
    first = matches.index(Match.MATCHED) if Match.MATCHED in matches else len(decisions)
    undecided = [
        each
        for each, match in zip(decisions[:first], matches[:first], strict=True)
        if match is Match.UNKNOWN
    ]
    chosen = decisions[first] if first < len(decisions) else None
    return Selection(chosen, tuple(undecided))


@given(DECISIONS, RESULTS)
def test_the_first_that_holds_is_chosen_and_those_before_it_may_be_meant(
    decisions: tuple[Decision, ...], results: Results
) -> None:
    selection = select(decisions, results)
    assert selection == naive(decisions, results)
    assert selection == select(list(decisions), dict(reversed(results.items())))


@given(DECISIONS, RESULTS)
def test_who_explains_comes_to_the_same_choice(
    decisions: tuple[Decision, ...], results: Results
) -> None:
    explained = list(verified(decisions, results))
    assert [each.decision for each in explained] == list(decisions)
    holding = [each.decision for each in explained if each.match is Match.MATCHED]
    assert (holding[0] if holding else None) is select(decisions, results).chosen


@given(DECISIONS, RESULTS, WORLDS)
def test_once_what_is_wanted_is_known_it_is_settled(
    decisions: tuple[Decision, ...], results: Results, world: Results
) -> None:
    known, asked = sensed(results), set[str]()
    while names := wanted(decisions, known):
        assert not names & asked
        asked |= names
        known |= {name: world[name] for name in names}
    selection = select(decisions, known)
    assert selection.is_settled
    assert selection == select(decisions, {**world, **known})


@given(DECISIONS, RESULTS, WORLDS)
def test_what_is_not_wanted_cannot_change_the_choice(
    decisions: tuple[Decision, ...], results: Results, world: Results
) -> None:
    known = sensed(results)
    names = wanted(decisions, known)
    more = {name: each for name, each in world.items() if name not in names}
    assert select(decisions, {**more, **known}) == select(decisions, known)


@given(DECISIONS, RESULTS)
def test_what_nobody_could_find_out_is_not_asked_for_again(
    decisions: tuple[Decision, ...], results: Results
) -> None:
    assert not wanted(decisions, results) & results.keys()


@given(DECISIONS, RESULTS, WORLDS)
def test_a_choice_that_is_settled_stays_whatever_becomes_known(
    decisions: tuple[Decision, ...], results: Results, world: Results
) -> None:
    selection = select(decisions, results)
    if selection.is_settled:
        assert select(decisions, {**world, **sensed(results)}) == selection


@given(DECISIONS, RESULTS)
def test_a_pivot_is_what_it_says(decisions: tuple[Decision, ...], results: Results) -> None:
    chosen = select(decisions, results).chosen
    for pivot in pivots(decisions, results):
        assert pivot.result == results[pivot.signal]
        assert pivot.decision is not chosen
        instead = [
            select(decisions, {**results, pivot.signal: other}).chosen for other in (YES, NO)
        ]
        assert pivot.decision in instead


@given(DECISIONS, WORLDS)
def test_a_signal_that_is_no_pivot_alone_changes_nothing(
    decisions: tuple[Decision, ...], world: Results
) -> None:
    chosen = select(decisions, world).chosen
    turning = {pivot.signal for pivot in pivots(decisions, world)}
    for name in world.keys() - turning:
        for other in (YES, NO):
            assert select(decisions, {**world, name: other}).chosen is chosen


def test_equal_priorities_are_asked_as_they_are_written() -> None:
    first, second = Decision("x", Shows("a"), 1), Decision("y", Shows("a"), 1)
    third = Decision("z", Shows("a"), 5)
    assert in_order([first, second, third]) == (third, first, second)


def test_one_of_whom_nobody_knows_is_passed_over_and_not_forgotten() -> None:
    assert select((URGENT, LEGAL), {"b": YES}) == Selection(LEGAL, (URGENT,))
    assert select((URGENT, LEGAL), {"a": YES}) == Selection(URGENT)
    assert select((URGENT, LEGAL), {"a": NO}) == Selection(None, (LEGAL,))
    assert select((), {}) == NO_SELECTION


def test_unknown_is_no_reason_for_a_decision_about_what_is_not_there() -> None:
    german = Decision("not german", Not(Shows("a")))
    unknown = {"a": SignalResult.unknown("timeout")}
    assert select((german,), unknown) == Selection(None, (german,))
    assert select((german,), {"a": NO}) == Selection(german)


@pytest.mark.parametrize(
    ("known", "names"),
    [
        ({}, {"a", "b", "c", "d"}),
        ({"a": YES}, {"c", "d"}),
        ({"c": NO}, {"d"}),
        ({"a": YES, "c": YES}, set()),
        ({"d": YES}, {"a", "b", "c"}),
        ({"a": NO, "b": NO}, {"d"}),
    ],
    ids=["nothing", "one of any", "one of all", "all", "the lesser one", "ruled out"],
)
def test_only_what_the_choice_turns_on_is_wanted(known: Results, names: set[str]) -> None:
    greater = Decision("greater", Every((Some((Shows("a"), Shows("b"))), Shows("c"))), 2)
    lesser = Decision("lesser", Shows("d"), 1)
    assert wanted((greater, lesser), known) == names
