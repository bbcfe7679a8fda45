"""Which bounds the letters need, tried with detectors that are easy to see through."""

import math
import re
from collections.abc import Sequence

import pytest
from attrs import asdict, define, evolve, field, frozen

from semroute.adapters.lexical import views_of
from semroute.adapters.memory import FaultyReader, WordReader
from semroute.adapters.settings import load
from semroute.app.evaluation import (
    Heard,
    LabelledText,
    LettersReport,
    NoReader,
    TooFew,
    TriedScreen,
    UnscreenedError,
    evaluate_guard,
    evaluate_letters,
    letters_patch,
)
from semroute.app.evaluation.calibration import is_for_choosing
from semroute.app.evaluation.guard_bounds import Bounds, Figures, widest
from semroute.app.evaluation.guard_letters_page import (
    Letters,
    letters_as_json,
    letters_lines,
    letters_tables,
)
from semroute.app.evaluation.guard_parts import Part, Weighed, weigh
from semroute.app.remembered import Remembered
from semroute.app.screen import Screen
from semroute.app.settings.bodies import ScreeningSettings
from semroute.domain.attack import AttackKind, Cascade, LexicalScore
from semroute.domain.errors import ClassifierError
from semroute.domain.examination import Examiner
from semroute.domain.guards import ATTACK_CHECKS, AttackGuard, Guards
from semroute.domain.passage import Origin
from semroute.domain.ports import TextReader
from semroute.domain.reading import Reading


@frozen
class Patch:
    """What is put into a configuration."""

    screening: ScreeningSettings


class Scorer:
    """Every `letters=N` is a part whose logit is N."""

    def score(self, text: str, kind: AttackKind) -> LexicalScore:
        found = list(re.finditer(r"letters=(-?[\d.]+)[^;]*", text))
        scores = [LexicalScore(float(each[1]), (), *each.span()) for each in found]
        worst, *others = sorted(scores, key=lambda each: -each.logit) or [LexicalScore(-9.0)]
        return evolve(worst, others=tuple(others))


@define
class Reader:
    """Reads `meaning=N` as the logit N, and counts what it is asked."""

    texts: list[str] = field(factory=list)
    is_ready: bool = True

    async def read(self, texts: Sequence[str]) -> list[Reading]:
        self.texts += texts
        found = [re.search(r"meaning=(-?[\d.]+)", text) for text in texts]
        logits = [float(each[1]) if each else -9.0 for each in found]
        return [Reading({AttackKind.JAILBREAK: logit}) for logit in logits]


class Entities(Reader):
    """Knows nothing of attacks."""

    async def read(self, texts: Sequence[str]) -> list[Reading]:
        return [Reading({}) for _ in texts]


def tried(reader: TextReader | None, cascade: Cascade, max_windows: int = 4) -> TriedScreen:
    return TriedScreen(
        Screen(
            ATTACK_CHECKS,
            Examiner(views_of, None, Scorer()),
            reader,
            cascade,
            wants_entities=False,
            budget_seconds=60.0,
            max_chars=1_000_000,
            max_windows=max_windows,
            remembered=Remembered(0),
        ),
        Guards(injection=AttackGuard(threshold=0.8)),
    )


def said(*parts: tuple[float, float], attack: bool = False) -> LabelledText:
    words = [f"letters={letters} meaning={meaning}" for letters, meaning in parts]
    return LabelledText("; ".join(words), attack)


def half(*, first: bool, texts: Sequence[LabelledText]) -> list[LabelledText]:
    return [text for text in texts if is_for_choosing(text.text) is first]


CONFIGURED = Cascade(-3.0, 4.0)
TEXTS = [
    evolve(text, text=f"{number}: {text.text}")
    for number in range(60)
    for text in (said((-6.0, -6.0)), said((-2.0, -3.0)), said((6.0, 6.0), attack=True))
]
# What the letters take for harmless and the encoder knows better.
SLY = [evolve(said((-5.0, 9.0), attack=True), text=f"{n}: letters=-5 meaning=9") for n in range(8)]


