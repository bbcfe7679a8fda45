"""Measuring how well attacks are found, with detectors that are easy to see through."""

import itertools
import re

import pytest
from attrs import define, evolve

from semroute.adapters.lexical import PatternFinder, views_of
from semroute.adapters.memory import FaultyReader, WordReader
from semroute.app.evaluation import (
    Costs,
    LabelledText,
    NoReader,
    TriedScreen,
    UnscreenedError,
    evaluate_guard,
    evaluate_robustness,
    guard_as_json,
    guard_page,
    markdown,
    measure_costs,
    sampled,
)
from semroute.app.evaluation.statistics import Proportion
from semroute.app.evasions import DEPTHS, EVASIONS
from semroute.app.remembered import Remembered
from semroute.app.screen import Screen
from semroute.domain.attack import AttackKind, Cascade, LexicalScore
from semroute.domain.errors import ClassifierError
from semroute.domain.examination import Examiner
from semroute.domain.excerpt import Subject
from semroute.domain.guards import ATTACK_CHECKS, AttackGuard, Guards
from semroute.domain.passage import Origin

SURE = "this is an attack on the model"
VAGUE = "well, maybe: ignore it"
MISSED = "no word of it is known here"
ORDINARY = "what is the capital of France"
TRIGGER = "how do I parry an attack in chess"


@define
class Scorer:
    """`attack` is one, `maybe` may be one, all else is none."""

    def score(self, text: str, kind: AttackKind) -> LexicalScore:
        if match := re.search("attack", text):
            return LexicalScore(9.0, start=match.start(), end=match.end())
        if match := re.search(r"maybe.{0,40}", text):
            return LexicalScore(0.0, start=match.start(), end=match.end())
        return LexicalScore(-9.0, end=len(text))


def tried(reader: FaultyReader | None = None, guards: Guards | None = None) -> TriedScreen:
    screen = Screen(
        ATTACK_CHECKS,
        Examiner(views_of, None, Scorer()),
        reader or FaultyReader(WordReader()),
        Cascade(-2.0, 2.0),
        wants_entities=False,
        budget_seconds=60.0,
        max_chars=1_000_000,
        max_windows=4,
        remembered=Remembered(0),
    )
    return TriedScreen(screen, guards or Guards())


TEXTS = [
    LabelledText(SURE, is_attack=True, source="wild"),
    LabelledText(VAGUE, is_attack=True, source="wild"),
    LabelledText(MISSED, is_attack=True, source="wild"),
    LabelledText(ORDINARY, is_attack=False, source="questions"),
    LabelledText(TRIGGER, is_attack=False, source="NotInject_one"),
]


async def test_sets_are_told_apart_and_together() -> None:
    shares: list[float] = []
    report, outcomes = await evaluate_guard(tried(), TEXTS, lambda _, share: shares.append(share))
    assert [each.name for each in report.sets] == ["NotInject_one", "questions", "wild"]
    wild = report.sets[2]
    assert (wild.tally.found, wild.tally.missed) == (2, 1)
    assert wild.auc is None
    assert (wild.read.hits, wild.read.of) == (1, 3)
    assert report.pooled.tally.false_alarms == 1
    # Of six pairs the sure one wins one and ties with the trigger, the vague one wins one, and
    # the missed one ties with the ordinary prompt.
    assert report.pooled.auc is not None
    assert report.pooled.auc.value == pytest.approx((1.5 + 1 + 0.5) / 6)
    assert report.pooled.auc.low < report.pooled.auc.value < report.pooled.auc.high
    assert [each.name for each in report.kinds] == ["jailbreak"]
    assert (report.ordinary.hits, report.ordinary.of) == (0, 1)
    assert (report.triggers.hits, report.triggers.of) == (1, 1)
    assert [outcomes[text].was_read for text in TEXTS] == [False, True, False, False, False]
    assert shares == sorted(shares)
    assert shares[-1] == 1


async def test_kinds_of_attacks_are_told_apart_by_whose_words_they_are() -> None:
    returned = [evolve(text, origin=Origin.TOOL) for text in TEXTS[1:4]]
    report, _ = await evaluate_guard(tried(), [*TEXTS, *returned])
    jailbreak, injection = report.kinds
    assert (jailbreak.name, jailbreak.read.of) == ("jailbreak", len(TEXTS))
    assert (injection.name, injection.read.of) == ("injection", 3)
    assert (injection.tally.found, injection.tally.missed) == (1, 1)


async def test_a_text_that_comes_twice_counts_once() -> None:
    report, _ = await evaluate_guard(tried(), [*TEXTS, *TEXTS])
    assert report.pooled.read.of == len(TEXTS)


async def test_the_threshold_is_that_of_the_kind_the_origin_makes_it() -> None:
    guards = Guards(jailbreak=AttackGuard(threshold=1.0), injection=AttackGuard(threshold=0.5))
    screen = tried(guards=guards)
    assert not (await screen([SURE], Origin.USER)).is_flagged
    assert (await screen([SURE], Origin.TOOL)).is_flagged


async def test_what_cannot_be_screened_is_not_counted_as_harmless() -> None:
    reader = FaultyReader(WordReader(), error=ClassifierError("boom"))
    with pytest.RaisesGroup(pytest.RaisesExc(UnscreenedError, match="error")):
        await evaluate_guard(tried(reader), TEXTS)


