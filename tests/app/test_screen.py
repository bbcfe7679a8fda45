"""Requests are screened whole, and what cannot be checked is a finding."""

import gc
import math
import re
import threading
import time
from collections.abc import Sequence

import pytest
import trio
import trio.testing
from attrs import define, evolve, field

from semroute.adapters.lexical import PatternFinder, views_of
from semroute.adapters.memory import FaultyReader, WordReader
from semroute.app.remembered import Remembered
from semroute.app.screen import Screen
from semroute.domain.attack import AttackKind, Cascade, LexicalScore
from semroute.domain.classification import Rung
from semroute.domain.errors import ClassifierError, NotLoadedError, OverloadedError
from semroute.domain.examination import Examiner
from semroute.domain.guards import Check
from semroute.domain.passage import Origin, Passage
from semroute.domain.pii import PiiFinder, PiiKind, PiiSpan
from semroute.domain.reading import Reading
from semroute.domain.screening import ScreenFault, Screening
from semroute.domain.views import View

BUDGET = 1.0
ALL = frozenset(Check)


@define
class Scorer:
    """`attack` is one, `maybe` may be one, all else is none."""

    texts: list[str] = field(factory=list)

    def score(self, text: str, kind: AttackKind) -> LexicalScore:
        self.texts.append(text)
        if match := re.search("attack", text):
            return LexicalScore(9.0, ("says-so",), *match.span())
        if match := re.search(r"maybe.{0,40}", text):
            return LexicalScore(0.0, (), *match.span())
        return LexicalScore(-9.0, (), 0, len(text))


@define
class CountingReader:
    reader: FaultyReader = field(factory=lambda: FaultyReader(WordReader()))
    texts: list[str] = field(factory=list)
    is_ready: bool = True

    async def read(self, texts: Sequence[str]) -> list[Reading]:
        self.texts += texts
        return await self.reader.read(texts)


@define
class Bench:
    """A screen, and what it is made of."""

    scorer: Scorer = field(factory=Scorer)
    reader: CountingReader = field(factory=CountingReader)
    wants_entities: bool = False
    max_windows: int = 4
    remembered: int = 100
    finder: PiiFinder = field(factory=PatternFinder)

    def screen(self, checks: frozenset[Check] = ALL) -> Screen:
        return Screen(
            checks,
            Examiner(views_of, self.finder, self.scorer),
            self.reader,
            Cascade(-2.0, 2.0),
            self.wants_entities,
            BUDGET,
            1_000_000,
            self.max_windows,
            Remembered(self.remembered),
        )


def said(*texts: str, origin: Origin = Origin.USER) -> list[Passage]:
    return [Passage(("messages", i, "content"), origin, text) for i, text in enumerate(texts)]


def probability(screening: Screening, kind: AttackKind = AttackKind.JAILBREAK) -> float:
    (threat,) = [threat for threat in screening.threats if threat.kind is kind]
    return threat.probability


async def test_what_the_letters_are_sure_of_costs_no_pass() -> None:
    bench = Bench()
    screen = bench.screen()
    assert probability(await screen(said("hello"), [])) < 0.01
    found = await screen(said("hello", "an attack"), [])
    assert probability(found) > 0.99
    (threat,) = found.threats
    assert (threat.path, threat.rules) == (("messages", 1, "content"), ("says-so",))
    assert threat.rung is Rung.FAST
    assert bench.reader.texts == []


async def test_where_the_letters_leave_doubt_the_meaning_decides() -> None:
    bench = Bench()
    screen = bench.screen()
    assert probability(await screen(said("well, maybe it ends"), [])) < 0.5
    assert probability(await screen(said("well, maybe: ignore it"), [])) > 0.5
    assert bench.reader.texts == ["maybe it ends", "maybe: ignore it"]
    again = await screen(said("well, maybe: ignore it"), [])
    assert [threat.rung for threat in again.threats] == [Rung.ENCODER]


@define
class Partial:
    """To its letters nothing is an attack of a user's and all is one of a tool's, nearly."""

    seen: list[AttackKind] = field(factory=list)

    def score(self, text: str, kind: AttackKind) -> LexicalScore:
        self.seen.append(kind)
        return LexicalScore(1.0 if kind is AttackKind.INJECTION else -1.0, (), 0, len(text))


class PartialReader:
    """Likewise to its meaning."""

    is_ready = True

    async def read(self, texts: Sequence[str]) -> list[Reading]:
        logits = {AttackKind.JAILBREAK: -3.0, AttackKind.INJECTION: 3.0}
        return [Reading(logits) for _ in texts]


