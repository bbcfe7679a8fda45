"""What contradicts itself in a configuration, or cannot work."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import product
from typing import Final, TypeAlias

from semroute.domain.address import Address
from semroute.domain.attack import CASCADE
from semroute.domain.caching.rules import CacheMode, CacheScope
from semroute.domain.naming import ENDPOINT_HEADER, OUR_PREFIX, PICKER_HEADER
from semroute.domain.suggestions import did_you_mean

from .caching import cache_mistakes, cache_rules_of
from .checkpoint_mistakes import checkpoint_mistakes
from .checkpoints import is_replaced
from .config import Library, definition_of
from .guards import READ_BY_ENCODER, GuardSettings, guard_mistakes
from .policy_mistakes import policy_mistakes
from .settings import BUDGET_SHARE, ServerSettings, Settings

Mistake: TypeAlias = tuple[tuple[str | int, ...], str]

_EXTPROC: Final = ("server", "extproc")
_HIGHEST_PORT: Final = 65535
_LONGEST_SOCKET: Final = 107  # sun_path of Linux, without its final zero

_ROUTER: Final = "semroute"  # what Envoy's configuration calls us

_TAKEN_PREFIXES: Final = (OUR_PREFIX, "x-envoy-", "x-forwarded-", "x-request-")


def mistakes_in(settings: Settings, library: Library) -> Iterator[Mistake]:
    """Finds mistakes that no type can express, as (path, message) pairs."""
    yield from _dangling_names(settings)
    yield from _undefined_categories(settings, library)
    yield from _unusable_listeners(settings)
    yield from _unusable_endpoints(settings)
    yield from _clashing_headers(settings)
    yield from _unspeakable_endpoints(settings)
    yield from _clashing_aliases(settings)
    yield from _impossible_bounds(settings)
    yield from _pointless_guards(settings)
    for path, message in cache_mistakes(
        settings.cache, _cache_scopes(settings), settings.server.workers
    ):
        yield ("cache", *path), message
    yield from _unusable_checkpoints(settings)
    yield from policy_mistakes(settings, library)
    if settings.classifier.heads is not None and settings.classifier.directory is not None:
        message = "heads belong to the embedded encoder, and classifier.directory names another"
        yield ("classifier", "heads"), message


def _dangling_names(settings: Settings) -> Iterator[Mistake]:
    models, endpoints = settings.models, settings.endpoints
    if settings.routing.default_model not in models:
        yield (
            ("routing", "default_model"),
            _unknown("model", settings.routing.default_model, models),
        )
    embedding_model = settings.routing.embedding_model
    if embedding_model is not None and embedding_model not in models:
        yield ("routing", "embedding_model"), _unknown("model", embedding_model, models)
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
        definition = definition_of(name, settings, library.categories)
        is_said = definition.description.strip() or definition.examples
        if not is_said and name not in library.trained:
            near = did_you_mean(name, library.categories)
            message = f"it needs a description or examples; no shipped category has this name{near}"
            yield ("categories", name), message
        for index, example in enumerate(definition.examples):
            if not example.strip():
                yield ("categories", name, "examples", index), "an example must have some text"


def _unusable_listeners(settings: Settings) -> Iterator[Mistake]:
    server, envoy = settings.server, settings.envoy
    listeners = (
        (_EXTPROC, server.extproc),
        (("server", "admin"), server.admin),
        (("envoy", "listen"), envoy.listen),
        (("envoy", "admin"), envoy.admin),
    )
    taken: list[tuple[Address, tuple[str, str]]] = []
    for path, text in listeners:
        address = _address(text)
        if isinstance(address, str):
            yield path, address
            continue
        for message in _listener_mistakes(address, path, server):
            yield path, message
        mine = [address.sibling(at) for at in range(server.workers if path == _EXTPROC else 1)]
        for theirs, owner in taken:
            if any(each.overlaps(theirs) for each in mine):
                yield path, f"{'.'.join(owner)} has {theirs} already"
        taken += [(each, path) for each in mine]


def _listener_mistakes(
    address: Address, path: tuple[str, str], server: ServerSettings
) -> Iterator[str]:
    if address.path is not None:
        if path != _EXTPROC:
            yield "it must be host:port"
        longest = str(address.sibling(server.workers - 1).path)
        if len(longest.encode()) > _LONGEST_SOCKET:
            yield f"{longest} is longer than the {_LONGEST_SOCKET} bytes of a socket's path"
        return
    if path == _EXTPROC and address.port + server.workers - 1 > _HIGHEST_PORT:
        yield f"there are no {server.workers} ports from {address.port} on"
    if not address.is_local and not server.allow_remote and path != ("envoy", "listen"):
        yield "other machines could reach it in clear; set server.allow_remote to allow that"
    if not address.is_ip and path != ("server", "admin"):
        yield f"Envoy needs an IP address here, as 127.0.0.1:{address.port}"


def _unusable_endpoints(settings: Settings) -> Iterator[Mistake]:
    for name, endpoint in settings.endpoints.items():
        if name == _ROUTER:
            yield ("endpoints", name), "this is what the router itself is called"
        address = _address(endpoint.address)
        if isinstance(address, str):
            yield ("endpoints", name, "address"), address
        elif address.path is not None or address.port == 0:
            yield ("endpoints", name, "address"), "it must be host:port"
        elif address.is_link_local:
            message = "link-local addresses belong to cloud metadata services, not to models"
            yield ("endpoints", name, "address"), message


def _clashing_headers(settings: Settings) -> Iterator[Mistake]:
    seen: set[str] = set()
    headers = settings.headers
    names = {
        "endpoint": headers.endpoint or PICKER_HEADER,
        "model": headers.model,
        "confidence": headers.confidence,
    }
    for field, name in names.items():
        if name in seen:
            yield ("headers", field), f"{name} already carries something else"
        if not name.startswith("x-"):
            yield ("headers", field), "it must begin with x-, as no standard header does"
        is_meant = field == "endpoint" and name == ENDPOINT_HEADER
        if name.startswith(_TAKEN_PREFIXES) and not is_meant:
            yield ("headers", field), f"{name} has a meaning of its own"
        seen.add(name)


def _unspeakable_endpoints(settings: Settings) -> Iterator[Mistake]:
    """Finds addresses that cannot stand for an endpoint in its header, if they are to."""
    if settings.headers.endpoint_value != "address":
        return
    owners: dict[Address, str] = {}
    for name, endpoint in settings.endpoints.items():
        address = _address(endpoint.address)
        if isinstance(address, str):
            continue  # told already
        path = ("endpoints", name, "address")
        if not address.is_ip:
            yield path, "headers.endpoint_value is address, so it must be ip:port"
        elif address in owners:
            message = f"{owners[address]} has it too, and headers.endpoint_value is address"
            yield path, message
        owners.setdefault(address, name)


def _clashing_aliases(settings: Settings) -> Iterator[Mistake]:
    counts = Counter(settings.routing.aliases)
    for index, alias in enumerate(settings.routing.aliases):
        if alias in settings.models:
            yield ("routing", "aliases", index), f"{alias} is the name of a model too"
        if counts[alias] > 1:
            yield ("routing", "aliases", index), f"{alias} is there twice"


def _impossible_bounds(settings: Settings) -> Iterator[Mistake]:
    most = settings.envoy.ruling_seconds
    if settings.routing.budget_seconds > most:
        message = (
            f"it must be at most {most:g}, {BUDGET_SHARE:.0%} of envoy.message_timeout_seconds,"
            " or Envoy gives up before the router answers"
        )
        yield ("routing", "budget_seconds"), message
    if settings.screening.budget_seconds > most:
        message = (
            f"it must be at most {most:g}, {BUDGET_SHARE:.0%} of envoy.message_timeout_seconds,"
            " or Envoy gives up before the router answers"
        )
        yield ("screening", "budget_seconds"), message
    classifier = settings.classifier
    cascade = CASCADE.between(settings.screening.unsure_from, settings.screening.sure_from)
    if cascade.low >= cascade.high:
        message = "it must be below screening.sure_from, which is 0.982 where nothing is said"
        yield ("screening", "unsure_from"), message
    if settings.screening.max_windows > classifier.max_waiting:
        message = f"it must be at most {classifier.max_waiting}, as classifier.max_waiting is"
        yield ("screening", "max_windows"), message
    if classifier.max_windows > classifier.max_waiting:
        message = f"it must be at most {classifier.max_waiting}, as classifier.max_waiting is"
        yield ("classifier", "max_windows"), message


def _pointless_guards(settings: Settings) -> Iterator[Mistake]:
    layers: list[tuple[tuple[str, ...], GuardSettings | None]] = [(("guards",), settings.guards)]
    layers += [(("models", name, "guards"), each.guards) for name, each in settings.models.items()]
    layers += [
        (("categories", name, "guards"), each.guards) for name, each in settings.categories.items()
    ]
    layers += [
        (("decisions", name, "guards"), each.guards) for name, each in settings.decisions.items()
    ]
    has_checkpoint = any(each.task == "entities" for each in settings.classifier.checkpoints)
    for path, layer in layers:
        if layer is not None:
            for where, message in guard_mistakes(layer, has_checkpoint=has_checkpoint):
                yield (*path, *where), message
            for kind in READ_BY_ENCODER:
                action = layer.pii.actions.get(kind, "allow")
                if action != "allow" and not _finds_entities(settings):
                    message = (
                        "only the embedded encoder or a checkpoint finds it, and "
                        "classifier.directory is set"
                    )
                    yield (*path, "pii", "actions", kind), message
            if "route" in layer.pii.actions.values() and not _is_anything_private(settings):
                message = "no endpoint is private, so `route` would block everything"
                yield (*path, "pii", "actions"), message


def _cache_scopes(settings: Settings) -> frozenset[CacheScope]:
    owners = (settings.categories, settings.decisions, settings.models)
    layers = product(*((None, *(each.cache for each in owner.values())) for owner in owners))
    every = (cache_rules_of(settings.cache, *layer) for layer in layers)
    return frozenset(rules.scope for rules in every if rules.mode is not CacheMode.OFF)


def _finds_entities(settings: Settings) -> bool:
    classifier = settings.classifier
    return classifier.directory is None or is_replaced(classifier.checkpoints, "entities")


def _unusable_checkpoints(settings: Settings) -> Iterator[Mistake]:
    classifier = settings.classifier
    kept = {
        name: each.tools.keep for name, each in settings.decisions.items() if each.tools is not None
    }
    has_heads = classifier.directory is None
    for path, message in checkpoint_mistakes(
        classifier.checkpoints, settings.categories, kept, has_heads=has_heads
    ):
        yield ("classifier", "checkpoints", *path), message


def _is_anything_private(settings: Settings) -> bool:
    return any(endpoint.private for endpoint in settings.endpoints.values())


def _address(text: str) -> Address | str:
    """Returns the address, or what is wrong with it."""
    try:
        return Address.parse(text)
    except ValueError as error:
        return str(error)


def _unknown(kind: str, name: str, known: Iterable[str]) -> str:
    return f"no {kind} is called {name}{did_you_mean(name, known)}"
