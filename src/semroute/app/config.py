"""From what an operator wrote to what the core understands."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from itertools import product
from typing import Final, TypeAlias, TypeVar, assert_never

import msgspec
from attrs import evolve, field, frozen

from semroute import __version__
from semroute.domain.address import Address
from semroute.domain.choosing.pinning import Pinning
from semroute.domain.choosing.quality import QualityKnob
from semroute.domain.classification import CategoryDefinition
from semroute.domain.decisions import in_order
from semroute.domain.naming import PICKER_HEADER, HeaderNames
from semroute.domain.policy import Case, Policy
from semroute.domain.routing import (
    Candidate,
    Capability,
    Category,
    Model,
    Price,
    WeightedEndpoint,
)

from .caching import cache_rules_of
from .decisions import DecisionSettings, decision_of
from .guards import guards_of
from .leaves import CategoryName
from .reasoning import ReasoningFamilySettings
from .sensing import signal_of
from .settings import CategorySettings, ModelSettings, Settings

_L = TypeVar("_L")

_ANY_PORT: Final = "127.0.0.1:0"


@frozen
class LibraryCategory:
    """A shipped category."""

    description: str
    examples: tuple[str, ...]


@frozen
class Library:
    """The categories that need not be described.

    Args:
        categories: Those that ship with semroute, by name.
        trained: Those that the operator's heads know.
        families: How models are told to reason, by the name of the family; they ship.
    """

    categories: dict[CategoryName, LibraryCategory]
    trained: frozenset[str] = frozenset()
    families: dict[str, ReasoningFamilySettings] = field(factory=dict)


def policy_of(settings: Settings) -> Policy:
    """Returns the rules. The settings must have passed `mistakes_in`."""
    routing = settings.routing
    return Policy(
        models={name: _model_of(name, model, settings) for name, model in settings.models.items()},
        categories={
            name: Category(name, tuple(Candidate(*each) for each in category.candidates.items()))
            for name, category in settings.categories.items()
        },
        default_model=routing.default_model,
        aliases=routing.aliases,
        embedding_model=routing.embedding_model,
        min_confidence=routing.min_confidence,
        max_context_chars=routing.max_context_chars,
        guards=guards_of(settings.guards),
        special_guards={
            case: guards_of(settings.guards, *layers)
            for case, layers in _cases(settings, lambda own: own.guards)
        },
        cache=cache_rules_of(settings.cache),
        special_caches={
            case: cache_rules_of(settings.cache, *layers)
            for case, layers in _cases(settings, lambda own: own.cache)
        },
        signals={name: signal_of(each) for name, each in settings.signals.items()},
        decisions=in_order([decision_of(name, each) for name, each in settings.decisions.items()]),
        knob=QualityKnob(routing.quality, routing.min_quality, routing.max_quality),
        latency_share=routing.latency_share,
        abstain_to=routing.abstain_to,
        down_confidence=routing.down_confidence,
        pinning=Pinning(routing.pin),
        digest=_digest(settings),
        revision=_digest(
            [
                __version__,
                settings.models,
                settings.categories,
                settings.signals,
                settings.decisions,
                settings.reasoning,
                settings.routing,
                settings.guards,
                settings.classifier.directory,
                settings.classifier.heads,
                settings.classifier.checkpoints,
                settings.classifier.fast,
            ]
        ),
    )


def _model_of(name: str, model: ModelSettings, settings: Settings) -> Model:
    price, can = model.price, model.can
    return Model(
        name,
        tuple(
            WeightedEndpoint(place, weight, settings.endpoints[place].private)
            for place, weight in model.endpoints.items()
        ),
        price=None if price is None else Price(price.input, price.output, price.cached),
        context=model.context,
        capabilities=None if can is None else frozenset(map(Capability, can)),
        latency_ms=model.latency_ms,
        family=model.family,
    )


def _digest(value: object) -> str:
    return f"sha256:{hashlib.sha256(msgspec.json.encode(value)).hexdigest()}"


_Own: TypeAlias = CategorySettings | DecisionSettings | ModelSettings


def _cases(
    settings: Settings, layer: Callable[[_Own], _L | None]
) -> Iterator[tuple[Case, tuple[_L | None, ...]]]:
    """Yields the cases that have rules of their own, and what differs, the weightiest last."""
    models = {name: layer(model) for name, model in settings.models.items()}
    categories = {name: layer(category) for name, category in settings.categories.items()}
    decisions = {name: layer(decision) for name, decision in settings.decisions.items()}
    special = ((name, own) for name, own in decisions.items() if own is not None)
    for (model, its), (category, theirs), (decision, ours) in product(
        models.items(), [(None, None), *categories.items()], [(None, None), *special]
    ):
        layers = (theirs, ours, its)
        if any(each is not None for each in layers):
            yield Case(category, model, decision), layers


def definitions_of(settings: Settings, library: Library) -> tuple[CategoryDefinition, ...]:
    """Returns what each category is about: as configured, or else as shipped."""
    return tuple(definition_of(name, settings, library.categories) for name in settings.categories)


def router_addresses_of(settings: Settings) -> tuple[Address, ...]:
    """Returns where each of the router's processes listens."""
    first = Address.parse(settings.server.extproc)
    return tuple(first.sibling(index) for index in range(settings.server.workers))


def settings_of_worker(settings: Settings, index: int, cores: int) -> Settings:
    """Returns what one of several router processes works with; the cores are shared fairly."""
    server, classifier = settings.server, settings.classifier
    extproc = str(router_addresses_of(settings)[index])
    threads = classifier.workers or max(cores // server.workers, 1)
    return evolve(
        settings,
        server=evolve(server, extproc=extproc, admin=_ANY_PORT),
        classifier=evolve(classifier, workers=threads),
    )


def names_of(settings: Settings) -> HeaderNames:
    """Returns the header names. The settings must have passed `mistakes_in`."""
    headers = settings.headers
    match headers.endpoint_value:
        case "name":
            values = {}
        case "address":
            places = settings.endpoints.items()
            values = {name: str(Address.parse(place.address)) for name, place in places}
        case _ as never:
            assert_never(never)
    return HeaderNames(headers.endpoint or PICKER_HEADER, headers.model, headers.confidence, values)


def definition_of(
    name: str, settings: Settings, shipped: Mapping[str, LibraryCategory]
) -> CategoryDefinition:
    """Returns what one category is about; it may turn out to be nothing."""
    configured, known = settings.categories[name], shipped.get(name)
    description, examples = configured.description, configured.examples
    return CategoryDefinition(
        name,
        (known.description if known else "") if description is None else description,
        (known.examples if known else ()) if examples is None else examples,
    )