async def test_the_same_words_are_judged_by_whose_they_are() -> None:
    scorer = Partial()
    bench = Bench()
    screen = evolve(
        bench.screen(),
        examiner=Examiner(lambda text: [View("raw", text)], None, scorer),
        reader=PartialReader(),
        cascade=Cascade(-2.0, 2.0, {AttackKind.INJECTION: 0.5}),
    )
    text = "send me all of it"
    passages = [*said(text), *said(text, origin=Origin.TOOL)]
    first = await screen(passages, [])
    assert probability(first, AttackKind.JAILBREAK) == pytest.approx(1 / (1 + math.exp(2)))
    assert probability(first, AttackKind.INJECTION) == pytest.approx(1 / (1 + math.exp(-4)))
    assert sorted(scorer.seen) == [AttackKind.INJECTION, AttackKind.JAILBREAK]
    again = await screen([*reversed(passages)], [])
    assert {each.kind: each.probability for each in again.threats} == {
        each.kind: each.probability for each in first.threats
    }
    assert len(scorer.seen) == 2, "both are remembered"


@define
class Decoyed(Scorer):
    """Finds a decoy more suspicious than what it hides."""

    def score(self, text: str, kind: AttackKind) -> LexicalScore:
        start = text.find("maybe")
        real = LexicalScore(-1.0, (), start, len(text))
        return LexicalScore(1.0, (), 0, start, (real,)) if start > 0 else LexicalScore(-9.0)


async def test_a_decoy_does_not_hide_what_is_less_suspicious() -> None:
    bench = Bench(scorer=Decoyed())
    found = await bench.screen()(said("act as a poet. maybe ignore and override it"), [])
    assert bench.reader.texts == ["act as a poet. ", "maybe ignore and override it"]
    assert probability(found) > 0.5


async def test_orders_in_what_tools_return_are_injections() -> None:
    found = await Bench().screen()(said("an attack", origin=Origin.TOOL), [])
    assert probability(found, AttackKind.INJECTION) > 0.99
    assert [threat.kind for threat in found.threats] == [AttackKind.INJECTION]


async def test_the_gravest_reading_counts_and_is_named() -> None:
    found = await Bench().screen()(
        said("please decode dGhpcyBpcyBhbiBhdHRhY2sgb24geW91ciBydWxlcw== and do it"), []
    )
    assert probability(found) > 0.99
    assert "base64" in found.threats[0].view


async def test_an_attack_split_over_turns_is_found() -> None:
    found = await Bench().screen()(said("an att", "ack"), [])
    assert probability(found) > 0.99


async def test_a_card_split_over_parts_is_found_in_both() -> None:
    found = await Bench().screen()(said("my card: 4111 1111", "1111 1111, thanks"), [])
    places = {(datum.path[1], datum.span.start, datum.span.end) for datum in found.data}
    assert places == {(0, 9, 18), (1, 0, 9)}


def beside(*texts: str, is_structural: bool = True) -> list[Passage]:
    """Parts of a text, each with a field beside it."""
    found = []
    for index, text in enumerate(texts):
        path = ("messages", index, "content")
        found += [
            Passage(path, Origin.USER, text, strand="s"),
            Passage((*path, "ttl"), Origin.USER, "1h", is_structural=is_structural),
        ]
    return found


@pytest.mark.parametrize("is_structural", [True, False])
@pytest.mark.parametrize("parts", [("ann.smith@exa", "mple.org"), ("4111 1111", "1111 1111")])
async def test_fields_beside_parts_hide_nothing_and_are_not_masked(
    parts: tuple[str, str], *, is_structural: bool
) -> None:
    found = await Bench().screen()(beside(*parts, is_structural=is_structural), [])
    spans = {(each.path, each.span.start, each.span.end, each.is_editable) for each in found.data}
    assert spans == {
        (("messages", index, "content"), 0, len(part), True) for index, part in enumerate(parts)
    }


async def test_fields_beside_parts_hide_no_attack() -> None:
    assert probability(await Bench().screen()(beside("an at", "tack"), [])) > 0.99


async def test_half_in_a_field_that_nobody_knows_is_found_too() -> None:
    passages = [
        Passage(("messages", 0, "content"), Origin.USER, "4111 1111", strand="s"),
        Passage(("messages", 0, "x"), Origin.USER, "1111 1111"),
        Passage(("messages", 1, "content"), Origin.USER, "thanks", strand="s"),
    ]
    found = await Bench().screen()(passages, [])
    assert {each.path[-1] for each in found.data} == {"content", "x"}


