"""One request to one ruling: read it, find out about it, decide, and word the outcome."""

import hashlib
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, Literal, assert_never

import trio
from attrs import define, evolve, field, frozen

from semroute.domain.admission import fault_in
from semroute.domain.caching.answer import Replayed
from semroute.domain.caching.inquiry import Bypass, Consultation, Hit, Inquiry
from semroute.domain.chat import ChatRequest
from semroute.domain.classification import Classification, ClassificationOutcome
from semroute.domain.errors import ClassifierError, InvalidRequestError
from semroute.domain.http import (
    Elsewhere,
    HttpRequest,
    ModelCard,
    Service,
    StoredResponse,
    Unrouted,
    dialect_of,
    target_of,
)
from semroute.domain.ports import Classifier, ModelDirectory
from semroute.domain.reasons import Reason
from semroute.domain.routing import Place
from semroute.domain.ruling import PASSED_THROUGH, RequestFacts, Ruling, Timings
from semroute.domain.rungs import FastRung, instead
from semroute.domain.screening import Screening
from semroute.domain.verdict import (
    Blocked,
    Findings,
    PassedThrough,
    Refused,
    Routed,
    ServedFromCache,
    decide_stored,
    may_recall,
    model_not_found,
)

from .api import Api
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
        apis: What is special about each API that is routed. They have one policy.
        unrouted: Rules on requests that are screened and go where they go anyway.
        models: Shows the models, in the words of the API whose client asks.
        place_of: Says where an answer was given, by its id; None if nobody remembers.
        classifier: Says what prompts are about.
        screen: Looks for what the checks are about.
        budget_seconds: How long it may take to say what a prompt is about.
        new_id: Makes decision identifiers.
        recall: Finds answers that were given before; None for no cache.
        fast: Says so at once where it is sure, and where the classifier does not answer; None
            if nobody can.
    """

    apis: Mapping[Service, Api]
    unrouted: Mapping[Unrouted, ScreenUnrouted]
    models: Mapping[Service, ModelDirectory]
    place_of: Callable[[str], Place | None]
    classifier: Classifier
    screen: ScreenTexts
    budget_seconds: float
    new_id: Callable[[], str]
    recall: Recall | None = None
    fast: FastRung | None = None

    @property
    def rulings(self) -> Rulings:
        """What words verdicts where no API is asked for in particular, by the policy."""
        return self.apis[Service.CHAT_COMPLETIONS].rulings

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
            case Unrouted() as service if policy.screens_unrouted:
                facts = evolve(facts, service=service.value)
                return await self.unrouted[service](request, facts)
            case (Service.MODEL_LIST | ModelCard()) as shown:
                return self._shown(shown, request, evolve(facts, service="models"))
            case StoredResponse(known):
                verdict = decide_stored(self.place_of(known), policy)
                chat, facts = (
                    ChatRequest(verdict.decision.model, ()),
                    evolve(facts, service="stored"),
                )
                rulings = self.apis[Service.RESPONSES].rulings
                return rulings.routed(verdict, b"", chat, facts, Timings())
            case Service() as service:
                facts = evolve(facts, service=service.value)
                return await self._routed(request, self.apis[service], facts, turn or Turn())
            case Unrouted() | Elsewhere():
                return PASSED_THROUGH
            case _ as never:
                assert_never(never)

    def _shown(
        self,
        shown: Literal[Service.MODEL_LIST] | ModelCard,
        request: HttpRequest,
        facts: RequestFacts,
    ) -> Ruling:
        """Shows models, in the words of the API whose client asks."""
        dialect = dialect_of(request.headers)
        rulings, models = self.apis[dialect].rulings, self.models[dialect]
        match shown:
            case ModelCard(name) if rulings.policy.knows(name):
                return rulings.answered(models.card(name), facts)
            case ModelCard():
                return rulings.refused(model_not_found(), facts)
            case Service.MODEL_LIST:
                names = (*rulings.policy.aliases, *rulings.policy.models)
                return rulings.answered(models.listing(names), facts)
            case _ as never:
                assert_never(never)

    async def _routed(
        self, request: HttpRequest, api: Api, facts: RequestFacts, turn: Turn
    ) -> Ruling:
        started, rulings = trio.current_time(), api.rulings
        refused = fault_in(request)
        if refused is not None:
            return rulings.refused(refused, facts)
        try:
            chat = await parsed(rulings.chat.parse, request.body)
        except InvalidRequestError as error:
            return rulings.refused(Refused(_BAD_REQUEST, error), facts)
        read = trio.current_time()
        recall = self.recall if api.is_recalled else None
        inquiry = recall.inquiry(request, chat) if recall is not None else None
        found = await self._gathered(chat, inquiry)
        facts = self._facts(chat, facts)
        continued = self.place_of(chat.continues) if chat.continues else None
        findings = Findings(_draw(facts), found.outcome, found.screening, found.hit, continued)
        verdict = api.decide(chat, findings, rulings.policy)
        consultation: Consultation | None = None
        if self.recall is not None and inquiry is not None and isinstance(verdict, Routed):
            asked = trio.current_time()
            by_chance = isinstance(found.outcome, Classification) and found.outcome.fault
            known = Bypass.FALLBACK if by_chance else inquiry
            consultation = await self.recall.consult(known, verdict, chat, turn)
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
                ruling = rulings.refused(verdict, facts)
            case Blocked():
                ruling = rulings.blocked(verdict, chat, facts)
            case Routed():
                ruling = rulings.routed(verdict, request.body, chat, facts, timings, consultation)
            case PassedThrough():
                ruling = rulings.passed(verdict, request.body, chat.passages, facts)
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
        said = None if self.fast is None else self.fast.at_once(prompt)
        fault = Reason.CLASSIFIER_TIMEOUT
        try:
            with gathered.classifying, trio.move_on_after(self.budget_seconds):
                said = said or await self.classifier.classify(prompt)
        except ClassifierError as error:
            fault = error.reason
        gathered.classify_seconds = trio.current_time() - started
        if said is None and gathered.hit is None:
            gathered.outcome = instead(self.fast, prompt, fault)
        else:
            gathered.outcome = said

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
