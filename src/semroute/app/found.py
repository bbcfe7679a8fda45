"""What was found in each text, and what that means for the request it stands in."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from attrs import evolve, frozen

from semroute.domain.attack import AttackKind
from semroute.domain.classification import Rung
from semroute.domain.examination import Sighting, Suspicion
from semroute.domain.excerpt import Excerpt, Place, Subject
from semroute.domain.passage import Path
from semroute.domain.pii import PiiKind, PiiSpan
from semroute.domain.screening import PersonalDatum, Threat
from semroute.domain.views import is_decoded

_Spans: TypeAlias = dict[tuple[PiiKind, Path], list[PiiSpan]]


@frozen
class Found:
    """What was found in one text, wherever it stands.

    Args:
        probability: That it is an attack; None if nobody wanted to know.
        suspicion: What makes it so; without the words.
        sightings: Personal data in it.
        rung: Whether the encoder has read what is suspicious, or was asked to in vain.
    """

    probability: float | None = None
    suspicion: Suspicion | None = None
    sightings: tuple[Sighting, ...] = ()
    rung: Rung = Rung.FAST


def key_of(excerpt: Excerpt) -> str:
    """Returns what a text is remembered by: nobody looks for people in a seam.

    What a user may say is an attack where a tool returns it.
    """
    return f"{'seam' if excerpt.is_seam else 'passage'} {excerpt.subject.kind.value} {excerpt.text}"


def threats_in(
    excerpts: Iterable[Excerpt], found: Mapping[Subject, Found | None]
) -> tuple[Threat, ...]:
    """Returns the most probable attack of each kind; whose words they are tells them apart."""
    gravest = dict[AttackKind, Threat]()
    for excerpt in excerpts:
        each = found[excerpt.subject]
        if each is None or each.probability is None or each.suspicion is None:
            continue
        kind = excerpt.subject.kind
        if kind not in gravest or each.probability > gravest[kind].probability:
            gravest[kind] = Threat(
                kind,
                each.probability,
                excerpt.path,
                each.suspicion.view,
                each.suspicion.rules,
                each.rung,
            )
    return tuple(gravest.values())


def data_in(
    excerpts: Iterable[Excerpt], found: Mapping[Subject, Found | None]
) -> Iterator[PersonalDatum]:
    """Yields personal data, passage by passage, then what only shows where passages meet.

    What shows in running text is no longer looked for in what stands beside it: half an address
    next to a field of the API is no address of which that field is a part.
    """
    known: _Spans = {}
    running: _Spans = {}
    for excerpt in excerpts:  # passages come first, and running text before all the rest
        each = found[excerpt.subject]
        for sighting in each.sightings if each is not None else ():
            if excerpt.is_sealed and not is_decoded(sighting.view):
                continue  # of random bytes some look like a licence, and none is one
            span = sighting.span
            places = list(excerpt.places(span.start, span.end))
            if excerpt.is_seam:
                is_doubtful = len(places) == 1 and excerpt.is_doubtful(span.start, span.end)
                if is_doubtful or _is_known(span, places, known):
                    continue
                if excerpt.is_running:
                    _learn(span, places, running)
                elif _is_known(span, places, running):
                    continue
                places = [place for place in places if place[0] not in excerpt.structural]
            else:
                _learn(span, places, known)
            is_editable = excerpt.fixed.isdisjoint(path for path, _, _ in places)
            for path, start, end in places:
                yield PersonalDatum(
                    path, evolve(span, start=start, end=end), sighting.view, is_editable
                )


def _learn(span: PiiSpan, places: Iterable[Place], spans: _Spans) -> None:
    for path, start, end in places:
        spans.setdefault((span.kind, path), []).append(evolve(span, start=start, end=end))


def _is_known(span: PiiSpan, places: Iterable[Place], spans: _Spans) -> bool:
    """Whether something that was found already, and as surely, is in one of these places."""
    return any(
        each.start < end and start < each.end and each.score >= span.score
        for path, start, end in places
        for each in spans.get((span.kind, path), ())
    )
