"""A verdict together with what must be done about it."""

from collections.abc import Mapping
from typing import Final, TypeAlias

from attrs import field, frozen

from .answers import AnswerScreening, AnswerSentence
from .caching.inquiry import Consultation, Draft, Miss
from .classification import ClassificationOutcome
from .grounds import Grounds
from .guards import PiiGuard
from .headers import NO_EDIT, HeaderEdit
from .http import LocalReply
from .naming import REASON
from .screening import Screening
from .signals.result import SignalResult
from .tools.selection import ToolSelection
from .verdict import PassedThrough, Verdict


@frozen
class RequestEdit:
    """The request goes on, changed.

    Args:
        headers: The header change.
        body: The new body; None keeps the old one, byte for byte.
    """

    headers: HeaderEdit = NO_EDIT
    body: bytes | None = None


Action: TypeAlias = RequestEdit | LocalReply


@frozen
class RequestFacts:
    """What may be told of a request without telling what it says.

    Args:
        decision_id: Our own identifier of this ruling; a ULID.
        request_id: The `x-request-id` Envoy gave it, if any.
        service: Which of our services it asked for, as `chat`.
        requested_model: The model it named, if that is one we know; otherwise `other`.
        turns: How many messages the conversation has.
        characters: Their length.
        is_streaming: It asked for server-sent events.
    """

    decision_id: str
    request_id: str = ""
    service: str = ""
    requested_model: str = ""
    turns: int = 0
    characters: int = 0
    is_streaming: bool = False


@frozen
class Timings:
    """Seconds spent on each step of a ruling.

    Classifying and screening go on at the same time; `total` includes what the others leave out.
    `recall` is what the cache took, and the waiting for another request's answer.
    """

    parse: float = 0.0
    classify: float = 0.0
    screen: float = 0.0
    recall: float = 0.0
    total: float = 0.0


@frozen
class Ruling:
    """The complete outcome of looking at one request.

    Args:
        verdict: What was decided.
        action: What becomes of the request.
        facts: What may be recorded of it.
        response_headers: What to tell the client beside the upstream's answer.
        metadata: What to tell Envoy's log.
        answer: What is done to the model's answer; None to let it pass as it is.
        unread: The guard of an answer that nobody can read, whatever is in it; None if there is
            none, or if somebody can.
        watch_bytes: How much of the answer to keep for those who learn from it; 0 for none.
        classification: What the prompt was found to be about, if it was asked.
        screening: What was found in it, if anything was looked for.
        consultation: What the cache said, if there is one.
        selection: Which tools the model gets to see; None if nobody chose.
        signals: What became of the operator's signals, as far as anything turned on them.
        grounds: What the decision rests on; None if there was nothing to decide.
        conversation: What the conversation is known by; empty if it is not. It may have words of
            it, and never goes to a log, a metric or a trace.
        timings: Where the time went.
    """

    verdict: Verdict
    action: Action
    facts: RequestFacts
    response_headers: Mapping[str, str] = field(factory=dict)
    metadata: Mapping[str, str | float] = field(factory=dict)
    answer: AnswerScreening | None = None
    unread: PiiGuard | None = None
    watch_bytes: int = 0
    classification: ClassificationOutcome | None = None
    screening: Screening | None = None
    consultation: Consultation | None = None
    selection: ToolSelection | None = None
    signals: Mapping[str, SignalResult] = field(factory=dict)
    grounds: Grounds | None = None
    conversation: str = field(default="", repr=False)
    timings: Timings = field(factory=Timings)

    @property
    def answer_sentence(self) -> AnswerSentence | None:
        """What the check of answers says, by now; None if there was nothing to check."""
        if self.unread is not None:
            return AnswerSentence.of(self.unread, {}, is_unread=True)
        return None if self.answer is None else self.answer.sentence

    @property
    def draft(self) -> Draft | None:
        """How the model's answer is to be kept; None if it is not."""
        return self.consultation.draft if isinstance(self.consultation, Miss) else None


_PASSED: Final = PassedThrough()
PASSED_THROUGH: Final = Ruling(
    _PASSED,
    RequestEdit(),
    RequestFacts(decision_id=""),
    response_headers={REASON: _PASSED.reason.value},
    metadata={"reason": _PASSED.reason.value},
)
