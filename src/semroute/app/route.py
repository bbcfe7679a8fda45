"""One request to one ruling: read it, find out about it, decide, and word the outcome."""

import hashlib
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, assert_never

import trio
from attrs import define, evolve, field, frozen

from semroute.domain.admission import fault_in
from semroute.domain.caching.answer import Replayed
from semroute.domain.caching.inquiry import Bypass, Consultation, Hit, Inquiry
from semroute.domain.chat import ChatRequest
from semroute.domain.classification import ClassificationOutcome, Unclassified
from semroute.domain.errors import ClassifierError, InvalidRequestError
from semroute.domain.http import Elsewhere, HttpRequest, ModelCard, Service, Unrouted, target_of
from semroute.domain.ports import Classifier, ModelDirectory
from semroute.domain.reasons import Reason
from semroute.domain.ruling import PASSED_THROUGH, RequestFacts, Ruling, Timings
from semroute.domain.screening import Screening
from semroute.domain.verdict import (
    Blocked,
    Findings,
    Refused,
    Routed,
    ServedFromCache,
    decide,
    may_recall,
    model_not_found,
)

from .parsing import parsed
from .recall import Recall
from .rulings import Rulings
from .together import together
from .turn import Turn
from .unrouted import ScreenTexts, ScreenUnrouted

_BAD_REQUEST: Final = 400
_OTHER: Final = "other"  # what logs and metrics call a model that is not configured

_MAX_ID_CHARS: Final = 128  # clients may send what they like, and it goes to the log