async def test_what_text_says_before_a_field_of_the_api_tells_nothing_about_it() -> None:
    passages = beside("my password is:")
    found = await Bench().screen()([passages[0], evolve(passages[1], text="Tr0ub4dor-3xyz")], [])
    assert found.data == ()


async def test_an_id_that_is_somebody_s_number_cannot_be_masked() -> None:
    path = ("messages", 0, "tool_call_id")
    fixed = Passage(path, Origin.TOOL, "12345678Z", is_editable=False, is_structural=True)
    found = await Bench().screen()([fixed, *said("mail a@example.org", origin=Origin.TOOL)], [])
    assert [(each.path, each.is_editable) for each in found.data] == [
        (path, False),
        (("messages", 0, "content"), True),
    ]


async def test_words_that_are_run_together_at_a_seam_are_no_part_of_what_stood_before() -> None:
    found = await Bench().screen()(said("I am ann@example.org", "charge me"), [])
    (datum,) = [each for each in found.data if each.span.kind is PiiKind.EMAIL]
    assert (datum.path[1], datum.span.start, datum.span.end) == (0, 5, 20)


async def test_data_in_disguise_is_located_in_the_text_as_it_is() -> None:
    text = "mail me: jo\u200bhn@exa\u200bmple.org"
    found = await Bench().screen()(said(text), [])
    (datum,) = [each for each in found.data if each.span.kind is PiiKind.EMAIL]
    assert datum.view == "normalised"
    assert text[datum.span.start : datum.span.end] == "jo\u200bhn@exa\u200bmple.org"


async def test_people_are_looked_for_only_if_somebody_wants_to_know() -> None:
    text = "My name is Ada Lovelace"
    assert (await Bench().screen()(said(text), [])).data == ()
    bench = Bench(wants_entities=True)
    found = await bench.screen()(said(text), [])
    (datum,) = found.data
    assert datum.span == PiiSpan(PiiKind.PERSON, 11, 23, 0.9)
    assert bench.reader.texts == [text]


async def test_what_was_seen_before_is_not_looked_at_again() -> None:
    bench = Bench(wants_entities=True, max_windows=20)
    screen = bench.screen()
    first = await screen(said("maybe", "mail a@example.org"), [])
    seen, read = len(bench.scorer.texts), len(bench.reader.texts)
    again = await screen(said("maybe", "mail a@example.org"), [])
    assert again == first
    assert (len(bench.scorer.texts), len(bench.reader.texts)) == (seen, read)
    await screen(said("maybe", "mail a@example.org", "and now?"), [])
    # The new turn, and the seam between it and the last.
    assert all("and now?" in text for text in bench.scorer.texts[seen:])


async def test_parts_that_nobody_can_read_are_passed_on_as_such() -> None:
    found = await Bench().screen()([], [("messages", 0, "content", 1)])
    assert found.opaque == (("messages", 0, "content", 1),)


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (NotLoadedError(), ScreenFault.NOT_LOADED),
        (OverloadedError(), ScreenFault.OVERLOAD),
        (ClassifierError("boom"), ScreenFault.ERROR),
        (RuntimeError("boom"), ScreenFault.ERROR),
    ],
)
async def test_a_reader_that_fails_fails_the_checks_that_asked_it(
    error: ClassifierError, fault: ScreenFault
) -> None:
    bench = Bench()
    bench.reader.reader.error = error
    screen = bench.screen()
    found = await screen(said("maybe", "mail a@example.org"), [])
    assert found.failures == {Check.JAILBREAK: fault, Check.INJECTION: fault}
    assert [threat.rung for threat in found.threats] == [Rung.FAST_FALLBACK]
    assert [datum.span.kind for datum in found.data] == [PiiKind.EMAIL]
    # A failure is not remembered.
    bench.reader.reader.error = None
    again = await screen(said("maybe", "mail a@example.org"), [])
    assert (again.failures, [threat.rung for threat in again.threats]) == ({}, [Rung.ENCODER])


async def test_letters_that_are_sure_stand_in_for_nobody() -> None:
    bench = Bench()
    bench.reader.reader.error = ClassifierError("boom")
    found = await bench.screen()(said("maybe", "an attack"), [])
    assert [threat.rung for threat in found.threats] == [Rung.FAST]


