"""From what an operator wrote to what the core understands."""

import hashlib
from collections.abc import Mapping
from typing import Final, assert_never

import msgspec
from attrs import evolve, frozen

from semroute import __version__
from semroute.domain.address import Address
from semroute.domain.caching.rules import CacheRules
from semroute.domain.classification import CategoryDefinition
from semroute.domain.guards import Guards
from semroute.domain.naming import PICKER_HEADER, HeaderNames
from semroute.domain.policy import Policy
from semroute.domain.routing import Candidate, Category, Model, WeightedEndpoint

from .caching import cache_rules_of
from .guards import guards_of
from .settings import CategoryName, Settings

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
    """

    categories: dict[CategoryName, LibraryCategory]
    trained: frozenset[str] = frozenset()


def policy_of(settings: Settings) -> Policy:
    """Returns the rules. The settings must have passed `mistakes_in`."""
    routing = settings.routing
    return Policy(
        models={
            name: Model(
                name,
                tuple(
                    WeightedEndpoint(place, weight, settings.endpoints[place].private)
                    for place, weight in model.endpoints.items()
                ),
            )
            for name, model in settings.models.items()
        },
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
        special_guards=_special_guards(settings),
        cache=cache_rules_of(settings.cache),
        special_caches=_special_caches(settings),
        digest=_digest(settings),
        revision=_digest(
            [
                __version__,
                settings.models,
                settings.categories,
                settings.routing,
                settings.guards,
                settings.classifier.directory,
            ]
        ),
    )


def _digest(value: object) -> str:
    return f"sha256:{hashlib.sha256(msgspec.json.encode(value)).hexdigest()}"


def _special_guards(settings: Settings) -> dict[tuple[str | None, str], Guards]:
    categories = {name: each.guards for name, each in settings.categories.items()}
    return {
        (category, name): guards_of(settings.guards, theirs, model.guards)
        for name, model in settings.models.items()
        for category, theirs in (*categories.items(), (None, None))
        if theirs is not None or model.guards is not None
    }


def _special_caches(settings: Settings) -> dict[tuple[str | None, str], CacheRules]:
    categories = {name: each.cache for name, each in settings.categories.items()}
    return {
        (category, name): cache_rules_of(settings.cache, theirs, model.cache)
        for name, model in settings.models.items()
        for category, theirs in (*categories.items(), (None, None))
        if theirs is not None or model.cache is not None
    }


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
