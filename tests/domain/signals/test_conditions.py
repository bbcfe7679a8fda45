"""What conditions come to, and that what is unknown never decides anything."""

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from semroute.domain.signals.conditions import (
    Condition,
    Every,
    Not,
    Shows,
    Some,
    evaluate,
    open_in,
    signals_in,
)
from semroute.domain.signals.result import Match, SignalResult

NAMES = ("a", "b", "c", "d")
MATCHES = st.sampled_from(Match)
KNOWN = st.sampled_from([Match.MATCHED, Match.NOT_MATCHED])
RESULTS = st.dictionaries(st.sampled_from(NAMES), MATCHES.map(SignalResult))
# From false to true: and is the least of its parts, or the greatest, not turns the order around.
ORDER = (Match.NOT_MATCHED, Match.UNKNOWN, Match.MATCHED)


def trees() -> st.SearchStrategy[Condition]:
    shows: st.SearchStrategy[Condition] = st.sampled_from(NAMES).map(Shows)
    return st.recursive(
        shows,
        lambda inner: st.one_of(
            st.lists(inner, max_size=3).map(lambda parts: Every(tuple(parts))),
            st.lists(inner, max_size=3).map(lambda parts: Some(tuple(parts))),
            inner.map(Not),
        ),
        max_leaves=8,
    )


def match_of(condition: Condition, results: Mapping[str, SignalResult]) -> Match:
    return evaluate(condition, results).match


def naive(condition: Condition, results: Mapping[str, SignalResult]) -> int:
    """The same by numbers, from 0 for false to 2 for true."""
    match condition:
        case Shows(signal):
            return ORDER.index(results[signal].match) if signal in results else 1
        case Every(conditions):
            return min((naive(each, results) for each in conditions), default=2)
        case Some(conditions):
            return max((naive(each, results) for each in conditions), default=0)
        case Not(inner):
            return 2 - naive(inner, results)


@given(trees(), RESULTS)
def test_every_tree_comes_to_something_and_the_numbers_agree(
    condition: Condition, results: dict[str, SignalResult]
) -> None:
    assert match_of(condition, results) is ORDER[naive(condition, results)]


@given(trees(), RESULTS)
def test_every_part_is_told_with_what_it_comes_to(
    condition: Condition, results: dict[str, SignalResult]
) -> None:
    left = [evaluate(condition, results)]
    while left:
        each = left.pop()
        assert each.match is match_of(each.condition, results)
        match each.condition:
            case Shows():
                assert each.parts == ()
            case Every(conditions) | Some(conditions):
                assert tuple(part.condition for part in each.parts) == conditions
            case Not(inner):
                assert [part.condition for part in each.parts] == [inner]
        left.extend(each.parts)


@given(st.lists(trees(), max_size=3), RESULTS)
def test_de_morgan_is_right(conditions: list[Condition], results: dict[str, SignalResult]) -> None:
    parts, negated = tuple(conditions), tuple(map(Not, conditions))
    assert match_of(Not(Every(parts)), results) is match_of(Some(negated), results)
    assert match_of(Not(Some(parts)), results) is match_of(Every(negated), results)


@given(trees(), RESULTS)
def test_twice_not_is_nothing(condition: Condition, results: dict[str, SignalResult]) -> None:
    assert match_of(Not(Not(condition)), results) is match_of(condition, results)


@given(trees(), RESULTS, st.fixed_dictionaries(dict.fromkeys(NAMES, KNOWN.map(SignalResult))))
def test_what_becomes_known_changes_nothing_that_was_known(
    condition: Condition, results: dict[str, SignalResult], more: dict[str, SignalResult]
) -> None:
    known = {name: each for name, each in results.items() if each.match is not Match.UNKNOWN}
    before, after = match_of(condition, results), match_of(condition, {**more, **known})
    assert after is not Match.UNKNOWN
    assert before in (after, Match.UNKNOWN)


@given(trees(), RESULTS)
def test_a_signal_that_is_not_there_is_one_that_nobody_knows(
    condition: Condition, results: dict[str, SignalResult]
) -> None:
    unknown = {name: SignalResult.unknown("nobody looked") for name in NAMES}
    assert match_of(condition, results) is match_of(condition, {**unknown, **results})


def test_unknown_is_not_false_when_it_is_negated() -> None:
    assert match_of(Not(Shows("a")), {}) is Match.UNKNOWN
    assert match_of(Every((Not(Shows("a")), Shows("b"))), {"b": sure()}) is Match.UNKNOWN
    assert match_of(Every((Not(Shows("a")), Not(Shows("b")))), {"b": sure()}) is Match.NOT_MATCHED


def test_all_of_nothing_holds_and_any_of_nothing_does_not() -> None:
    assert match_of(Every(()), {}) is Match.MATCHED
    assert match_of(Some(()), {}) is Match.NOT_MATCHED


@given(trees(), RESULTS)
def test_only_what_a_condition_mentions_can_be_open_in_it(
    condition: Condition, results: dict[str, SignalResult]
) -> None:
    still_open = set(open_in(evaluate(condition, results)))
    assert still_open <= set(signals_in(condition))
    assert bool(still_open) is (match_of(condition, results) is Match.UNKNOWN)
    for name in still_open:
        assert results.get(name, SignalResult.unknown("")).match is Match.UNKNOWN


@given(trees(), RESULTS, RESULTS)
def test_what_is_not_open_cannot_change_a_condition(
    condition: Condition, results: dict[str, SignalResult], others: dict[str, SignalResult]
) -> None:
    still_open = set(open_in(evaluate(condition, results)))
    known = {name: each for name, each in results.items() if each.match is not Match.UNKNOWN}
    more = {name: each for name, each in others.items() if name not in still_open}
    assert match_of(condition, {**more, **known}) is match_of(condition, results)


def test_a_part_that_holds_already_leaves_nothing_open_beside_it() -> None:
    condition = Every((Some((Shows("a"), Shows("b"))), Shows("c")))
    assert list(open_in(evaluate(condition, {"a": sure()}))) == ["c"]


def sure() -> SignalResult:
    return SignalResult(Match.MATCHED)
