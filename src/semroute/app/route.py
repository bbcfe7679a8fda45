"""One request to one ruling: read it, find out about it, decide, and write the answer."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Final, assert_never

import trio
from attrs import evolve, frozen

from semroute.domain.admission import fault_in
from semroute.domain.chat import ChatRequest
from semroute.domain.classification import ClassificationOutcome, Unclassified
from semroute.domain.errors import ClassifierError, InvalidRequestError
from semroute.domain.headers import HeaderEdit, Headers
from semroute.domain.http import Elsewhere, HttpRequest, LocalReply, ModelCard, Service, target_of
from semroute.domain.naming import DECISION_ID, OVERHEAD, HeaderNames
from semroute.domain.policy import Policy
from semroute.domain.ports import ChatCodec, Classifier, ModelDirectory
from semroute.domain.reasons import Reason
from semroute.domain.routing import ChatEdit
from semroute.domain.ruling import PASSED_THROUGH, RequestEdit, RequestFacts, Ruling, Timings
from semroute.domain.verdict import (
    Answered,
    Findings,
    Refused,
    Routed,
    decide,
    model_not_found,
)

_BAD_REQUEST: Final = 400
_OTHER: Final = "other"  # what logs and metrics call a model that is not configured

_MAX_ID_CHARS: Final = 128  # clients may send what they like, and it goes to the log

# Parsing up to here takes less time than a round trip to a thread and back.
_INLINE_PARSE_BYTES: Final = 64 * 1024


@frozen
class Route:
    """Rules on requests.

    Args:
        policy: The rules.
        names: The header names.
        chat: Speaks the chat API.
        models: Shows the models.
        classifier: Says what prompts are about.
        budget_seconds: How long it may take to say so.
        watch_bytes: How much of a model's answer to keep for metering; 0 for none.
        new_id: Makes decision identifiers.
    """

    policy: Policy
    names: HeaderNames
    chat: ChatCodec
    models: ModelDirectory
    classifier: Classifier
    budget_seconds: float
    watch_bytes: int
    new_id: Callable[[], str]

    async def __call__(self, request: HttpRequest) -> Ruling:
        """Rules on one request. Cancelled, it leaves nothing behind."""
        request_id = request.headers.get("x-request-id") or ""
        facts = RequestFacts(self.new_id(), request_id[:_MAX_ID_CHARS])
        match target_of(request.method, request.path):
            case Service.CHAT_COMPLETIONS:
                return await self._chat(request, evolve(facts, service="chat"))
            case Service.MODEL_LIST:
                names = (*self.policy.aliases, *self.policy.models)
                return self._answered(self.models.listing(names), facts)
            case ModelCard(name):
                if self.policy.knows(name):
                    return self._answered(self.models.card(name), facts)
                return self._refused(model_not_found(), evolve(facts, service="models"))
            case Elsewhere():
                return PASSED_THROUGH
            case _ as never:
                assert_never(never)

    async def _chat(self, request: HttpRequest, facts: RequestFacts) -> Ruling:
        started = trio.current_time()
        refused = fault_in(request)
        if refused is not None:
            return self._refused(refused, facts)
        try:
            chat = await self._parsed(request.body)
        except InvalidRequestError as error:
            return self._refused(Refused(_BAD_REQUEST, error), facts)
        parsed = trio.current_time()
        outcome = await self._classified(chat)
        classified = trio.current_time()
        facts = self._facts(chat, facts)
        verdict = decide(chat, Findings(_draw(facts), outcome), self.policy)
        timings = Timings(parsed - started, classified - parsed, trio.current_time() - started)
        match verdict:
            case Refused():
                return self._refused(verdict, facts)
            case Routed():
                return self._routed(verdict, request.body, chat, facts, outcome, timings)
            case _ as never:
                assert_never(never)

    async def _parsed(self, body: bytes) -> ChatRequest:
        if len(body) <= _INLINE_PARSE_BYTES:
            return self.chat.parse(body)
        return await trio.to_thread.run_sync(self.chat.parse, body, abandon_on_cancel=True)

    async def _classified(self, chat: ChatRequest) -> ClassificationOutcome | None:
        """Finds out what the prompt is about, if that matters and there is time."""
        if chat.model not in self.policy.aliases:
            return None
        prompt = chat.prompt(self.policy.max_context_chars)
        if prompt is None:
            return None
        try:
            with trio.move_on_after(self.budget_seconds):
                return await self.classifier.classify(prompt)
        except ClassifierError as error:
            return Unclassified(error.reason)
        return Unclassified(Reason.CLASSIFIER_TIMEOUT)

    def _facts(self, chat: ChatRequest, facts: RequestFacts) -> RequestFacts:
        return evolve(
            facts,
            requested_model=chat.model if self.policy.knows(chat.model) else _OTHER,
            turns=len(chat.messages),
            characters=chat.characters,
            is_streaming=chat.is_streaming,
        )

    def _routed(  # noqa: PLR0913, PLR0917 - all that is known comes together here
        self,
        verdict: Routed,
        body: bytes,
        chat: ChatRequest,
        facts: RequestFacts,
        outcome: ClassificationOutcome | None,
        timings: Timings,
    ) -> Ruling:
        decision = verdict.decision
        is_renamed = decision.model != chat.model
        edited = self.chat.edit(body, ChatEdit(decision.model)) if is_renamed else None
        return Ruling(
            verdict,
            RequestEdit(HeaderEdit(self.names.on_request(decision)), edited),
            facts,
            response_headers={
                **self.names.on_response(decision),
                DECISION_ID: facts.decision_id,
                OVERHEAD: f"{timings.total * 1000:.2f}",
            },
            metadata={
                "decision_id": facts.decision_id,
                "model": decision.model,
                "endpoint": decision.endpoint,
                "category": decision.category or "none",
                "confidence": round(decision.confidence, 3),
                "reason": decision.reason.value,
            },
            watch_bytes=self.watch_bytes,
            classification=outcome,
            timings=timings,
        )

    def _refused(self, verdict: Refused, facts: RequestFacts) -> Ruling:
        reply = self.chat.error(verdict.status, verdict.error)
        metadata = {"decision_id": facts.decision_id, "error": verdict.error.code}
        return Ruling(verdict, _with_id(reply, facts), facts, metadata=metadata)

    def _answered(self, reply: LocalReply, facts: RequestFacts) -> Ruling:
        facts = evolve(facts, service="models")
        return Ruling(Answered(), _with_id(reply, facts), facts)


def _with_id(reply: LocalReply, facts: RequestFacts) -> LocalReply:
    identified: Mapping[str, str] = {DECISION_ID: facts.decision_id}
    return evolve(reply, headers=Headers((*reply.headers, *Headers.of(identified))))


def _draw(facts: RequestFacts) -> float:
    """Returns a number in [0, 1), the same for every attempt at one request."""
    seed = facts.request_id or facts.decision_id
    digest = hashlib.blake2b(seed.encode(), digest_size=7).digest()
    return int.from_bytes(digest) / 2.0**56
