"""All rules as one immutable value."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TypeVar

from attrs import Factory, evolve, field, frozen
from attrs.validators import and_, ge, le

from .caching.rules import NO_CACHE, CacheMode, CacheRules, CacheScope
from .choosing.pinning import Pinning
from .choosing.quality import QualityKnob
from .decisions import Decision
from .errors import InvalidPolicyError
from .guards import ENCODER_KINDS, NO_GUARDS, Check, Guards, Mode
from .pii import PiiKind
from .routing import Category, Model, Place, RoutingDecision
from .signals.conditions import signals_in
from .signals.definitions import CheckSignal, PiiSignal, Signal
from .strictness import strictest


@frozen
class Case:
    """A kind of requests that has rules of its own.

    Args:
        category: What they are about; None for nothing known.
        model: Who answers them.
        decision: The operator's decision that they are of; None for none.
    """

    category: str | None
    model: str
    decision: str | None = None

    @classmethod
    def of(cls, routed: RoutingDecision) -> "Case":
        """Returns the case of a request."""
        return cls(routed.category, routed.model, routed.decision)


@frozen
class Asked:
    """A request that leaves the choice of the model to us.

    Args:
        alias: The name it does so by.
        wish: How good the answer shall be, from cheapest (0) to best (1); None if it says nothing.
    """

    alias: str
    wish: float | None = None


_T = TypeVar("_T")


def _special(rules: Mapping[Case, _T], case: Case) -> _T | None:
    """Returns the rules of a case.

    A decision without rules of its own changes none, and neither does a category that nobody
    configured: the rules of the decision and of the model still hold.
    """
    nearest = (
        case,
        evolve(case, decision=None),
        evolve(case, category=None),
        Case(None, case.model),
    )
    return next((rules[each] for each in nearest if each in rules), None)


@frozen
class Policy:
    """A snapshot of every rule a verdict depends on.

    Args:
        models: By name. The order is the one `/v1/models` shows.
        categories: By name.
        default_model: Where a request goes when nothing better is known.
        aliases: Model names that ask the router to choose, `auto` first.
        embedding_model: What an alias means where vectors are asked for; None for nothing.
        min_confidence: A category below this probability does not decide; 0 to 1.
        max_context_chars: How much of the conversation before the last user turn may colour
            its category.
        signals: What can be told of requests, by name.
        decisions: What is done with requests of some kind, in the order in which they are asked.
        knob: How good answers shall be, from cheapest to best.
        latency_share: How much of what is not quality is time rather than money; 0 to 1.
        abstain_to: Who answers when the category is not sure; None for the default model.
        down_confidence: A category below this probability sends nothing to a model that is
            cheaper than that one; 0 to 1.
        pinning: When a conversation stays with its model.
        guards: What is checked before a request reaches a model.
        special_guards: The same for some cases.
        cache: When answers are kept and given again.
        special_caches: The same for some cases.
        digest: Identifies the configuration this came from, as `sha256:…`.
        revision: Identifies what decides which model answers, and what it is asked.

    Raises:
        InvalidPolicyError: A name refers to nothing, or an alias hides a model.
    """

    models: Mapping[str, Model]
    default_model: str
    aliases: tuple[str, ...] = ("auto",)
    embedding_model: str | None = None
    categories: Mapping[str, Category] = field(factory=dict)
    min_confidence: float = field(default=0.0, validator=and_(ge(0), le(1)))
    max_context_chars: int = field(default=400, validator=ge(0))
    signals: Mapping[str, Signal] = field(factory=dict)
    decisions: tuple[Decision, ...] = ()
    knob: QualityKnob = field(factory=QualityKnob)
    latency_share: float = field(default=0.0, validator=and_(ge(0), le(1)))
    abstain_to: str | None = None
    down_confidence: float = field(default=0.0, validator=and_(ge(0), le(1)))
    pinning: Pinning = Pinning.OFF
    guards: Guards = NO_GUARDS
    special_guards: Mapping[Case, Guards] = field(factory=dict)
    cache: CacheRules = NO_CACHE
    special_caches: Mapping[Case, CacheRules] = field(factory=dict)
    digest: str = ""
    revision: str = ""

    _binds_named: bool = field(
        init=False,
        repr=False,
        eq=False,
        default=Factory(lambda self: self._binds_some(), takes_self=True),
    )

    def _binds_some(self) -> bool:
        special = (*self.special_guards, *self.special_caches)
        with_rules = {case.decision for case in special if case.decision is not None}
        return bool(with_rules) or any(each.headers for each in self.decisions)

    def __attrs_post_init__(self) -> None:
        for message in (*self._unknown_models(), *self._unknown_signals(), *self._hidden()):
            raise InvalidPolicyError(message)

    def _unknown_models(self) -> Iterator[str]:
        named = [
            ("the default model", self.default_model),
            ("the embedding model", self.embedding_model),
            ("the model to abstain to", self.abstain_to),
        ]
        for what, name in named:
            if name is not None and name not in self.models:
                yield f"{what} {name!r} is not configured"
        for decision in self.decisions:
            for name in (*(each.model for each in decision.candidates), *decision.canary):
                if name not in self.models:
                    yield f"decision {decision.name!r} names the unknown {name!r}"
        for category in self.categories.values():
            for candidate in category.candidates:
                if candidate.model not in self.models:
                    yield f"category {category.name!r} names the unknown {candidate.model!r}"

    def _unknown_signals(self) -> Iterator[str]:
        for decision in self.decisions:
            for signal in signals_in(decision.condition):
                if signal not in self.signals:
                    yield f"decision {decision.name!r} names the unknown {signal!r}"

    def _hidden(self) -> Iterator[str]:
        for alias in self.aliases:
            if alias in self.models:
                yield f"{alias!r} is both an alias and a model"

    def knows(self, model: str) -> bool:
        """Whether clients may ask for `model`, by alias or by name."""
        return model in self.models or self.asked(model) is not None

    def asked(self, model: str) -> Asked | None:
        """Returns what a client asks for that leaves the choice to us; None if it does not.

        An alias may say how good the answer shall be: `auto:0.7`, `auto:cheap`.
        """
        if model in self.models:
            return None
        if model in self.aliases:
            return Asked(model)
        alias, _, word = model.rpartition(":")
        wish = self.knob.wish(word) if alias in self.aliases else None
        return None if wish is None else Asked(alias, wish)

    def heeds_decisions(self, model: str) -> bool:
        """Whether it matters to a request for `model` which decision it is of.

        Who names a model is bound by guards, cache rules and headers only, so it does not if no
        decision has any.
        """
        return self._binds_named or self.asked(model) is not None

    @property
    def abstention(self) -> str:
        """Who answers when the category is not sure."""
        return self.abstain_to or self.default_model

    def runs_at(self, place: Place) -> bool:
        """Whether a model runs at an endpoint."""
        model = self.models.get(place.model)
        return model is not None and any(
            each.endpoint == place.endpoint for each in model.endpoints
        )

    def decision(self, name: str | None) -> Decision | None:
        """Returns a decision by its name; None for none."""
        return next((each for each in self.decisions if each.name == name), None)

    def guards_for(self, case: Case) -> Guards:
        """Returns the guards of a case."""
        return _special(self.special_guards, case) or self.guards

    def guards_of(self, routed: RoutingDecision) -> Guards:
        """Returns the guards of a request: those of its case, and of every case it may be."""
        names = (routed.decision, *routed.undecided)
        cases = (Case(routed.category, routed.model, name) for name in names)
        return strictest([self.guards_for(case) for case in cases])

    def guards_of_route(self, route: str, model: str) -> Guards:
        """Returns the guards of an answer that was kept: the strictest that it can have had.

        Args:
            route: The decision or the category that the request was of, or neither.
            model: The model that gave it.
        """
        cases = [Case(route if route in self.categories else None, model)]
        if self.decision(route) is not None:
            # A category may be called the same, and then it may have been that.
            cases += [Case(category, model, route) for category in (None, *self.categories)]
        return strictest([self.guards_for(case) for case in cases])

    def cache_for(self, case: Case) -> CacheRules:
        """Returns the cache's rules for a case."""
        return _special(self.special_caches, case) or self.cache

    @property
    def heeds_categories(self) -> bool:
        """Whether the guards or the cache depend on what a prompt is about."""
        return any(
            case.category is not None for case in (*self.special_guards, *self.special_caches)
        )

    @property
    def cache_scopes(self) -> frozenset[CacheScope]:
        """The scopes in which some answers may be kept; none if there is no cache."""
        every = (self.cache, *self.special_caches.values())
        return frozenset(rules.scope for rules in every if rules.mode is not CacheMode.OFF)

    @property
    def compares_meanings(self) -> bool:
        """Whether answers may be found by what a prompt means, which takes its vector."""
        every = (self.cache, *self.special_caches.values())
        return any(rules.mode is CacheMode.SEMANTIC for rules in every)

    def guards_of_unrouted(self, model: str, decisions: Sequence[str | None] = (None,)) -> Guards:
        """Returns the guards of requests that go where they go: those of the model they name.

        What names no model we know reaches the default model, if any.

        Args:
            model: The name.
            decisions: The decisions that such a request is of, or may be of; None for none.
        """
        known = model if model in self.models else self.default_model
        return strictest([self.guards_for(Case(None, known, each)) for each in decisions])

    def all_guards_of_unrouted(self, decisions: Sequence[str | None]) -> tuple[Guards, ...]:
        """Returns the guards of such requests, whatever model they name."""
        return tuple(self.guards_of_unrouted(model, decisions) for model in self.models)

    @property
    def all_guards(self) -> tuple[Guards, ...]:
        """Every set of guards that a request may have to pass."""
        return (self.guards, *self.special_guards.values())

    @property
    def screens_unrouted(self) -> bool:
        """Whether requests that we do not route are looked at, or their answers have to be."""
        return any(
            guards.checks or guards.answers.mode is not Mode.OFF
            for guards in self.all_guards_of_unrouted(
                (None, *(each.name for each in self.decisions))
            )
        )

    @property
    def kinds_in_requests(self) -> frozenset[PiiKind]:
        """The kinds of personal data that some request is looked through for."""
        asked = (each.kinds for each in self.signals.values() if isinstance(each, PiiSignal))
        return frozenset().union(*asked, *(guards.pii.kinds for guards in self.all_guards))

    @property
    def kinds_in_answers(self) -> frozenset[PiiKind]:
        """The kinds of personal data that some answer is looked through for."""
        return frozenset().union(*(guards.answers.kinds for guards in self.all_guards))

    @property
    def wants_entities(self) -> bool:
        """Whether a kind is looked for that only the encoder can find."""
        return bool(self.kinds_in_requests & ENCODER_KINDS)

    @cached_property
    def checks(self) -> frozenset[Check]:
        """The checks that some request may have to pass, or that a signal asks for."""
        asked = (
            Check.PII if isinstance(signal, PiiSignal) else signal.check
            for signal in self.signals.values()
            if isinstance(signal, PiiSignal | CheckSignal)
        )
        return frozenset(asked).union(*(guards.checks for guards in self.all_guards))
