"""Answers that were given before, found again."""

import functools
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar

import trio
from attrs import define, evolve, field

from semroute.domain.breaker import Breaker
from semroute.domain.caching.control import NO_CONTROL, Control
from semroute.domain.caching.inquiry import (
    Bypass,
    Claim,
    Consultation,
    Draft,
    Hit,
    HitKind,
    Inquiry,
    Miss,
    Missed,
)
from semroute.domain.caching.keys import Keys
from semroute.domain.caching.rules import CacheMode, CacheRules, CacheScope
from semroute.domain.caching.sifting import age, sift, unusable
from semroute.domain.chat import ChatRequest
from semroute.domain.errors import CacheError, ClassifierError, NotLoadedError
from semroute.domain.headers import Headers
from semroute.domain.http import HttpRequest
from semroute.domain.policy import Case, Policy
from semroute.domain.ports import AnswerStore, CacheCodec, CacheObserver, Embedder
from semroute.domain.reasons import Reason
from semroute.domain.verdict import Routed

from .claiming import Claiming
from .flights import Flights
from .gathering import Gathering, Part
from .turn import Turn

_T = TypeVar("_T")

_SERVICE: Final = "chat"
NEIGHBOURS: Final = 5
_NO_ROUTE: Final = "none"

# Who is sent somewhere for another reason is there by chance, and its answer stays with it.
_LASTING: Final = frozenset(
    {
        Reason.CLASSIFIER,
        Reason.RULE,
        Reason.CAPABILITY,
        Reason.EXPLICIT_MODEL,
        Reason.ABSTAIN,
        Reason.DEFAULT,
    }
)


