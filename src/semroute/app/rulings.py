"""Verdicts as rulings: what becomes of the request, and what is said about it."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from attrs import Factory, evolve, field, frozen

from semroute.domain.admission import CONTENT_TOO_LARGE
from semroute.domain.answers import AnswerScreening
from semroute.domain.caching.inquiry import Consultation, Miss
from semroute.domain.chat import ChatRequest, Refusal
from semroute.domain.errors import InvalidRequestError
from semroute.domain.guards import BlockStyle, Guards, Mode
from semroute.domain.headers import HeaderEdit, Headers
from semroute.domain.http import LocalReply
from semroute.domain.judgement import Consequence, Judgement
from semroute.domain.masking import Masking, masked
from semroute.domain.naming import (
    DECISION_ID,
    OVERHEAD,
    TOOLS,
    HeaderNames,
    on_consultation,
    on_judgement,
)
from semroute.domain.passage import Passage
from semroute.domain.pii import PiiFinder
from semroute.domain.policy import Policy
from semroute.domain.ports import AnswerCodec, ChatCodec, TextCodec
from semroute.domain.reasons import Reason
from semroute.domain.routing import ChatEdit
from semroute.domain.ruling import RequestEdit, RequestFacts, Ruling, Timings
from semroute.domain.screening import ScreenFault
from semroute.domain.verdict import (
    Answered,
    Blocked,
    PassedThrough,
    Refused,
    Routed,
    ServedFromCache,
)

from .shape import UNSHAPED, Shaped

_FORBIDDEN: Final = 403
_UNAVAILABLE: Final = 503
_GUARD_UNAVAILABLE: Final = "guard_unavailable"
_RETRY: Final = Headers.of({"retry-after": "1"})
_UNREAD: Final = InvalidRequestError(
    "The answer was withheld: it cannot be screened.",
    None,
    _GUARD_UNAVAILABLE,
    _GUARD_UNAVAILABLE,
)
# An answer that is to be read must not be compressed.
_PLAIN: Final = {"accept-encoding": "identity"}


@frozen
class Rulings:
    """Words verdicts.

    Args:
        policy: The rules.
        names: The header names.
        chat: Speaks the chat API.
        answers: Changes answers in that API.
        words: Edits requests and words errors; the chat API's, unless it is about another.
        finder: Looks for personal data in answers.
        watch_bytes: How much of a model's answer to keep for metering; 0 for none.
        kept_bytes: The same for an answer that the cache may keep.
        answers_in_words: Whether what comes back is what a model says, and must be screened.
        prompt_field: The field of a request that an error is about.
        now: Returns the time, in seconds since 1970.
    """

    policy: Policy
    names: HeaderNames
    chat: ChatCodec
    answers: AnswerCodec
    finder: PiiFinder
    watch_bytes: int
    now: Callable[[], float]
    kept_bytes: int = 0
    answers_in_words: bool = True
    prompt_field: str = "messages"
    words: ChatCodec | TextCodec = field(default=Factory(lambda self: self.chat, takes_self=True))

    def routed(  # noqa: PLR0913, PLR0917 - all of it goes into one ruling
        self,
        verdict: Routed,
        body: bytes,
        chat: ChatRequest,
        facts: RequestFacts,
        timings: Timings,
        consultation: Consultation | None = None,
        shaped: Shaped = UNSHAPED,
    ) -> Ruling:
        """Sends a request to its model, in shape, and without what the model must not see."""
        is_kept = isinstance(consultation, Miss) and consultation.draft is not None
        decision = verdict.decision
        masking = masked(chat.passages, verdict.judgement.masked)
        new_name = decision.model if decision.model != chat.model else None
        guards = self.policy.guards_of(decision)
        answer = self._answer(guards, masking, decision.model, facts)
        ours = self.policy.decision(decision.decision)
        headers = {**(ours.headers if ours else {}), **self.names.on_request(decision)}
        return Ruling(
            verdict,
            RequestEdit(
                HeaderEdit({**headers, **_PLAIN} if answer is not None or is_kept else headers),
                self._edited(body, evolve(shaped.edit, model=new_name, texts=masking.texts)),
            ),
            facts,
            response_headers={
                **self.names.on_response(decision),
                **on_judgement(verdict.judgement),
                **on_consultation(consultation),
                **({} if shaped.selection is None else {TOOLS: str(shaped.selection)}),
                DECISION_ID: facts.decision_id,
                OVERHEAD: f"{timings.total * 1000:.2f}",
            },
            metadata={
                "decision_id": facts.decision_id,
                "model": decision.model,
                "endpoint": decision.endpoint,
                "category": decision.category or "none",
                "decision": decision.decision or "none",
                "confidence": round(decision.confidence, 3),
                "reason": decision.reason.value,
                **_guard_metadata(verdict.judgement),
            },
            answer=answer,
            watch_bytes=max(self.watch_bytes, self.kept_bytes if is_kept else 0),
            consultation=consultation,
            selection=shaped.selection,
            timings=timings,
        )

    def served(
        self, verdict: ServedFromCache, reply: LocalReply, facts: RequestFacts, timings: Timings
    ) -> Ruling:
        """Gives an answer again."""
        hit = verdict.hit
        told = {
            **on_judgement(verdict.judgement),
            **on_consultation(hit),
            OVERHEAD: f"{timings.total * 1000:.2f}",
        }
        return Ruling(
            verdict,
            _with(reply, told, facts),
            facts,
            metadata={
                "decision_id": facts.decision_id,
                "model": hit.entry.model,
                "category": hit.entry.route,
                "reason": Reason.CACHE_HIT.value,
                "cache": hit.kind.value,
                **_guard_metadata(verdict.judgement),
            },
            consultation=hit,
            timings=timings,
        )

    def passed(
        self,
        verdict: PassedThrough,
        body: bytes,
        passages: tuple[Passage, ...],
        facts: RequestFacts,
    ) -> Ruling:
        """Lets a request go on that we do not route, without what must not be seen."""
        masking = masked(passages, verdict.judgement.masked)
        return Ruling(
            verdict,
            RequestEdit(body=self._edited(body, ChatEdit(None, masking.texts))),
            facts,
            response_headers={
                **on_judgement(verdict.judgement),
                DECISION_ID: facts.decision_id,
            },
            metadata={
                "decision_id": facts.decision_id,
                "reason": verdict.reason.value,
                **_guard_metadata(verdict.judgement),
            },
        )

    def blocked(self, verdict: Blocked, chat: ChatRequest | None, facts: RequestFacts) -> Ruling:
        """Tells the client that a check forbids its request, in the style that is configured.

        Without a chat there is nobody to refuse in a model's name, so it is an error.
        """
        sentence = verdict.sentence
        told = on_judgement(verdict.judgement)
        metadata: Mapping[str, str | float] = {
            "decision_id": facts.decision_id,
            **_guard_metadata(verdict.judgement),
        }
        if sentence.what == ScreenFault.TOO_LONG.value:
            message = f"The request is too long for the check {sentence.check.value!r}."
            error = InvalidRequestError(message, code="request_too_large")
            reply = self.words.error(CONTENT_TOO_LARGE, error, facts.decision_id)
        elif sentence.consequence is Consequence.UNAVAILABLE:
            message = f"The check {sentence.check.value!r} cannot be made at the moment."
            error = InvalidRequestError(message, None, _GUARD_UNAVAILABLE, _GUARD_UNAVAILABLE)
            reply = self._unavailable(error, facts)
        else:
            what = f" ({sentence.what.replace('_', ' ')})" if sentence.what else ""
            message = (
                f"Request blocked by policy {sentence.check.value!r}{what}. "
                f"Decision {facts.decision_id}."
            )
            reply = self._block(verdict.style, message, chat, facts)
        return Ruling(verdict, _with(reply, told, facts), facts, metadata=metadata)

    def refused(self, verdict: Refused, facts: RequestFacts) -> Ruling:
        """Tells the client what is wrong with its request."""
        reply = self.words.error(verdict.status, verdict.error, facts.decision_id)
        metadata = {"decision_id": facts.decision_id, "error": verdict.error.code}
        return Ruling(verdict, _with(reply, {}, facts), facts, metadata=metadata)

    def answered(self, reply: LocalReply, facts: RequestFacts) -> Ruling:
        """Gives an answer of our own."""
        return Ruling(Answered(), _with(reply, {}, facts), facts)

    def _block(
        self, style: BlockStyle, message: str, chat: ChatRequest | None, facts: RequestFacts
    ) -> LocalReply:
        match style, chat:
            case BlockStyle.ERROR, _:
                param = None if chat is None else self.prompt_field
                error = InvalidRequestError(message, param, "content_policy_violation")
                return self.words.error(_FORBIDDEN, error, facts.decision_id)
            case BlockStyle.REFUSAL, None:
                return self._block(BlockStyle.ERROR, message, chat, facts)
            case BlockStyle.REFUSAL, ChatRequest():
                refusal = Refusal(facts.decision_id, chat.model, message, int(self.now()))
                return self.chat.refusal(chat, refusal)

    def _unavailable(self, error: InvalidRequestError, facts: RequestFacts) -> LocalReply:
        reply = self.words.error(_UNAVAILABLE, error, facts.decision_id)
        return evolve(reply, headers=Headers((*reply.headers, *_RETRY)))

    def _answer(
        self, guards: Guards, masking: Masking, model: str, facts: RequestFacts
    ) -> AnswerScreening | None:
        """Returns what is to be done to the answer, if anything."""
        guard = guards.answers
        originals = masking.originals if guards.pii.restores else {}
        if not self.answers_in_words or (guard.mode is Mode.OFF and not originals):
            return None
        must_be_read = guard.mode is Mode.ENFORCE and guard.is_closed
        substitute = _with(self._unavailable(_UNREAD, facts), {}, facts) if must_be_read else None
        opens = partial(
            self.answers.answer_filter,
            refusal=Refusal(facts.decision_id, model, _UNREAD.message, int(self.now())),
            on_unreadable="stop" if must_be_read else "pass",
        )
        return AnswerScreening(guard, originals, self.finder, opens, substitute)

    def _edited(self, body: bytes, edit: ChatEdit) -> bytes | None:
        return self.words.edit(body, edit) if edit else None


def _guard_metadata(judgement: Judgement) -> Mapping[str, str]:
    told = on_judgement(judgement)
    return {"guard": next(iter(told.values()))} if told else {}


def _with(reply: LocalReply, told: Mapping[str, str], facts: RequestFacts) -> LocalReply:
    more = Headers.of({**told, DECISION_ID: facts.decision_id})
    return evolve(reply, headers=Headers((*reply.headers, *more)))
