"""What a finished exchange teaches."""

from attrs import frozen

from semroute.domain.ports import AnswerCodec, Observer
from semroute.domain.record import DecisionRecord, UpstreamAnswer
from semroute.domain.verdict import Routed


@frozen
class RememberUsage:
    """Reads what answers cost.

    Args:
        answers: Reads them.
        observer: Is told.
    """

    answers: AnswerCodec
    observer: Observer

    def __call__(self, record: DecisionRecord, answer: UpstreamAnswer | None) -> None:
        """Learns from one exchange; runs after Envoy has had its last reply."""
        if record.ruling is None or answer is None:
            return
        verdict = record.ruling.verdict
        usage = self.answers.usage(answer) if isinstance(verdict, Routed) else None
        if isinstance(verdict, Routed) and usage is not None:
            self.observer.answer_metered(verdict.decision, usage)