@pytest.mark.parametrize(
    "cascade",
    [
        CONFIGURED,
        Cascade(-math.inf, math.inf),
        Cascade(-math.inf, 0.5),
        Cascade(0.5, math.inf),
        Cascade(1.5, 2.5),
        Cascade(-1.0, 0.0),
    ],
)
async def test_bounds_are_tried_on_paper_as_the_screen_would_judge(cascade: Cascade) -> None:
    logits = (-5.0, -1.0, 0.2, 1.7, 5.0)
    texts = [
        evolve(said((one, meaning), (two, -meaning)), origin=origin)
        for one in logits
        for two in logits
        for meaning in (-4.0, 4.0)
        for origin in (Origin.USER, Origin.TOOL)
    ]
    texts += [LabelledText(" ", is_attack=False), LabelledText("nothing", is_attack=False)]
    texts.append(said(*((number / 10, 3.0) for number in range(-9, 9))))  # more than may be read
    reader = Reader()
    screen = tried(reader, cascade)
    weighed = await weigh(tried(reader, CONFIGURED), Heard(reader), texts, lambda _: None)
    for each in weighed:
        outcome = await screen([each.text.text], each.text.origin)
        assert each.is_flagged(cascade) == outcome.is_flagged
        assert each.is_read(cascade) == outcome.was_read
    assert [each.is_whole for each in weighed] == [True] * (len(texts) - 1) + [False]


def weighed(letters: float, *, attack: bool, together: bool) -> Weighed:
    text = LabelledText(f"{letters} {attack}", attack)
    return Weighed(text, (Part(letters, letters >= 0, together),))


EASY = [weighed(-4.0 - n / 10, attack=False, together=False) for n in range(50)] + [
    weighed(4.0 + n / 10, attack=True, together=True) for n in range(50)
]
MISSED = weighed(-4.95, attack=True, together=True)
SPARED = weighed(5.05, attack=False, together=False)
LUCKY = weighed(-4.95, attack=False, together=True)


def test_no_text_comes_off_worse_where_no_risk_is_taken() -> None:
    texts = [*EASY, MISSED, SPARED]
    chosen = widest(texts, [0.0, 0.01, 0.02], (0.5, 0.5))
    none, one, two = (Figures.of(texts, chosen[risk].cascade) for risk in (0.0, 0.01, 0.02))
    assert (none.worse.hits, one.worse.hits, two.worse.hits) == (0, 1, 2)
    assert none.read.hits == len([each for each in texts if -4.95 <= each.logit <= 5.05])
    assert none.read.hits > one.read.hits > two.read.hits == 0
    assert none.tally.recall.share == 1
    assert (two.tally.missed, two.tally.false_alarms) == (1, 1)


def test_what_comes_off_better_makes_up_for_what_comes_off_worse() -> None:
    texts = [*EASY, MISSED, LUCKY]
    figures = Figures.of(texts, widest(texts, [0.0], (0.5, 0.5))[0.0].cascade)
    assert (figures.worse.hits, figures.better.hits, figures.risk) == (1, 1, 0)
    assert figures.read.hits == 0


def test_bounds_lie_to_either_side_of_all_thresholds_and_have_few_digits() -> None:
    for thresholds in ((0.2, 0.99), (0.5, 0.5), (0.0, 1.0)):
        (bounds,) = widest([*EASY, MISSED], [0.5], thresholds).values()
        least, greatest = thresholds
        assert 0 <= bounds.unsure_from <= least
        assert greatest <= bounds.sure_from <= 1
        assert bounds.unsure_from < bounds.sure_from
        assert len(str(bounds.unsure_from)) <= 8


def test_configured_bounds_are_told_as_the_settings_have_them() -> None:
    assert Bounds.of(CONFIGURED) == Bounds(0.0474, 0.982)
    assert Bounds.of(Cascade(-math.inf, math.inf)) == Bounds(0, 1)
    assert Bounds(0, 1).cascade == Cascade(-math.inf, math.inf)


async def test_nobody_is_asked_twice_about_a_text() -> None:
    reader = Reader()
    heard = Heard(reader)
    screen = tried(heard, CONFIGURED)
    await evaluate_guard(screen, TEXTS)
    read = list(reader.texts)
    assert 0 < len(read) < len(TEXTS)
    shares: list[float] = []
    letters = await evaluate_letters(
        screen, heard, [*TEXTS, *TEXTS], progress=lambda _, share: shares.append(share)
    )
    assert isinstance(letters, LettersReport)
    assert len(reader.texts) == len(set(reader.texts))
    assert shares[-1] == 1


async def report(risk: float = 0.003) -> LettersReport:
    reader = Reader()
    letters = await evaluate_letters(
        tried(reader, CONFIGURED), Heard(reader), [*TEXTS, *SLY], risk=risk
    )
    assert isinstance(letters, LettersReport)
    return letters


