"""All rules as one immutable value."""

from collections.abc import Mapping

from attrs import field, frozen
from attrs.validators import and_, ge, le

from .caching.rules import NO_CACHE, CacheMode, CacheRules, CacheScope
from .errors import InvalidPolicyError
from .guards import ENCODER_KINDS, NO_GUARDS, Check, Guards, Mode
from .pii import PiiKind
from .routing import Category, Model


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
        guards: What is checked before a request reaches a model.
        special_guards: The same for some pairs of a category (None for none) and a model.
        cache: When answers are kept and given again.
        special_caches: The same for some pairs of a category (None for none) and a model.
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
    guards: Guards = NO_GUARDS
    special_guards: Mapping[tuple[str | None, str], Guards] = field(factory=dict)
    cache: CacheRules = NO_CACHE
    special_caches: Mapping[tuple[str | None, str], CacheRules] = field(factory=dict)
    digest: str = ""
    revision: str = ""

    def __attrs_post_init__(self) -> None:
        if self.default_model not in self.models:
            message = f"the default model {self.default_model!r} is not configured"
            raise InvalidPolicyError(message)
        if self.embedding_model is not None and self.embedding_model not in self.models:
            message = f"the embedding model {self.embedding_model!r} is not configured"
            raise InvalidPolicyError(message)
        hidden = [alias for alias in self.aliases if alias in self.models]
        if hidden:
            message = f"{hidden[0]!r} is both an alias and a model"
            raise InvalidPolicyError(message)
        for category in self.categories.values():
            for candidate in category.candidates:
                if candidate.model not in self.models:
                    message = f"category {category.name!r} names the unknown {candidate.model!r}"
                    raise InvalidPolicyError(message)

    def knows(self, model: str) -> bool:
        """Whether clients may ask for `model`, by alias or by name."""
        return model in self.aliases or model in self.models

    def guards_for(self, category: str | None, model: str) -> Guards:
        """Returns the guards of requests of one category that one model answers."""
        return self.special_guards.get((category, model), self.guards)

    def cache_for(self, category: str | None, model: str) -> CacheRules:
        """Returns the cache's rules for requests of one category that one model answers."""
        return self.special_caches.get((category, model), self.cache)

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

    def guards_of_unrouted(self, model: str) -> Guards:
        """Returns the guards of requests that go where they go: those of the model they name.

        What names no model we know reaches the default model, if any.
        """
        return self.guards_for(None, model if model in self.models else self.default_model)

    @property
    def all_unrouted_guards(self) -> tuple[Guards, ...]:
        """Every set of guards that a request may have to pass that is not routed."""
        return tuple(map(self.guards_of_unrouted, self.models))

    @property
    def all_guards(self) -> tuple[Guards, ...]:
        """Every set of guards that a request may have to pass."""
        return (self.guards, *self.special_guards.values())

    @property
    def screens_unrouted(self) -> bool:
        """Whether requests that we do not route are looked at, or their answers have to be."""
        return any(
            guards.checks or guards.answers.mode is Mode.ENFORCE
            for guards in self.all_unrouted_guards
        )

    @property
    def kinds_in_requests(self) -> frozenset[PiiKind]:
        """The kinds of personal data that some request is looked through for."""
        return frozenset().union(*(guards.pii.kinds for guards in self.all_guards))

    @property
    def kinds_in_answers(self) -> frozenset[PiiKind]:
        """The kinds of personal data that some answer is looked through for."""
        return frozenset().union(*(guards.answers.kinds for guards in self.all_guards))

    @property
    def wants_entities(self) -> bool:
        """Whether a kind is looked for that only the encoder can find."""
        return bool(self.kinds_in_requests & ENCODER_KINDS)

    @property
    def checks(self) -> frozenset[Check]:
        """The checks that some request may have to pass."""
        return frozenset().union(*(guards.checks for guards in self.all_guards))
