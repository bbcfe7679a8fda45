"""How much of the personal data in texts is found, and what is taken for some."""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from attrs import evolve, field, frozen

from semroute.app.screen import Screen
from semroute.domain.guards import ENCODER_KINDS, PiiAction, PiiGuard
from semroute.domain.passage import Origin, Passage, Path
from semroute.domain.pii import PiiKind, PiiSpan

from .matching import LabelledSpan, matched, whole
from .statistics import Proportion, Spread, Tally
from .tried import UnscreenedError

_PATH: Final[Path] = ("messages", 0, "content")


@frozen
class Document:
    """A text in which a careful reader marked personal data.

    Args:
        text: The text.
        spans: What was marked, of the kinds that are looked for here.
        ignored: What else was marked, as it was called.
        source: The set it comes from.
    """

    text: str
    spans: tuple[LabelledSpan, ...] = ()
    ignored: tuple[str, ...] = ()
    source: str = "data"


@frozen
class KindReport:
    """How well one kind is found.

    Args:
        tally: Of spans; nobody can count the spans that were rightly not found.
        names: The same for each name that the kind is marked by. What is found and not marked might
            be of any of them, and counts against each.
        innocent: For each set, of the documents where nothing of the kind is marked, how many are
            said to have some.
    """

    tally: Tally
    names: Mapping[str, Tally] = field(factory=dict)
    innocent: Mapping[str, Proportion] = field(factory=dict)

    @property
    def all_innocent(self) -> Proportion:
        """The same for all sets together."""
        shares = self.innocent.values()
        return Proportion(sum(each.hits for each in shares), sum(each.of for each in shares))


@frozen
class PiiReport:
    """How well personal data is found.

    Args:
        documents: In how many texts.
        kinds: For each kind that is marked or was found.
        benign: Of the documents where nothing at all is marked, how many are said to have some
            personal data.
        ignored: How many spans were marked that nobody looks for, by what they were called.
        duration: How long the whole screening of a text takes, one at a time.
    """

    documents: int
    kinds: Mapping[PiiKind, KindReport]
    benign: Proportion
    ignored: Mapping[str, int] = field(factory=dict)
    duration: Spread | None = None

    @property
    def structured(self) -> Tally:
        """All kinds together that have a form; people and street addresses have none."""
        tallies = [each.tally for kind, each in self.kinds.items() if kind not in ENCODER_KINDS]
        return sum(tallies, start=Tally())


@frozen
class _Checked:
    """A document, and what was found in it."""

    document: Document
    found: tuple[PiiSpan, ...]
    pairs: Mapping[LabelledSpan, PiiSpan]


async def evaluate_pii(
    screen: Screen,
    guard: PiiGuard,
    documents: Sequence[Document],
    progress: Callable[[str, float], None] = lambda _what, _share: None,
    now: Callable[[], float] = time.perf_counter,
) -> PiiReport:
    """Screens every document as a request of its own, one after the other.

    Args:
        screen: What screens them.
        guard: From which score on a finding counts, and of which kinds.
        documents: What is screened.
        progress: Told how far it is.
        now: A clock, in seconds.

    Raises:
        UnscreenedError: A document could not be screened.
    """
    checked: list[_Checked] = []
    durations: list[float] = []
    documents = [evolve(each, spans=whole(each.text, each.spans)) for each in documents]
    for document in documents:
        begun = now()
        found = await _found(screen, guard, document)
        durations.append(now() - begun)
        checked.append(_Checked(document, found, matched(document.spans, found)))
        progress("screening", len(checked) / len(documents))
    kinds = {span.kind for document in documents for span in document.spans}
    kinds |= {span.kind for each in checked for span in each.found}
    return PiiReport(
        documents=len(checked),
        kinds={kind: _report(kind, checked) for kind in PiiKind if kind in kinds},
        benign=_flagged(checked),
        ignored=Counter(sorted(name for document in documents for name in document.ignored)),
        duration=Spread.of(durations),
    )


async def _found(screen: Screen, guard: PiiGuard, document: Document) -> tuple[PiiSpan, ...]:
    screening = await screen([Passage(_PATH, Origin.USER, document.text)], ())
    for check, fault in screening.failures.items():
        message = f"the check {check.value} could not be made: {fault.value}"
        raise UnscreenedError(message)
    return tuple(
        datum.span
        for datum in screening.data
        if guard.action_on(datum.span.kind, datum.span.score) is not PiiAction.ALLOW
    )


def _flagged(checked: Sequence[_Checked]) -> Proportion:
    benign = [each for each in checked if not each.document.spans and not each.document.ignored]
    return Proportion(sum(bool(each.found) for each in benign), len(benign))


def _report(kind: PiiKind, checked: Sequence[_Checked]) -> KindReport:
    alarms = 0
    labelled: Counter[str] = Counter()
    met: Counter[str] = Counter()
    innocent: Counter[str] = Counter()
    flagged: Counter[str] = Counter()
    for each in checked:
        labels = [span for span in each.document.spans if span.kind is kind]
        labelled.update(label.name for label in labels)
        met.update(label.name for label in labels if label in each.pairs)
        taken = set(each.pairs.values())
        wrong = sum(span.kind is kind and span not in taken for span in each.found)
        alarms += wrong
        if not labels:
            innocent[each.document.source] += 1
            flagged[each.document.source] += bool(wrong)
    return KindReport(
        Tally(met.total(), labelled.total() - met.total(), alarms),
        {name: Tally(met[name], labelled[name] - met[name], alarms) for name in sorted(labelled)},
        {name: Proportion(flagged[name], innocent[name]) for name in sorted(innocent)},
    )
