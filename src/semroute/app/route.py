"""One request to one ruling: read it, find out about it, decide, and word the outcome."""

import hashlib
import math
from collections.abc import Callable, Mapping
from typing import Final, Literal, assert_never

import trio
from attrs import Factory, evolve, field, frozen

from semroute.domain.admission import fault_in
from semroute.domain.caching.answer import Replayed
from semroute.domain.caching.inquiry import Bypass, Consultation, Hit, Inquiry
from semroute.domain.chat import ChatRequest
from semroute.domain.classification import Classification
from semroute.domain.decide import decide, decide_stored, model_not_found
from semroute.domain.errors import InvalidRequestError
from semroute.domain.findings import Findings
from semroute.domain.grounds import Grounds
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
from semroute.domain.routing import Place
from semroute.domain.ruling import PASSED_THROUGH, RequestFacts, Ruling, Timings
from semroute.domain.rungs import FastRung
from semroute.domain.verdict import (
    Answered,
    Blocked,
    PassedThrough,
    Refused,
    Routed,
    ServedFromCache,
    Verdict,
)

from .api import Api
from .assess import Assess, Assessed
from .conversations import Conversations
from .parsing import parsed
from .recall import Recall
from .rulings import Rulings
from .senses import Results, Senses
from .shape import UNSHAPED, Shape, Shaped
from .turn import Turn
from .unrouted import ScreenTexts, ScreenUnrouted
from .wishes import wish_in

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
        senses: Finds out what became of signals.
        conversations: Knows where conversations are.
        unhealthy: Says which endpoints are known to be out of order.
        shape: Says what becomes of bodies.
        ruling_seconds: How long a ruling may take unless Envoy was asked for more. What the rest
            leaves of it is for bodies.
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
    senses: Senses = field(factory=Senses)
    conversations: Conversations = field(factory=Conversations)
    unhealthy: Callable[[], frozenset[str]] = frozenset
    shape: Shape = field(default=Factory(lambda self: Shape(self.rulings.policy), takes_self=True))
    ruling_seconds: float = math.inf
    _assess: Assess = field(
        init=False, default=Factory(lambda self: self.assessor(), takes_self=True)
    )

    def assessor(self) -> Assess:
        """Returns what finds out about requests."""
        return Assess(
            self.rulings.policy,
            self.classifier,
            self.screen,
            self.senses,
            self.budget_seconds,
            self.recall,
            self.fast,
        )

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
        wish = wish_in(request.headers, rulings.policy.knob)
        if isinstance(wish, Refused):
            return rulings.refused(wish, facts)
        refused = fault_in(request)
        if refused is not None:
            return rulings.refused(refused, facts)
        try:
            chat = await parsed(rulings.chat.parse, request.body)
        except InvalidRequestError as error:
            return rulings.refused(Refused(_BAD_REQUEST, error), facts)
        read, facts = trio.current_time(), self._facts(chat, facts)
        signals: Results = {}
        if rulings.policy.heeds_decisions(chat.model):
            signals = await self.senses.at_first(chat, request.headers, facts.service)
        inquiry: Inquiry | Bypass | None = None
        if self.recall is not None and api.is_recalled:
            beside = f"{self.senses.beside_body(signals)} {wish}"
            inquiry = self.recall.inquiry(request, chat, beside)
        found = await self._assess(chat, inquiry, signals)
        conversation = self.conversations.of(chat, request.headers)
        findings = evolve(self._findings(chat, facts, found, conversation), wish=wish)
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
        shaped = UNSHAPED
        if isinstance(verdict, Routed):
            until = max(started + self.ruling_seconds, turn.until)
            shaped = await self.shape(chat, verdict.decision, Service(facts.service), until)
        timings = Timings(
            read - started,
            found.classify_seconds,
            found.screen_seconds,
            found.recall_seconds,
            trio.current_time() - started,
        )
        ruling = self._worded(verdict, request, chat, rulings, facts, timings, consultation, shaped)
        return evolve(
            ruling,
            classification=found.outcome,
            screening=found.screening,
            signals=found.signals,
            # What becomes of texts that are to be vectors rests on other rules.
            grounds=Grounds.of(chat, findings, rulings.policy) if api.decide is decide else None,
            conversation=conversation if self._is_part(chat, rulings) else "",
            timings=timings,
        )

    def _is_part(self, chat: ChatRequest, rulings: Rulings) -> bool:
        """Whether a request takes its conversation to where it goes.

        What is done beside it does not: vectors are made, tokens counted, and a model that the
        client names gives it a title.
        """
        return rulings.answers_in_words and rulings.policy.asked(chat.model) is not None

    def _findings(
        self, chat: ChatRequest, facts: RequestFacts, found: Assessed, conversation: str
    ) -> Findings:
        seed = facts.request_id or facts.decision_id
        return Findings(
            _draw(seed),
            found.outcome,
            found.screening,
            found.hit,
            self.place_of(chat.continues) if chat.continues else None,
            found.signals,
            share=_draw(conversation or seed),
            pin=self.conversations.pin(conversation, is_in_loop=chat.is_continuation),
            unhealthy=self.unhealthy(),
        )

    def _worded(  # noqa: PLR0913, PLR0917 - all of it goes into one ruling
        self,
        verdict: Verdict,
        request: HttpRequest,
        chat: ChatRequest,
        rulings: Rulings,
        facts: RequestFacts,
        timings: Timings,
        consultation: Consultation | None,
        shaped: Shaped,
    ) -> Ruling:
        match verdict:
            case ServedFromCache(hit):
                assert self.recall is not None, "there is no hit without a cache"
                named = Replayed(f"chatcmpl-{facts.decision_id}", int(self.rulings.now()))
                reply = self.recall.codec.replay(hit.document, chat, named)
                return self.rulings.served(verdict, reply, facts, timings)
            case Refused():
                return rulings.refused(verdict, facts)
            case Blocked():
                return rulings.blocked(verdict, chat, facts)
            case Routed():
                return rulings.routed(
                    verdict, request.body, chat, facts, timings, consultation, shaped
                )
            case PassedThrough():
                return rulings.passed(verdict, request.body, chat.passages, facts)
            case Answered():
                message = "only what we are asked for is answered"
                raise AssertionError(message)
            case _ as never:
                assert_never(never)

    def _facts(self, chat: ChatRequest, facts: RequestFacts) -> RequestFacts:
        policy = self.rulings.policy
        asked = policy.asked(chat.model)
        named = chat.model if chat.model in policy.models else _OTHER
        return evolve(
            facts,
            requested_model=named if asked is None else asked.alias,
            turns=len(chat.messages),
            characters=chat.characters,
            is_streaming=chat.is_streaming,
        )


def _draw(seed: str) -> float:
    """Returns a number in [0, 1), the same for the same seed and uniform over seeds."""
    digest = hashlib.blake2b(seed.encode("utf-8", "surrogatepass"), digest_size=7).digest()
    return int.from_bytes(digest) / 2.0**56
