"""Of several sets of guards, the strictest lets nothing pass that one of them stops."""

from hypothesis import given
from hypothesis import strategies as st

from semroute.domain.attack import AttackKind
from semroute.domain.guards import (
    AttackGuard,
    BlockStyle,
    Check,
    Guards,
    Mode,
    OnError,
    PiiAction,
    PiiGuard,
)
from semroute.domain.judgement import Consequence, judge
from semroute.domain.pii import PiiKind, PiiSpan
from semroute.domain.screening import PersonalDatum, ScreenFault, Screening, Threat
from semroute.domain.strictness import strictest

HERE = ("messages", 0, "content")
KINDS = st.sampled_from([PiiKind.EMAIL, PiiKind.PHONE])
SCORES = st.sampled_from([0.2, 0.4, 0.5, 0.6, 0.9])
PII_GUARDS = st.builds(
    PiiGuard,
    mode=st.sampled_from(Mode),
    actions=st.dictionaries(KINDS, st.sampled_from(PiiAction)),
    thresholds=st.dictionaries(KINDS, SCORES),
    restores=st.booleans(),
    on_error=st.sampled_from(OnError),
)
ATTACK_GUARDS = st.builds(AttackGuard, st.sampled_from(Mode), SCORES, st.sampled_from(OnError))
GUARDS = st.builds(
    Guards,
    jailbreak=ATTACK_GUARDS,
    injection=ATTACK_GUARDS,
    pii=PII_GUARDS,
    answers=PII_GUARDS,
    unscannable=st.sampled_from(Mode),
    style=st.sampled_from(BlockStyle),
)
SCREENINGS = st.builds(
    Screening,
    threats=st.lists(
        st.builds(Threat, st.sampled_from(AttackKind), SCORES, st.just(HERE)), max_size=2
    ).map(tuple),
    data=st.lists(
        st.builds(
            lambda kind, score, *, is_editable: PersonalDatum(
                HERE, PiiSpan(kind, 0, 5, score), is_editable=is_editable
            ),
            KINDS,
            SCORES,
            is_editable=st.booleans(),
        ),
        max_size=3,
    ).map(tuple),
    opaque=st.sampled_from([(), (HERE,)]),
    failures=st.dictionaries(st.sampled_from(Check), st.sampled_from(ScreenFault)),
)


@given(st.lists(GUARDS, min_size=1, max_size=3), SCREENINGS)
def test_the_strictest_lets_nothing_pass_that_one_of_them_stops(
    guards: list[Guards], screening: Screening
) -> None:
    together = judge(screening, strictest(guards))
    is_stopped = any(together.first(each) for each in (Consequence.BLOCK, Consequence.UNAVAILABLE))
    for each in guards:
        alone = judge(screening, each)
        for consequence in (Consequence.BLOCK, Consequence.UNAVAILABLE):
            assert alone.first(consequence) is None or is_stopped
        assert not alone.needs_privacy or together.needs_privacy or is_stopped
        hidden = set(together.masked)
        assert set(alone.masked) <= hidden or together.needs_privacy or is_stopped


@given(st.lists(GUARDS, min_size=1, max_size=3), KINDS, SCORES)
def test_no_answer_says_what_one_of_them_forbids_it_to(
    guards: list[Guards], kind: PiiKind, score: float
) -> None:
    strict = strictest(guards).answers
    gravity = (PiiAction.ALLOW, PiiAction.MASK, PiiAction.ROUTE, PiiAction.BLOCK)
    for each in guards:
        if each.answers.mode is Mode.ENFORCE:
            assert strict.mode is Mode.ENFORCE
            asked = gravity.index(each.answers.action_on(kind, score))
            assert gravity.index(strict.action_on(kind, score)) >= asked
            assert strict.is_closed or not each.answers.is_closed


@given(GUARDS)
def test_one_alone_is_its_own_strictest(guards: Guards) -> None:
    assert strictest([guards]) == guards


@given(st.lists(GUARDS, min_size=1, max_size=3))
def test_how_a_client_is_told_is_the_first_s_matter(guards: list[Guards]) -> None:
    strict = strictest(guards)
    assert strict.style is guards[0].style


@given(st.lists(GUARDS, min_size=1, max_size=3), SCREENINGS)
def test_their_order_changes_nothing_that_is_done(
    guards: list[Guards], screening: Screening
) -> None:
    one, other = (judge(screening, strictest(each)) for each in (guards, list(reversed(guards))))
    for consequence in Consequence:
        assert (one.first(consequence) is None) is (other.first(consequence) is None)
    assert one.masked == other.masked
