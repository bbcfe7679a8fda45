"""What was found in each text, and what that means for the request it stands in."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from attrs import evolve, frozen

from semroute.domain.attack import AttackKind
from semroute.domain.classification import Rung
from semroute.domain.examination import Sighting, Suspicion
from semroute.domain.excerpt import Excerpt
from semroute.domain.passage import Origin, Path
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
    """Returns what a text is remembered by: nobody looks for people in a seam."""
    return ("seam " if excerpt.is_seam else "passage ") + excerpt.text


def threats_in(
    excerpts: Iterable[Excerpt], found: Mapping[str, Found | None]
) -> tuple[Threat, ...]:
    """Returns the most probable attack of each kind; whose words they are tells them apart."""
    gravest: dict[AttackKind, Threat] = {}
    for excerpt in excerpts:
        each = found[excerpt.text]
        if each is None or each.probability is None or each.suspicion is None:
            continue
        kind = AttackKind.INJECTION if excerpt.origin is Origin.TOOL else AttackKind.JAILBREAK
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
    excerpts: Iterable[Excerpt], found: Mapping[str, Found | None]
) -> Iterator[PersonalDatum]:
    """Yields personal data, passage by passage, then what only shows where passages meet."""
    known: _Spans = {}
    for excerpt in excerpts:  # passages come first
        each = found[excerpt.text]
        for sighting in each.sightings if each is not None else ():
            if excerpt.is_sealed and not is_decoded(sighting.view):
                continue  # of random bytes some look like a licence, and none is one
            span = sighting.span
            places = list(excerpt.places(span.start, span.end))
            if excerpt.is_seam:
                is_known = any(
                    each.start < end and start < each.end and each.score >= span.score
                    for path, start, end in places
                    for each in known.get((span.kind, path), ())
                )
                is_doubtful = len(places) == 1 and excerpt.is_doubtful(span.start, span.end)
                if is_known or is_doubtful:
                    continue
            else:
                known.setdefault((span.kind, excerpt.path), []).append(span)
            for path, start, end in places:
                yield PersonalDatum(
                    path,
                    evolve(span, start=start, end=end),
                    sighting.view,
                    excerpt.is_editable,
                )
