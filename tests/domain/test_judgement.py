"""What follows from findings, under every guard."""

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from semroute.domain.attack import AttackKind
from semroute.domain.classification import Rung
from semroute.domain.guards import (
    DEFAULT_ACTIONS,
    ENFORCED,
    MONITORED,
    NO_GUARDS,
    AttackGuard,
    Check,
    Guards,
    Mode,
    OnError,
    PiiAction,
    PiiGuard,
)
from semroute.domain.judgement import Consequence, Judgement, judge
from semroute.domain.pii import PiiKind, PiiSpan
from semroute.domain.screening import PersonalDatum, ScreenFault, Screening, Threat

HERE = ("messages", 0, "content")


def threat(probability: float, kind: AttackKind = AttackKind.JAILBREAK, *rules: str) -> Threat:
    return Threat(kind, probability, HERE, rules=rules)


def datum(kind: PiiKind, score: float = 1.0, *, is_editable: bool = True) -> PersonalDatum:
    return PersonalDatum(HERE, PiiSpan(kind, 0, 5, score), is_editable=is_editable)


def pii(action: PiiAction, mode: Mode = Mode.ENFORCE, **more: object) -> Guards:
    guard = PiiGuard(mode, {PiiKind.EMAIL: action}, **more)  # type: ignore[arg-type]
    return Guards(pii=guard)


def consequences(judgement: Judgement) -> dict[Check, Consequence]:
    return {each.check: each.consequence for each in judgement.sentences}


def test_nothing_found_allows_by_every_check() -> None:
    judgement = judge(Screening(), ENFORCED)
    assert set(consequences(judgement)) == set(Check)
    assert set(consequences(judgement).values()) == {Consequence.ALLOW}
    assert not any(each.is_carried_out for each in judgement.sentences)


def test_checks_that_are_off_say_nothing() -> None:
    found = Screening(
        (threat(1),), (datum(PiiKind.EMAIL),), (HERE,), {Check.PII: ScreenFault.ERROR}
    )
    assert judge(found, NO_GUARDS) == Judgement()


@pytest.mark.parametrize(("probability", "is_blocked"), [(0.49, False), (0.5, True), (0.9, True)])
def test_an_attack_is_blocked_from_its_threshold_on(
    probability: float, *, is_blocked: bool
) -> None:
    judgement = judge(Screening((threat(probability),)), ENFORCED)
    assert (judgement.first(Consequence.BLOCK) is not None) is is_blocked


def test_the_rule_that_was_broken_is_named() -> None:
    judgement = judge(Screening((threat(0.9, AttackKind.JAILBREAK, "override"),)), ENFORCED)
    sentence = judgement.first(Consequence.BLOCK)
    assert sentence is not None
    assert (sentence.check, sentence.what) == (Check.JAILBREAK, "override")


def test_kinds_of_attacks_have_checks_of_their_own() -> None:
    guards = Guards(jailbreak=AttackGuard(Mode.OFF), injection=AttackGuard(Mode.ENFORCE))
    assert judge(Screening((threat(0.9),)), guards).first(Consequence.BLOCK) is None
    hidden = Screening((threat(0.9, AttackKind.INJECTION),))
    sentence = judge(hidden, guards).first(Consequence.BLOCK)
    assert sentence is not None
    assert sentence.check is Check.INJECTION


def test_what_is_monitored_is_said_and_not_done() -> None:
    found = Screening((threat(0.9),), (datum(PiiKind.EMAIL),), (HERE,))
    judgement = judge(found, MONITORED)
    assert consequences(judgement) == {
        Check.JAILBREAK: Consequence.BLOCK,
        Check.INJECTION: Consequence.ALLOW,
        Check.PII: Consequence.MASK,
        Check.UNSCANNABLE: Consequence.BLOCK,
    }
    assert not any(each.is_carried_out for each in judgement.sentences)
    assert judgement.masked == ()
    assert not judgement.needs_privacy