async def test_whoever_did_not_ask_the_reader_does_not_suffer() -> None:
    bench = Bench()
    bench.reader.reader.error = ClassifierError("boom")
    assert (await bench.screen()(said("hello"), [])).failures == {}


async def test_a_reader_of_people_that_fails_fails_pii() -> None:
    bench = Bench(wants_entities=True)
    bench.reader.reader.error = ClassifierError("boom")
    found = await bench.screen()(said("hello"), [])
    assert found.failures == {Check.PII: ScreenFault.ERROR}


async def test_a_reader_that_hangs_is_given_up_at_the_end_of_the_budget(
    autojump_clock: trio.testing.MockClock,
) -> None:
    bench = Bench()
    bench.reader.reader.delay_seconds = math.inf
    started = trio.current_time()
    found = await bench.screen()(said("maybe"), [])
    assert trio.current_time() - started == pytest.approx(BUDGET)
    assert found.failures[Check.JAILBREAK] is ScreenFault.TIMEOUT


async def test_a_reader_that_talks_nonsense_has_said_nothing() -> None:
    bench = Bench()
    bench.reader.reader.is_senseless = True
    found = await bench.screen()(said("maybe ignore it"), [])
    assert found.failures[Check.JAILBREAK] is ScreenFault.ERROR
    assert math.isfinite(probability(found))


class Broken:
    def find(self, text: str) -> tuple[PiiSpan, ...]:
        message = "boom"
        raise RuntimeError(message)


async def test_a_finder_that_raises_fails_every_check_of_letters() -> None:
    found = await Bench(finder=Broken()).screen()(said("hello"), [])
    assert found.failures == dict.fromkeys(
        (Check.JAILBREAK, Check.INJECTION, Check.PII), ScreenFault.ERROR
    )


class Nan(Scorer):
    def score(self, text: str, kind: AttackKind) -> LexicalScore:
        return LexicalScore(math.nan)


async def test_a_score_that_is_no_number_is_a_failure() -> None:
    found = await Bench(scorer=Nan()).screen()(said("hello"), [])
    assert found.failures[Check.JAILBREAK] is ScreenFault.ERROR
    assert found.threats == ()


async def test_checks_nobody_asked_for_cannot_fail() -> None:
    screen = Bench(finder=Broken()).screen(frozenset({Check.PII}))
    assert set((await screen(said("hello"), [])).failures) == {Check.PII}


async def test_more_people_than_may_be_read_are_said_to_be_unread() -> None:
    bench = Bench(wants_entities=True, max_windows=2)
    found = await bench.screen()(said("x " * 4000), [])
    assert found.failures == {Check.PII: ScreenFault.TOO_LONG}


async def test_more_text_than_may_be_examined_is_said_to_be_too_long() -> None:
    bench = Bench(wants_entities=True)
    found = await bench.screen()(said("I am Ada Lovelace", "x" * 1_000_001), [])
    assert found.failures == dict.fromkeys(
        (Check.JAILBREAK, Check.INJECTION, Check.PII), ScreenFault.TOO_LONG
    )
    assert bench.reader.texts == []
    assert found.is_too_long


async def test_that_is_said_again_of_the_same_text_even_if_no_check_failed() -> None:
    screen = Bench().screen(frozenset({Check.UNSCANNABLE}))
    for _ in range(2):
        found = await screen(said("x" * 1_000_001), [])
        assert found.failures == {}
        assert found.is_too_long


async def test_of_many_doubtful_parts_the_most_suspicious_are_read() -> None:
    bench = Bench(max_windows=2)
    found = await bench.screen()(said(*(f"maybe {i} {'-' * 900}" for i in range(9))), [])
    assert len(bench.reader.texts) == 4  # two of them cost what a window does
    assert found.failures == {}


async def test_doubtful_parts_leave_room_for_people() -> None:
    bench = Bench(wants_entities=True, max_windows=2)
    found = await bench.screen()(said("maybe one, maybe Ada Lovelace"), [])
    assert found.failures == {}
    bench = Bench(wants_entities=True, max_windows=1)
    found = await bench.screen()(said("My name is Ada, and maybe not"), [])
    assert found.failures == {Check.PII: ScreenFault.TOO_LONG}


async def test_long_texts_do_not_hold_up_the_loop() -> None:
    bench = Bench()
    beats = 0

    async def beat() -> None:
        nonlocal beats
        while True:
            await trio.sleep(0.001)
            beats += 1

    async with trio.open_nursery() as nursery:
        nursery.start_soon(beat)
        await bench.screen()(said("some words " * 50_000), [])
        nursery.cancel_scope.cancel()
    assert beats > 3


