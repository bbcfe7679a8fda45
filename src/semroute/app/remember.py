"""What a finished exchange teaches."""

from collections.abc import Mapping
from typing import Final

from attrs import field, frozen

from semroute.domain.http import OK, Service
from semroute.domain.ports import AnswerCodec, ContinuableCodec, Observer
from semroute.domain.record import DecisionRecord, UpstreamAnswer
from semroute.domain.routing import Place
from semroute.domain.verdict import Routed

from .remembered import Remembered

_MOST_PLACES: Final = 65_536  # some 15 MB; a conversation mostly goes on from its last answer


@frozen
class RememberUsage:
    """Reads what answers cost.

    Args:
        answers: Read them, by the service that was asked for.
        observer: Is told.
    """

    answers: Mapping[str, AnswerCodec]
    observer: Observer

    def __call__(self, record: DecisionRecord, answer: UpstreamAnswer | None) -> None:
        """Learns from one exchange; runs after Envoy has had its last reply."""
        if record.ruling is None or answer is None:
            return
        verdict, codec = record.ruling.verdict, self.answers.get(record.ruling.facts.service)
        if codec is None or not isinstance(verdict, Routed):
            return
        usage = codec.usage(answer)
        if usage is not None:
            self.observer.answer_metered(verdict.decision, usage)


@frozen
class RememberPlaces:
    """Remembers where responses were given, for requests that go on from them by their id.

    It is kept in this process alone, by a keyed digest of the id, and ends with it. Elsewhere,
    and once it is forgotten, such a request is routed like any other.

    Args:
        responses: Reads their ids.
        places: What is remembered.
    """

    responses: ContinuableCodec
    places: Remembered[Place] = field(factory=lambda: Remembered[Place](_MOST_PLACES))

    def __call__(self, record: DecisionRecord, answer: UpstreamAnswer | None) -> None:
        """Learns from one exchange; runs after Envoy has had its last reply."""
        ruling = record.ruling
        if ruling is None or answer is None or record.status != OK:
            return
        if ruling.facts.service != Service.RESPONSES.value or not isinstance(
            ruling.verdict, Routed
        ):
            return
        known = self.responses.answer_id(answer)
        if known is not None:
            decision = ruling.verdict.decision
            self.places.keep(known, Place(decision.model, decision.endpoint))