@pytest.mark.parametrize(
    ("action", "consequence"),
    [
        (PiiAction.ALLOW, Consequence.ALLOW),
        (PiiAction.MASK, Consequence.MASK),
        (PiiAction.ROUTE, Consequence.ROUTE),
        (PiiAction.BLOCK, Consequence.BLOCK),
    ],
)
def test_data_meets_the_action_of_its_kind(action: PiiAction, consequence: Consequence) -> None:
    judgement = judge(Screening(data=(datum(PiiKind.EMAIL),)), pii(action))
    found = consequences(judgement).get(Check.PII, Consequence.ALLOW)
    assert found is consequence
    assert bool(judgement.masked) is (action is PiiAction.MASK)
    assert judgement.needs_privacy is (action is PiiAction.ROUTE)


def test_the_gravest_action_decides_and_masking_goes_on_beside_it() -> None:
    guard = PiiGuard(Mode.ENFORCE, {PiiKind.EMAIL: PiiAction.MASK, PiiKind.IBAN: PiiAction.ROUTE})
    data = (datum(PiiKind.EMAIL), datum(PiiKind.IBAN), datum(PiiKind.URL))
    judgement = judge(Screening(data=data), Guards(pii=guard))
    assert judgement.needs_privacy
    assert judgement.masked == data[:1]


def test_what_cannot_be_overwritten_is_blocked_instead_of_masked() -> None:
    found = Screening(data=(datum(PiiKind.EMAIL, is_editable=False),))
    assert judge(found, pii(PiiAction.MASK)).first(Consequence.BLOCK) is not None


def test_a_doubtful_finding_does_not_count() -> None:
    found = Screening(data=(datum(PiiKind.EMAIL, 0.6),))
    assert judge(found, pii(PiiAction.BLOCK)).first(Consequence.BLOCK) is not None
    strict = pii(PiiAction.BLOCK, thresholds={PiiKind.EMAIL: 0.7})
    assert judge(found, strict).first(Consequence.BLOCK) is None


@pytest.mark.parametrize("check", [Check.JAILBREAK, Check.INJECTION, Check.PII])
@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("on_error", OnError)
@pytest.mark.parametrize("fault", ScreenFault)
def test_only_an_enforced_check_that_fails_closed_stops_a_request(
    check: Check, mode: Mode, on_error: OnError, fault: ScreenFault
) -> None:
    attack = AttackGuard(mode, on_error=on_error)
    guards = Guards(
        jailbreak=attack,
        injection=attack,
        pii=PiiGuard(mode, DEFAULT_ACTIONS, on_error=on_error),
        unscannable=Mode.OFF,
    )
    judgement = judge(Screening(failures={check: fault}), guards)
    stopped = judgement.first(Consequence.UNAVAILABLE)
    assert (stopped is not None) is (mode is Mode.ENFORCE and on_error is OnError.CLOSED)
    said = [each.fault for each in judgement.sentences if each.check is check]
    assert said == ([] if mode is Mode.OFF else [fault])


@pytest.mark.parametrize("check", [Check.JAILBREAK, Check.INJECTION, Check.PII])
@pytest.mark.parametrize("on_error", OnError)
def test_a_failed_check_that_is_monitored_says_what_it_would_have_done(
    check: Check, on_error: OnError
) -> None:
    attack = AttackGuard(Mode.MONITOR, on_error=on_error)
    personal = PiiGuard(Mode.MONITOR, DEFAULT_ACTIONS, on_error=on_error)
    watched = Guards(jailbreak=attack, injection=attack, pii=personal)
    enforced = Guards(
        jailbreak=evolve(attack, mode=Mode.ENFORCE),
        injection=evolve(attack, mode=Mode.ENFORCE),
        pii=evolve(personal, mode=Mode.ENFORCE),
    )
    failed = Screening(failures={check: ScreenFault.TIMEOUT})
    said = consequences(judge(failed, watched))
    assert said == consequences(judge(failed, enforced))
    is_closed = on_error is OnError.CLOSED
    assert said[check] is (Consequence.UNAVAILABLE if is_closed else Consequence.ALLOW)