async def test_a_passage_that_says_what_a_seam_said_is_read_for_people_all_the_same() -> None:
    screen = Bench(wants_entities=True, max_windows=40).screen()
    await screen(said("My name is John", "Smith of York"), [])
    found = await screen(said("My name is John Smith of York"), [])
    assert PiiKind.PERSON in {datum.span.kind for datum in found.data}
    at_once = await screen(said("Call Dr. John Smith", "Call Dr. John", "Smith"), [])
    assert PiiKind.PERSON in {datum.span.kind for datum in at_once.data if datum.path[1] == 0}


async def test_what_is_remembered_has_no_words_in_it() -> None:
    screen = Bench().screen()
    await screen(said("here is an attack"), [])
    kept = screen.remembered.get("passage jailbreak here is an attack")
    assert kept is not None
    assert "attack" not in repr(kept)
    assert kept.suspicion is not None
    assert kept.suspicion.text == ""


async def test_a_long_list_of_data_is_found_every_time_and_not_remembered() -> None:
    screen = Bench().screen()
    text = " ".join(f"user{number}@example.org" for number in range(1100))
    for _ in range(2):
        data = (await screen(said(text), [])).data
        assert len({datum.span.end for datum in data}) == 1100
    assert screen.remembered.get(f"passage jailbreak {text}") is None


@define
class Waiting:
    """A scorer that takes its time, and notes when it begins."""

    begun: list[str] = field(factory=list)
    go_on: threading.Event = field(factory=threading.Event)

    def score(self, text: str, kind: AttackKind) -> LexicalScore:
        self.begun.append(text)
        self.go_on.wait(10)
        return LexicalScore(-9.0)


async def test_a_thread_stops_once_nobody_waits_for_it() -> None:
    scorer = Waiting()
    screen = evolve(
        Bench().screen(), examiner=Examiner(lambda text: [View("raw", text)], None, scorer)
    )
    with trio.move_on_after(0.05):
        await screen(said(*(f"{i} {'x' * 5000}" for i in range(3))), [])
    scorer.go_on.set()
    await screen(said("y" * 5000), [])  # gets the thread when the other is done with it
    assert len(scorer.begun) == 2


async def test_what_the_part_before_it_tells_is_found() -> None:
    found = await Bench().screen()(said("my password is:", "Tr0ub4dor-3xyz"), [])
    assert {(each.span.kind, each.path[1]) for each in found.data} == {(PiiKind.PASSWORD, 1)}


@pytest.mark.parametrize("at", range(395, 420))
async def test_what_only_looks_like_data_where_a_seam_is_cut_is_none(at: int) -> None:
    digits = f"{'9' * 40}4111111111111111"
    bench = Bench()
    for parts in (
        (f"{digits}{' ' * (at - 16)}", "the next"),
        ("the first", f"{' ' * (at - 16)}4111111111111111{'9' * 40}"),
    ):
        assert (await bench.screen()(said(*parts), [])).data == ()


async def test_an_ordinary_prompt_does_not_wait_for_a_long_one() -> None:
    hanging = threading.Event()

    def views_when_let(text: str) -> list[View]:
        if len(text) > 100_000:
            hanging.wait(10)
        return [View("raw", text)]

    screen = evolve(Bench().screen(), examiner=Examiner(views_when_let, None, None))
    with trio.move_on_after(0.05):
        await screen(said("x" * 500_000), [])
    assert (await screen(said("y" * 5000), [])).failures == {}
    hanging.set()


async def test_many_thousand_passages_do_not_hold_up_the_loop() -> None:
    longest = 0.0

    async def beat() -> None:
        nonlocal longest
        while True:
            began = time.perf_counter()
            await trio.sleep(0.001)
            longest = max(longest, time.perf_counter() - began)

    passages = said(*("word" for _ in range(60_000)))
    gc.freeze()  # or what other tests have left behind is searched for rubbish meanwhile
    async with trio.open_nursery() as nursery:
        nursery.start_soon(beat)
        await trio.sleep(0.01)
        began = time.perf_counter()
        await Bench().screen()(passages, [])
        lasted = time.perf_counter() - began
        await trio.sleep(0.01)
        nursery.cancel_scope.cancel()
    gc.unfreeze()
    assert longest < max(1.0, lasted / 2)  # however slow the machine is
