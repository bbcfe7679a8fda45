"""From what an operator wrote to what the core understands."""

import hashlib
import ipaddress
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, TypeAlias

import msgspec
from attrs import frozen

from semroute.domain.address import Address
from semroute.domain.classification import CategoryDefinition
from semroute.domain.naming import HeaderNames
from semroute.domain.policy import Policy
from semroute.domain.routing import Candidate, Category, Model, WeightedEndpoint
from semroute.domain.suggestions import did_you_mean

from .settings import CategoryName, Settings

Mistake: TypeAlias = tuple[tuple[str | int, ...], str]

# Envoy must wait longer than we may think, or it gives up on answers that are on their way.
_BUDGET_SHARE: Final = 0.8


@frozen
class LibraryCategory:
    """A shipped category."""

    description: str
    examples: tuple[str, ...]


@frozen
class Library:
    """The categories that ship with semroute, by name."""

    categories: dict[CategoryName, LibraryCategory]


def policy_of(settings: Settings) -> Policy:
    """Returns the rules. The settings must have passed `mistakes_in`."""
    routing = settings.routing
    return Policy(
        models={
            name: Model(name, tuple(WeightedEndpoint(*place) for place in model.endpoints.items()))
            for name, model in settings.models.items()
        },
        categories={
            name: Category(name, tuple(Candidate(*each) for each in category.candidates.items()))
            for name, category in settings.categories.items()
        },
        default_model=routing.default_model,
        aliases=routing.aliases,
        min_confidence=routing.min_confidence,
        max_context_chars=routing.max_context_chars,
        digest=f"sha256:{hashlib.sha256(msgspec.json.encode(settings)).hexdigest()}",
    )


def definitions_of(settings: Settings, library: Library) -> tuple[CategoryDefinition, ...]:
    """Returns what each category is about: as configured, or else as shipped."""
    return tuple(_definition(name, settings, library.categories) for name in settings.categories)


def names_of(settings: Settings) -> HeaderNames:
    """Returns the header names."""
    headers = settings.headers
    return HeaderNames(headers.endpoint, headers.model, headers.confidence)


def mistakes_in(settings: Settings, library: Library) -> Iterator[Mistake]:
    """Finds what contradicts itself, as (path, message) pairs."""
    yield from _dangling_names(settings)
    yield from _undefined_categories(settings, library)
    yield from _unusable_addresses(settings)
    yield from _clashing_headers(settings)
    routing, envoy = settings.routing, settings.envoy
    for index, alias in enumerate(routing.aliases):
        if alias in settings.models:
            yield ("routing", "aliases", index), f"{alias} is the name of a model too"
    if routing.budget_seconds > envoy.message_timeout_seconds * _BUDGET_SHARE:
        most = envoy.message_timeout_seconds * _BUDGET_SHARE
        message = (
            f"it must be at most {most:g}, {_BUDGET_SHARE:.0%} of envoy.message_timeout_seconds,"
            " or Envoy gives up before the router answers"
        )
        yield ("routing", "budget_seconds"), message


def _definition(
    name: str, settings: Settings, shipped: Mapping[str, LibraryCategory]
) -> CategoryDefinition:
    configured, known = settings.categories[name], shipped.get(name)
    description, examples = configured.description, configured.examples
    return CategoryDefinition(
        name,
        (known.description if known else "") if description is None else description,
        (known.examples if known else ()) if examples is None else examples,
    )


def _dangling_names(settings: Settings) -> Iterator[Mistake]:
    models, endpoints = settings.models, settings.endpoints
    if settings.routing.default_model not in models:
        yield (
            ("routing", "default_model"),
            _unknown("model", settings.routing.default_model, models),
        )
    for name, model in models.items():
        if not model.endpoints:
            yield ("models", name, "endpoints"), "a model needs at least one endpoint"
        for endpoint in model.endpoints:
            if endpoint not in endpoints:
                path = ("models", name, "endpoints", endpoint)
                yield path, _unknown("endpoint", endpoint, endpoints)
    for name, category in settings.categories.items():
        for candidate in category.candidates:
            if candidate not in models:
                path = ("categories", name, "candidates", candidate)
                yield path, _unknown("model", candidate, models)


def _undefined_categories(settings: Settings, library: Library) -> Iterator[Mistake]:
    if not settings.categories:
        shipped = ", ".join(library.categories)
        yield ("categories",), f"at least one is needed; these ship with semroute: {shipped}"
    for name in settings.categories:
        definition = _definition(name, settings, library.categories)
        if not definition.description.strip() and not definition.examples:
            near = did_you_mean(name, library.categories)
            message = f"it needs a description or examples; no shipped category has this name{near}"
            yield ("categories", name), message
        for index, example in enumerate(definition.examples):
            if not example.strip():
                yield ("categories", name, "examples", index), "an example must have some text"


def _unusable_addresses(settings: Settings) -> Iterator[Mistake]:
    server, envoy = settings.server, settings.envoy
    listeners = (
        (("server", "extproc"), server.extproc),
        (("server", "admin"), server.admin),
        (("envoy", "listen"), envoy.listen),
        (("envoy", "admin"), envoy.admin),
    )
    for path, text in listeners:
        address = _address(text)
        if isinstance(address, str):
            yield path, address
        elif path[0] == "server" and not address.is_local and not server.allow_remote:
            yield (
                path,
                "other machines could reach it in clear; set server.allow_remote to allow that",
            )
        elif path != ("server", "extproc") and address.path is not None:
            yield path, "it must be host:port"
    for name, endpoint in settings.endpoints.items():
        address = _address(endpoint.address)
        if isinstance(address, str):
            yield ("endpoints", name, "address"), address
        elif address.path is not None or address.port == 0:
            yield ("endpoints", name, "address"), "it must be host:port"
        elif _is_link_local(address.host):
            message = "link-local addresses belong to cloud metadata services, not to models"
            yield ("endpoints", name, "address"), message


def _clashing_headers(settings: Settings) -> Iterator[Mistake]:
    seen: set[str] = set()
    headers = settings.headers
    for field in ("endpoint", "model", "confidence"):
        name: str = getattr(headers, field)
        if name in seen:
            yield ("headers", field), f"{name} already carries something else"
        if name in _RESERVED_HEADERS or name.startswith("x-envoy-"):
            yield ("headers", field), f"{name} has a meaning of its own"
        seen.add(name)


_RESERVED_HEADERS: Final = frozenset(
    ("host", "content-length", "content-type", "transfer-encoding", "connection", "authorization")
)


def _address(text: str) -> Address | str:
    """Returns the address, or what is wrong with it."""
    try:
        return Address.parse(text)
    except ValueError as error:
        return str(error)


def _is_link_local(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_link_local
    except ValueError:
        return False


def _unknown(kind: str, name: str, known: Iterable[str]) -> str:
    return f"no {kind} is called {name}{did_you_mean(name, known)}"