async def test_bounds_are_chosen_on_one_half_and_told_of_on_the_other() -> None:
    letters = await report(0.3)
    first, second = (half(first=each, texts=[*TEXTS, *SLY]) for each in (True, False))
    sly = half(first=False, texts=SLY)
    assert (letters.chosen_on.size, letters.confirmed_on.size) == (len(first), len(second))
    assert list(letters.chosen) == [0, 0.001, 0.003, 0.01, 0.3]
    assert letters.configured.bounds == Bounds(0.0474, 0.982)
    assert letters.configured.figures.worse.hits == len(sly) > 0
    assert letters.configured.figures.risk == pytest.approx(len(sly) / len(second))
    assert letters.chosen[0].figures.worse.hits == 0
    assert letters.chosen[0].bounds.unsure_from < 0.0067  # where the sly ones stand
    assert letters.chosen[0.3].figures.worse.hits == len(sly)
    assert letters.chosen[0.3].figures.read.hits == 0
    assert letters.always.figures.read.share == 1
    assert letters.always.figures.risk == 0


async def test_the_lines_to_put_into_a_configuration_are_for_the_risk_that_was_asked_for() -> None:
    letters = await report(0.3)
    document = letters_as_json(letters)
    assert document["patch"]["risk"] == 0.3
    patch = letters_patch(letters)
    assert "0.3 was asked for." in patch
    settings = load(patch, Patch).screening
    bounds = letters.chosen[0.3].bounds
    assert (settings.unsure_from, settings.sure_from) == (bounds.unsure_from, bounds.sure_from)
    assert document["patch"]["screening"] == asdict(bounds)
    assert [row["asked"] for row in document["risks"]] == list(letters.chosen)
    assert document["configured"]["worse"]["of"] == letters.confirmed_on.size


async def test_a_page_shows_every_risk_below_what_is_configured() -> None:
    letters = await report()
    (table,) = letters_tables(letters)
    assert [row[0] for row in table.rows] == [
        *("configured", "0", "0.001", "0.003", "0.01", "always asked"),
    ]
    assert table.rows[0][1:3] == ("0.0474", "0.982")
    assert table.rows[-1][1:3] == ("0", "1")
    assert all(len(row) == len(table.columns) for row in table.rows)
    assert f"One text of the first half is {1 / letters.chosen_on.size:.2g}" in table.note
    assert not list(letters_lines(letters))


async def unknown(reader: TextReader | None, texts: Sequence[LabelledText]) -> Letters:
    heard = None if reader is None else Heard(reader)
    letters = await evaluate_letters(tried(reader, CONFIGURED), heard, texts)
    assert not list(letters_tables(letters))
    assert not letters_patch(letters)
    return letters


@pytest.mark.parametrize("reader", [None, Entities()])
async def test_where_nobody_reads_for_attacks_the_letters_decide_everything(
    reader: TextReader | None,
) -> None:
    letters = await unknown(reader, TEXTS)
    assert letters == NoReader()
    assert letters_as_json(letters) == {"why_not": "no_reader"}
    (line,) = letters_lines(letters)
    assert "everything" in line


async def test_of_too_few_texts_nothing_is_said_and_nothing_is_asked() -> None:
    reader = Reader()
    letters = await unknown(reader, [text for text in TEXTS if not text.is_attack] + SLY)
    assert isinstance(letters, TooFew)
    assert letters.chosen_on.attacks + letters.confirmed_on.attacks == len(SLY)
    assert letters_as_json(letters)["why_not"] == "too_few"
    (line,) = letters_lines(letters)
    assert "It takes 20 of each." in line
    assert not reader.texts


async def test_a_text_that_cannot_be_read_is_not_counted() -> None:
    reader = FaultyReader(WordReader(), error=ClassifierError("boom"))
    with pytest.RaisesGroup(pytest.RaisesExc(UnscreenedError, match="error")):
        await evaluate_letters(tried(reader, CONFIGURED), Heard(reader), TEXTS)


async def test_a_reader_is_heard_once_about_a_text() -> None:
    reader = Reader()
    heard = Heard(reader)
    assert heard.is_ready
    first = await heard.read(["meaning=1", "meaning=2", "meaning=1"])
    again = await heard.read(["meaning=2", "meaning=3"])
    assert [each.attacks[AttackKind.JAILBREAK] for each in (*first, *again)] == [1, 2, 1, 2, 3]
    assert reader.texts == ["meaning=1", "meaning=2", "meaning=3"]