@frozen
class Route:
    """Rules on requests.

    Args:
        rulings: Words what was decided, by its policy.
        unrouted: Rules on requests that are screened and go where they go anyway.
        models: Shows the models.
        classifier: Says what prompts are about.
        screen: Looks for what the checks are about.
        budget_seconds: How long it may take to say what a prompt is about.
        new_id: Makes decision identifiers.
        recall: Finds answers that were given before; None for no cache.
    """

    rulings: Rulings
    unrouted: Mapping[Unrouted, ScreenUnrouted]
    models: ModelDirectory
    classifier: Classifier
    screen: ScreenTexts
    budget_seconds: float
    new_id: Callable[[], str]
    recall: Recall | None = None

    async def __call__(self, request: HttpRequest, turn: Turn | None = None) -> Ruling:
        """Rules on one request. Cancelled, it leaves nothing behind.

        Args:
            request: The request.
            turn: The exchange it is for; None for nobody's.
        """
        request_id = request.headers.get("x-request-id") or ""
        facts = RequestFacts(self.new_id(), request_id[:_MAX_ID_CHARS])
        policy = self.rulings.policy
        match target_of(request.method, request.path):
            case Service.CHAT_COMPLETIONS:
                return await self._chat(request, evolve(facts, service="chat"), turn or Turn())
            case Unrouted() as service if policy.screens_unrouted:
                facts = evolve(facts, service=service.value)
                return await self.unrouted[service](request, facts)
            case Service.MODEL_LIST:
                names = (*policy.aliases, *policy.models)
                facts = evolve(facts, service="models")
                return self.rulings.answered(self.models.listing(names), facts)
            case ModelCard(name):
                facts = evolve(facts, service="models")
                if policy.knows(name):
                    return self.rulings.answered(self.models.card(name), facts)
                return self.rulings.refused(model_not_found(), facts)
            case Unrouted() | Elsewhere():
                return PASSED_THROUGH
            case _ as never:
                assert_never(never)

    async def _chat(self, request: HttpRequest, facts: RequestFacts, turn: Turn) -> Ruling:
        started = trio.current_time()
        refused = fault_in(request)
        if refused is not None:
            return self.rulings.refused(refused, facts)
        try:
            chat = await parsed(self.rulings.chat.parse, request.body)
        except InvalidRequestError as error:
            return self.rulings.refused(Refused(_BAD_REQUEST, error), facts)
        read = trio.current_time()
        inquiry = self.recall.inquiry(request, chat) if self.recall is not None else None
        found = await self._gathered(chat, inquiry)
        facts = self._facts(chat, facts)
        findings = Findings(_draw(facts), found.outcome, found.screening, found.hit)
        verdict = decide(chat, findings, self.rulings.policy)
        consultation: Consultation | None = None
        if self.recall is not None and inquiry is not None and isinstance(verdict, Routed):
            asked = trio.current_time()
            consultation = await self.recall.consult(inquiry, verdict, chat, turn)
            found.recall_seconds += trio.current_time() - asked
            if isinstance(consultation, Hit):
                verdict = ServedFromCache(consultation, verdict.judgement)
        timings = Timings(
            read - started,
            found.classify_seconds,
            found.screen_seconds,
            found.recall_seconds,
            trio.current_time() - started,
        )
        match verdict:
            case ServedFromCache(hit):
                assert self.recall is not None, "there is no hit without a cache"
                named = Replayed(f"chatcmpl-{facts.decision_id}", int(self.rulings.now()))
                reply = self.recall.codec.replay(hit.document, chat, named)
                ruling = self.rulings.served(verdict, reply, facts, timings)
            case Refused():
                ruling = self.rulings.refused(verdict, facts)
            case Blocked():
                ruling = self.rulings.blocked(verdict, chat, facts)
            case Routed():
                ruling = self.rulings.routed(
                    verdict, request.body, chat, facts, timings, consultation
                )
            case _ as never:
                assert_never(never)
        return evolve(
            ruling, classification=found.outcome, screening=found.screening, timings=timings
        )

    async def _gathered(self, chat: ChatRequest, inquiry: Inquiry | Bypass | None) -> "_Gathered":
        """Finds out what the prompt is about and what is in the request, at the same time.

        Once nothing is found in it, and the very same request was answered before, nobody need
        know what it is about.
        """
        gathered, policy = _Gathered(), self.rulings.policy
        looking = partial(self._look, chat, inquiry, gathered)
        classifying = partial(self._classify, chat, gathered)
        # Without checks the cache answers in microseconds, and there is nothing to wait for.
        for jobs in ([classifying, looking],) if policy.checks else ([looking], [classifying]):
            await together(*jobs)
        return gathered

    async def _look(
        self, chat: ChatRequest, inquiry: Inquiry | Bypass | None, gathered: "_Gathered"
    ) -> None:
        """Looks for what the checks are about, and then for an answer."""
        if self.rulings.policy.checks:
            started = trio.current_time()
            gathered.screening = await self.screen(chat.passages, chat.opaque)
            gathered.screen_seconds = trio.current_time() - started
        await self._recall(inquiry, gathered)

    async def _recall(self, inquiry: Inquiry | Bypass | None, gathered: "_Gathered") -> None:
        """Looks for the answer to the very same request."""
        if self.recall is None or not isinstance(inquiry, Inquiry):
            return
        started = trio.current_time()
        hit = await self.recall.exact(inquiry)
        gathered.recall_seconds = trio.current_time() - started
        if hit is not None and may_recall(hit, gathered.screening, self.rulings.policy):
            gathered.hit = hit
            gathered.classifying.cancel()

    async def _classify(self, chat: ChatRequest, gathered: "_Gathered") -> None:
        """Finds out what the prompt is about, if that decides anything and there is time."""
        policy = self.rulings.policy
        prompt = chat.prompt(policy.max_context_chars) if chat.model in policy.aliases else None
        if prompt is None or gathered.hit is not None:
            return
        started = trio.current_time()
        gathered.outcome = Unclassified(Reason.CLASSIFIER_TIMEOUT)
        try:
            with gathered.classifying, trio.move_on_after(self.budget_seconds):
                gathered.outcome = await self.classifier.classify(prompt)
        except ClassifierError as error:
            gathered.outcome = Unclassified(error.reason)
        gathered.classify_seconds = trio.current_time() - started

    def _facts(self, chat: ChatRequest, facts: RequestFacts) -> RequestFacts:
        return evolve(
            facts,
            requested_model=chat.model if self.rulings.policy.knows(chat.model) else _OTHER,
            turns=len(chat.messages),
            characters=chat.characters,
            is_streaming=chat.is_streaming,
        )


@define
class _Gathered:
    """What is known of a request so far, and how long it took to find out."""

    outcome: ClassificationOutcome | None = None
    screening: Screening | None = None
    hit: Hit | None = None
    classify_seconds: float = 0.0
    screen_seconds: float = 0.0
    recall_seconds: float = 0.0
    classifying: trio.CancelScope = field(factory=trio.CancelScope)


def _draw(facts: RequestFacts) -> float:
    """Returns a number in [0, 1), the same for every attempt at one request."""
    seed = facts.request_id or facts.decision_id
    digest = hashlib.blake2b(seed.encode(), digest_size=7).digest()
    return int.from_bytes(digest) / 2.0**56
