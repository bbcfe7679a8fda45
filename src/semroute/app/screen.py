"""One request screened: every text by its letters, doubtful ones also by their meaning."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import trio
from attrs import define, evolve, field, frozen

from semroute.domain.attack import AttackKind, Cascade
from semroute.domain.classification import Rung
from semroute.domain.errors import NotLoadedError, OverloadedError
from semroute.domain.examination import Examination, Examiner, Suspicion
from semroute.domain.excerpt import Excerpt, Subject, excerpts_of
from semroute.domain.guards import Check
from semroute.domain.passage import Passage, Path
from semroute.domain.ports import Patience, TextReader, endless
from semroute.domain.reading import Reading
from semroute.domain.screening import ScreenFault, Screening

from .found import Found, data_in, key_of, threats_in
from .people import people_in, peopled
from .remembered import Remembered

# Up to here examining takes about a millisecond, not much more than a round trip to a thread.
_INLINE_CHARS: Final = 4096
_INLINE_PASSAGES: Final = 500
# Longer ones wait for each other, half a second each, but ordinary prompts do not wait for them.
_SHORT_CHARS: Final = 100_000
# What has more data in it than this is a list, and not remembered: it would take megabytes.
_MOST_SIGHTINGS: Final = 1000
_WINDOW_CHARS: Final = 2000  # what the encoder reads in one piece, overlaps apart
# A doubtful part is some sentences, a quarter of a window at most. Twice as many of them as windows
# take half a second at worst, which leaves the rest of the budget to the letters.
PARTS_A_WINDOW: Final = 2

_KINDS: Final = {Check.JAILBREAK: AttackKind.JAILBREAK, Check.INJECTION: AttackKind.INJECTION}


@frozen
class _Examined:
    """What the letters of new texts said, or why they were not examined."""

    examinations: Mapping[Subject, Examination] = field(factory=dict)
    fault: ScreenFault | None = None


@frozen
class _Wanted:
    """What the encoder is to read.

    Args:
        doubtful: Parts that may be attacks, most suspicious first.
        peopled: Texts that may have people and addresses in them.
        is_cut: Whether there were more of the latter than it may read.
    """

    doubtful: tuple[str, ...] = ()
    peopled: tuple[str, ...] = ()
    is_cut: bool = False


@frozen
class _Read:
    """What it said, or why it did not."""

    readings: Mapping[str, Reading] = field(factory=dict)
    fault: ScreenFault | None = None


@define(eq=False)
class Screen:
    """Screens requests.

    Args:
        checks: What somebody wants to know.
        examiner: Examines texts by their letters.
        reader: Reads texts by their meaning; None if there is nobody who can.
        cascade: When the reader is asked about an attack, and what follows from its answer.
        wants_entities: Whether people and addresses are looked for, which takes the reader.
        budget_seconds: How long it may take.
        max_chars: How much text of a request is examined that was not seen before.
        max_windows: How many windows of a request the reader may read.
        remembered: What was found in earlier texts.
        patience: How long short texts may keep the event loop.
    """

    checks: frozenset[Check]
    examiner: Examiner
    reader: TextReader | None
    cascade: Cascade
    wants_entities: bool
    budget_seconds: float
    max_chars: int
    max_windows: int
    remembered: Remembered[Found]
    patience: Patience = endless
    _short: trio.CapacityLimiter = field(init=False, factory=lambda: trio.CapacityLimiter(1))
    _long: trio.CapacityLimiter = field(init=False, factory=lambda: trio.CapacityLimiter(1))

    async def __call__(self, passages: Sequence[Passage], opaque: Sequence[Path]) -> Screening:
        """Screens one request. It raises nothing: a check that cannot be made is a finding.

        What was examined of a text counts even if it could not be read.
        """
        excerpts = await _excerpts(passages)
        found: dict[Subject, Found | None] = {}
        new: dict[Subject, Excerpt] = {}
        for excerpt in excerpts:  # passages first, which are read in more ways than seams
            subject = excerpt.subject
            if subject not in found:
                found[subject] = self.remembered.get(key_of(excerpt))
                if found[subject] is None:
                    new[subject] = excerpt
        deadline = trio.current_time() + self.budget_seconds
        examined = await self._examined(list(new), deadline)
        wanted = self._wanted(new, examined)
        read = await self._read(wanted, deadline)
        failures = self._failures(wanted, examined.fault if new else None, read.fault)
        for subject, excerpt in new.items():
            what = self._found(examined.examinations.get(subject), read, subject)
            found[subject] = what
            is_whole = not failures and examined.fault is None
            if is_whole and len(what.sightings) <= _MOST_SIGHTINGS:
                self.remembered.keep(key_of(excerpt), what)
        return Screening(
            threats=threats_in(excerpts, found),
            data=tuple(data_in(excerpts, found)),
            opaque=tuple(opaque),
            failures=failures,
            is_too_long=examined.fault is ScreenFault.TOO_LONG,
        )

    async def _examined(self, subjects: Sequence[Subject], deadline: float) -> _Examined:
        size = sum(len(subject.text) for subject in subjects)
        if size > self.max_chars:
            return _Examined(fault=ScreenFault.TOO_LONG)
        try:
            if size <= _INLINE_CHARS:
                return self.patience(lambda: self._examinations(subjects))
            limiter = self._short if size <= _SHORT_CHARS else self._long
            with trio.fail_at(deadline):
                return await trio.to_thread.run_sync(
                    self._examined_aside, subjects, abandon_on_cancel=True, limiter=limiter
                )
        except (TimeoutError, trio.TooSlowError):
            return _Examined(fault=ScreenFault.TIMEOUT)
        except Exception:  # noqa: BLE001 - whatever goes wrong, the request must not slip by
            return _Examined(fault=ScreenFault.ERROR)

    def _examinations(self, subjects: Iterable[Subject]) -> _Examined:
        return _Examined(
            {
                subject: self.examiner.examine(
                    subject.text, subject.kind, is_to_be_read=self.wants_entities
                )
                for subject in subjects
            }
        )

    def _examined_aside(self, subjects: Sequence[Subject]) -> _Examined:
        """Examines texts in a thread that others wait for, as long as anybody awaits it."""
        return self._examinations(_while_awaited(subjects))

    def _wanted(self, new: Mapping[Subject, Excerpt], examined: _Examined) -> _Wanted:
        """Chooses what the encoder reads, within its limit; attacks come first."""
        suspicions = sorted(
            (
                suspicion
                for examination in examined.examinations.values()
                if self.reader is not None and not self._is_settled(examination)
                for suspicion in examination.suspicions
                if self.cascade.is_unsure(suspicion.logit)
            ),
            key=lambda each: -each.logit,
        )
        most = self.max_windows * PARTS_A_WINDOW
        doubtful = tuple(dict.fromkeys(each.text for each in suspicions))[:most]
        room = self.max_windows - -(-len(doubtful) // PARTS_A_WINDOW)
        read = set(doubtful)
        others: list[str] = []
        is_cut = False
        for text in peopled(new, examined.examinations):
            room -= 0 if text in read else 1 + len(text) // _WINDOW_CHARS
            is_cut = is_cut or room < 0
            if room >= 0:
                others.append(text)
                read.add(text)
        return _Wanted(doubtful, tuple(others), is_cut)

    def _is_settled(self, examination: Examination) -> bool:
        """Whether some part of a text is an attack whatever the others are."""
        return any(self.cascade.is_sure(each.logit) for each in examination.suspicions)

    async def _read(self, wanted: _Wanted, deadline: float) -> _Read:
        texts = list(dict.fromkeys((*wanted.doubtful, *wanted.peopled)))
        if not texts or self.reader is None:
            return _Read(fault=ScreenFault.NOT_LOADED if texts else None)
        try:
            with trio.fail_at(deadline):
                readings = await self.reader.read(texts)
        except trio.TooSlowError:
            return _Read(fault=ScreenFault.TIMEOUT)
        except NotLoadedError:
            return _Read(fault=ScreenFault.NOT_LOADED)
        except OverloadedError:
            return _Read(fault=ScreenFault.OVERLOAD)
        except Exception:  # noqa: BLE001 - whatever goes wrong, the request must not slip by
            return _Read(fault=ScreenFault.ERROR)
        logits = [logit for reading in readings for logit in reading.attacks.values()]
        is_sound = len(readings) == len(texts) and all(map(math.isfinite, logits))
        return (
            _Read(dict(zip(texts, readings, strict=True)))
            if is_sound
            else _Read(fault=ScreenFault.ERROR)
        )

    def _failures(
        self, wanted: _Wanted, letters: ScreenFault | None, meaning: ScreenFault | None
    ) -> dict[Check, ScreenFault]:
        """Returns which checks could not be made, or only in part."""
        failures: dict[Check, ScreenFault] = {}
        if wanted.is_cut:
            failures[Check.PII] = ScreenFault.TOO_LONG
        if meaning is not None and wanted.peopled:
            failures[Check.PII] = meaning
        if meaning is not None and wanted.doubtful:
            failures |= dict.fromkeys(_KINDS, meaning)
        if letters is not None:
            failures |= dict.fromkeys((*_KINDS, Check.PII), letters)
        return {check: fault for check, fault in failures.items() if check in self.checks}

    def _found(self, examination: Examination | None, read: _Read, subject: Subject) -> Found:
        if examination is None:
            return Found()
        readings = read.readings
        people = people_in(examination.extracts, readings, subject.text)
        sightings = (*examination.sightings, *people)
        scored = [
            (
                self.cascade.probability(
                    subject.kind, each.logit, _logit(readings.get(each.text), subject.kind)
                ),
                each,
            )
            for each in examination.suspicions
        ]
        if not scored:
            return Found(sightings=sightings)
        probability, suspicion = max(scored, key=lambda pair: pair[0])
        # It is remembered, and what is remembered has nobody's words in it.
        rung = self._rung(suspicion, subject.kind, read)
        return Found(probability, evolve(suspicion, text=""), sightings, rung)

    def _rung(self, suspicion: Suspicion, kind: AttackKind, read: _Read) -> Rung:
        if _logit(read.readings.get(suspicion.text), kind) is not None:
            return Rung.ENCODER
        is_in_vain = read.fault is not None and self.cascade.is_unsure(suspicion.logit)
        return Rung.FAST_FALLBACK if is_in_vain else Rung.FAST


async def _excerpts(passages: Sequence[Passage]) -> tuple[Excerpt, ...]:
    if len(passages) <= _INLINE_PASSAGES:
        return tuple(excerpts_of(passages))
    return await trio.to_thread.run_sync(tuple, excerpts_of(passages), abandon_on_cancel=True)


def _while_awaited(subjects: Iterable[Subject]) -> Iterator[Subject]:
    for subject in subjects:
        trio.from_thread.check_cancelled()
        yield subject


def _logit(reading: Reading | None, kind: AttackKind) -> float | None:
    return None if reading is None else reading.attacks.get(kind)