async def test_attacks_are_hidden_in_every_way() -> None:
    screen = tried()
    _, outcomes = await evaluate_guard(screen, TEXTS)
    sample = sampled(TEXTS, 60)
    report = await evaluate_robustness(screen, sample, outcomes)
    assert report.plain.recall == Proportion(2, 3)
    assert report.plain.alarms == Proportion(0, 1)
    assert [trial.name for trial in report.depths] == ["10", "600", "5,000", "end"]
    assert len(report.depths) == len(DEPTHS)
    assert [trial.name for trial in report.evasions] == [*EVASIONS, "in_parts", "in_turns"]
    assert not report.is_filler_flagged
    for trial in (*report.depths, *report.evasions):
        assert trial.recall.of == 3
        assert trial.flips.of == 2
        assert trial.alarms.of == 1
        assert trial.recall.hits >= 2 - trial.flips.hits
    by_name = {trial.name: trial for trial in report.evasions}
    assert by_name["before_prose"].flips.hits == 0
    assert by_name["base64"].flips.hits < 2


async def test_a_disguise_that_is_flagged_by_itself_is_found_out() -> None:
    texts = [LabelledText(SURE, is_attack=True), LabelledText(ORDINARY, is_attack=False)]
    _, outcomes = await evaluate_guard(tried(), texts)
    panicky = TriedScreen(tried().screen, Guards(jailbreak=AttackGuard(threshold=0.0)))
    report = await evaluate_robustness(panicky, texts, outcomes)
    assert {trial.alarms for trial in report.evasions} == {Proportion(1, 1)}
    assert report.plain.alarms == Proportion(0, 1)
    assert report.is_filler_flagged


async def test_a_way_that_hides_them_counts_as_flips() -> None:
    screen = tried()
    shouted = [LabelledText("an attack", is_attack=True)]
    _, outcomes = await evaluate_guard(screen, shouted)
    blind = TriedScreen(
        evolve(screen.screen, examiner=evolve(screen.screen.examiner, views_of=lambda _: ())),
        screen.guards,
    )
    report = await evaluate_robustness(blind, shouted, outcomes)
    assert {trial.flips.hits for trial in (*report.depths, *report.evasions)} == {1}
    assert {trial.recall.hits for trial in (*report.depths, *report.evasions)} == {0}


def test_a_sample_is_the_same_whatever_the_order() -> None:
    many = [LabelledText(f"attack {number}", is_attack=True) for number in range(40)]
    assert sampled(many, 7) == sampled([*reversed(many), TEXTS[4]], 7)
    assert [text.is_attack for text in sampled([*many, *TEXTS], 7)] == [True] * 7 + [False]
    assert len(set(sampled([*many, *many], 80))) == 40
    assert {text.text for text in sampled(TEXTS, 60)} == {SURE, VAGUE, MISSED, ORDINARY}


async def test_each_part_is_timed_by_itself() -> None:
    ticks = itertools.count()
    costs = await measure_costs(
        tried().screen,
        PatternFinder(),
        [text.subject for text in TEXTS],
        now=lambda: float(next(ticks)),
    )
    for spread in (costs.patterns, costs.lexical, costs.encoder):
        assert spread is not None
        assert (spread.count, spread.median, spread.p95) == (5, 1000.0, 1000.0)


async def test_what_is_not_there_is_not_timed() -> None:
    screen = evolve(tried().screen, reader=None, examiner=Examiner(views_of, None, None))
    costs = await measure_costs(screen, PatternFinder(), [Subject(AttackKind.JAILBREAK, ORDINARY)])
    assert costs.patterns is not None
    assert costs.lexical is None
    assert costs.encoder is None


async def test_a_page_has_the_figures_and_none_of_the_texts() -> None:
    screen = tried()
    texts = [evolve(text, source=text.source.replace("wild", "wi|ld")) for text in TEXTS]
    report, outcomes = await evaluate_guard(screen, texts)
    robustness = await evaluate_robustness(screen, sampled(texts, 60), outcomes)
    costs = Costs(None, None, None)
    written = markdown(
        guard_page(report, costs, robustness, NoReader()), "semroute eval guard --data x"
    )
    assert "Made by `semroute eval guard --data x`." in written
    assert "* Attacks found: 2 of 3, 0.667 (0.208-0.939)" in written
    assert "| wi&#124;ld | 3 | 3 | 1.000" in written
    assert "| in_turns | " in written
    assert "* What the letters may decide alone: everything." in written
    assert not any(text.text in written for text in texts)
    for block in written.split("\n\n"):
        if block.startswith("|"):
            assert len({row.count("|") for row in block.splitlines()}) == 1
    document = guard_as_json(report, costs, robustness, NoReader())
    assert document["pooled"]["recall"]["hits"] == 2
    assert document["recall"] == pytest.approx(2 / 3)
    assert document["sets"]["wi|ld"]["auc"] is None
    assert document["sets"]["wi|ld"]["auc_interval"] is None
    assert report.pooled.auc is not None
    assert document["pooled"]["auc"] == document["auc"] == report.pooled.auc.value
    assert document["kinds"]["jailbreak"]["auc"] == document["auc"]
    assert set(document["sample"]["evasions"]) == {*EVASIONS, "in_parts", "in_turns"}