@define(eq=False)
class Recall:
    """Finds answers. It never fails a request: what goes wrong is a miss, and is counted.

    Args:
        policy: The rules.
        keys: Makes digests.
        identity: Names of the headers that say who asks, all of which are needed.
        heeds_clients: Whether clients have a say in it.
        codec: Reads requests.
        store: Keeps answers.
        embedder: Says what texts mean; None if nobody can.
        embed_seconds: How long that may take.
        observer: Is told what happens.
        flights: Identical requests at the same time.
        lookup_seconds: How long the store may take.
        follow_seconds: How long a request may wait for the answer to another; 0 for not at all.
        now: Returns the time, in seconds since 1970.
        claiming: What this router asks for others that share the store; None if there are none.
    """

    policy: Policy
    keys: Keys
    identity: Sequence[str]
    heeds_clients: bool
    codec: CacheCodec
    store: AnswerStore
    embedder: Embedder | None
    embed_seconds: float
    observer: CacheObserver
    flights: Flights
    lookup_seconds: float
    follow_seconds: float
    now: Callable[[], float]
    claiming: Claiming | None = None
    _breaker: Breaker = field(init=False, factory=Breaker)

    def inquiry(
        self, request: HttpRequest, chat: ChatRequest, beside: str = ""
    ) -> Inquiry | Bypass:
        """Returns the request as the cache sees it, or why it goes past it.

        Args:
            request: The request.
            chat: What it is.
            beside: What decides beside its body, as a text that is the same for the same.
        """
        if chat.choices != 1:
            return Bypass.CHOICES
        control = Control.of(request.headers) if self.heeds_clients else NO_CONTROL
        if not control.may_keep:
            return Bypass.CLIENT
        tenants = self._tenants(request.headers)
        if not tenants:
            return Bypass.IDENTITY
        question = self.codec.question(request.body)
        claims: dict[CacheScope, Claim] = {}
        for scope, tenant in tenants.items():
            revision = f"{self.policy.revision} {beside}"
            shared = self.keys.shared(tenant, _SERVICE, revision, question.rest)
            claims[scope] = Claim(tenant, shared, self.keys.exact(shared, question.text))
        return Inquiry(question, control, claims)

    async def exact(self, inquiry: Inquiry) -> Hit | None:
        """Returns the answer to the very same request, if there is one."""
        if not inquiry.control.may_read:
            return None
        for claim in inquiry.claims.values():
            hit = await self._exact(claim.exact, inquiry.control)
            if hit is not None:
                return hit
        return None

    async def consult(
        self, inquiry: Inquiry | Bypass, routed: Routed, chat: ChatRequest, turn: Turn
    ) -> Consultation:
        """Looks for an answer to a request that has a model now.

        There was none to the very same request a moment ago. Should another one be on its way
        to the model, by this router or another that shares the store, it waits for that.

        Args:
            inquiry: The request, or why it goes past the cache.
            routed: Where it would go.
            chat: What it is.
            turn: The exchange it is for.

        Cancellation: It leads no flight, and waits for none.
        """
        if isinstance(inquiry, Bypass):
            return inquiry
        rules = self.policy.cache_for(Case.of(routed.decision))
        draft = self.draft(inquiry, routed, rules)
        if isinstance(draft, Bypass):
            return draft
        missed = Missed.ABSENT if inquiry.control.may_read else Missed.UNASKED
        if rules.compares(inquiry.question.temperature) and inquiry.question.is_comparable:
            found = await self._similar(draft, inquiry.control, rules.threshold)
            if isinstance(found, Hit) or found.draft is None:
                return found
            missed, draft = found.why, found.draft
        if not inquiry.control.may_read or chat.is_streaming or self.follow_seconds <= 0:
            return Miss(missed, draft)
        return await self._joined(Miss(missed, draft), draft, inquiry.control, turn)

    def _tenants(self, headers: Headers) -> dict[CacheScope, str]:
        """Returns whose a request is, in each scope that some route uses."""
        tenants: dict[CacheScope, str] = {}
        scopes = self.policy.cache_scopes
        if CacheScope.GLOBAL in scopes:
            tenants[CacheScope.GLOBAL] = self.keys.tenant(None)
        if CacheScope.IDENTITY in scopes and self.identity:
            values = [headers.get(name) for name in self.identity]
            known = [value for value in values if value]
            if len(known) == len(values):
                tenants[CacheScope.IDENTITY] = self.keys.tenant(known)
        return tenants

    def draft(self, inquiry: Inquiry, routed: Routed, rules: CacheRules) -> Draft | Bypass:
        """Returns how the answer is to be kept, as yet without a vector, or why it is not."""
        claim = inquiry.claims.get(rules.scope)
        bypass = self._bypass(inquiry, routed, rules)
        if bypass is not None or claim is None:
            return bypass or Bypass.IDENTITY
        encoder = self._encoder()
        decision = routed.decision
        route = decision.decision or decision.category or _NO_ROUTE
        # A decision and a category may be called the same, and mean something else.
        kind = f"{decision.decision or ''}\0{decision.category or ''}"
        return Draft(
            exact=claim.exact,
            partition=self.keys.partition(claim.shared, decision.model, kind, encoder),
            tenant=claim.tenant,
            route=route,
            model=decision.model,
            text=inquiry.question.text or "",
            vector=b"",
            encoder=encoder,
            ttl_seconds=min(inquiry.control.ttl_seconds or rules.ttl_seconds, rules.ttl_seconds),
            keeps_tool_calls=rules.keeps_tool_calls,
        )

    def _encoder(self) -> str:
        """Returns what identifies the encoder; empty as long as there is none."""
        try:
            return "" if self.embedder is None else self.embedder.revision
        except NotLoadedError:
            return ""

    def _bypass(self, inquiry: Inquiry, routed: Routed, rules: CacheRules) -> Bypass | None:
        if rules.mode is CacheMode.OFF:
            return Bypass.OFF
        if not routed.judgement.is_clean:
            return Bypass.FLAGGED
        if routed.decision.reason not in _LASTING or routed.decision.undecided:
            return Bypass.FALLBACK
        if not rules.admits(inquiry.question.temperature):
            return Bypass.TEMPERATURE
        return None

    async def _exact(self, key: bytes, control: Control) -> Hit | None:
        try:
            entry = await self._asked("exact", functools.partial(self.store.exact, key))
        except CacheError:
            return None
        now = self.now()
        if entry is None or unusable(entry, control, now) is not None:
            return None
        return Hit(entry, HitKind.EXACT, 1.0, age(entry, now))

    async def _similar(self, draft: Draft, control: Control, threshold: float) -> Hit | Miss:
        """Looks for a text that means the same. The draft of a miss then has the vector."""
        vector = await self._vector(draft.text)
        if vector is None:
            return Miss(Missed.TROUBLE, draft)
        draft = evolve(draft, vector=vector)
        if not control.may_read:
            return Miss(Missed.UNASKED, draft)
        nearest = functools.partial(self.store.nearest, draft.partition, vector, NEIGHBOURS)
        try:
            neighbours = await self._asked("nearest", nearest)
        except CacheError:
            return Miss(Missed.TROUBLE, draft)
        sifted = sift(
            neighbours,
            draft.text,
            control,
            threshold=threshold,
            now=self.now(),
        )
        for rejected in sifted.rejected:
            self.observer.neighbour_judged(rejected.neighbour.similarity, rejected.why)
        match sifted.outcome:
            case Hit() as hit:
                self.observer.neighbour_judged(hit.similarity, "hit")
                return hit
            case Missed.TOMBSTONE as why:
                return Miss(why)
            case why:
                return Miss(why, draft)

    async def _vector(self, text: str) -> bytes | None:
        if self.embedder is None:
            return None
        try:
            with trio.move_on_after(self.embed_seconds):
                return await self.embedder.embed(text)
        except ClassifierError:
            pass  # whoever classifies has counted it
        return None

    async def _joined(self, miss: Miss, draft: Draft, control: Control, turn: Turn) -> Hit | Miss:
        """Asks with others, or waits for them."""
        gathering = Gathering(self.flights, self.claiming, self.observer, self.follow_seconds)
        find = functools.partial(self._exact, draft.exact, control)
        match await gathering.join(draft.exact, find, turn):
            case Hit() as hit:
                return hit
            case Part.LEAD:
                return evolve(miss, draft=evolve(draft, leads=True))
            case Part.ALONE:
                return evolve(miss, draft=None)

    async def _asked(self, operation: str, ask: Callable[[], Awaitable[_T]]) -> _T:
        """Asks the store, for as long as that may take.

        Raises:
            CacheError: It failed, took too long, or has failed too often to be asked.
        """
        started = trio.current_time()
        if not self._breaker.allows(started):
            self.observer.store_asked(operation, "paused", 0.0)
            message = "the store has failed too often"
            raise CacheError(message)
        try:
            with trio.fail_after(self.lookup_seconds):
                answer = await ask()
        except (CacheError, trio.TooSlowError) as error:
            is_slow = isinstance(error, trio.TooSlowError)
            self._told(operation, "timeout" if is_slow else "error", started)
            self._breaker.failed(trio.current_time())
            raise CacheError(operation) from error
        self._breaker.succeeded()
        self._told(operation, "hit" if answer else "miss", started)
        return answer

    def _told(self, operation: str, result: str, started: float) -> None:
        self.observer.store_asked(operation, result, trio.current_time() - started)