@pytest.mark.parametrize("mode", [Mode.MONITOR, Mode.ENFORCE])
def test_more_text_than_is_read_cannot_be_scanned_whatever_other_checks_are_made(
    mode: Mode,
) -> None:
    long = Screening(failures={Check.JAILBREAK: ScreenFault.TOO_LONG}, is_too_long=True)
    for others in (MONITORED, NO_GUARDS):
        *_, sentence = judge(long, evolve(others, unscannable=mode)).sentences
        assert (sentence.check, sentence.mode) == (Check.UNSCANNABLE, mode)
        assert (sentence.consequence, sentence.what) == (Consequence.BLOCK, "too_long")


def test_what_was_found_before_a_check_failed_still_counts() -> None:
    found = Screening((threat(0.9),), failures={Check.JAILBREAK: ScreenFault.TIMEOUT})
    sentence = judge(found, ENFORCED).first(Consequence.BLOCK)
    assert sentence is not None
    assert sentence.check is Check.JAILBREAK


modes = st.sampled_from(Mode)
screenings = st.builds(
    Screening,
    threats=st.lists(
        st.builds(Threat, st.sampled_from(AttackKind), st.floats(0, 1), st.just(HERE))
    ).map(tuple),
    data=st.lists(
        st.builds(datum, st.sampled_from(PiiKind), st.floats(0, 1), is_editable=st.booleans())
    ).map(tuple),
    opaque=st.sampled_from([(), (HERE,)]),
    failures=st.dictionaries(st.sampled_from(Check), st.sampled_from(ScreenFault)),
    is_too_long=st.booleans(),
)
guards_of_any_kind = st.builds(
    Guards,
    jailbreak=st.builds(AttackGuard, modes, st.floats(0, 1), st.sampled_from(OnError)),
    injection=st.builds(AttackGuard, modes, st.floats(0, 1), st.sampled_from(OnError)),
    pii=st.builds(
        PiiGuard,
        modes,
        st.dictionaries(st.sampled_from(PiiKind), st.sampled_from(PiiAction)),
        on_error=st.sampled_from(OnError),
    ),
    unscannable=modes,
)


def enforced(guards: Guards) -> Guards:
    """The same, with everything that is only watched enforced."""

    def up(mode: Mode) -> Mode:
        return Mode.ENFORCE if mode is Mode.MONITOR else mode

    return evolve(
        guards,
        jailbreak=evolve(guards.jailbreak, mode=up(guards.jailbreak.mode)),
        injection=evolve(guards.injection, mode=up(guards.injection.mode)),
        pii=evolve(guards.pii, mode=up(guards.pii.mode)),
        unscannable=up(guards.unscannable),
    )


@given(screenings, guards_of_any_kind)
def test_watching_says_what_enforcing_would_do(found: Screening, guards: Guards) -> None:
    assert consequences(judge(found, guards)) == consequences(judge(found, enforced(guards)))


@given(screenings, guards_of_any_kind)
def test_every_check_that_is_on_says_one_thing(found: Screening, guards: Guards) -> None:
    judgement = judge(found, guards)
    assert [each.check for each in judgement.sentences] == [
        check for check in Check if check in guards.checks
    ]
    for sentence in judgement.sentences:
        assert sentence.mode is guards.mode_of(sentence.check)
    if guards.pii.mode is not Mode.ENFORCE:
        assert judgement.masked == ()


def test_who_told_of_an_attack_is_told_with_it() -> None:
    found = Screening((evolve(threat(0.9), rung=Rung.ENCODER),))
    rungs = {each.check: each.rung for each in judge(found, ENFORCED).sentences}
    assert rungs.pop(Check.JAILBREAK) is Rung.ENCODER
    assert set(rungs.values()) == {None}
