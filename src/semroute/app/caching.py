"""What can be configured of the answer cache, and what it means."""

from collections.abc import Iterator
from typing import Annotated, Literal

from attrs import frozen
from msgspec import Meta

from semroute.domain.caching.agreement import DEFAULT_THRESHOLD
from semroute.domain.caching.rules import CacheMode, CacheRules, CacheScope

from .leaves import HeaderName
from .limits import MiB

CacheModeName = Literal["off", "exact", "semantic"]
ScopeName = Literal["identity", "global"]
StoreName = Literal["disk", "memory", "postgres"]
_VariableName = Annotated[str, Meta(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,127}$(?!\n)")]

_MODE = (
    "`off`; `exact`: the same request is answered from the cache; `semantic`: so is one whose last "
    "text means the same, if nothing was said before and there are no tools."
)
_SCOPE = (
    "Who shares answers: `identity`, those with the same values in `cache.identity`; `global`, "
    "everybody."
)
_TTL = "How long an answer may be given again, from when it was made."
_THRESHOLD = "From which cosine on two texts may mean the same; `semroute eval cache` shows more."
_TEMPERATURE = (
    "Requests with a higher temperature go past the cache. Above 0.3 only the same request is "
    "answered from it."
)
_TOOL_CALLS = "Whether calls of tools are kept, for the same request only."

_Seconds = Annotated[float, Meta(gt=0, le=31_536_000)]
_Cosine = Annotated[float, Meta(gt=0, le=1)]
_Temperature = Annotated[float, Meta(ge=0, le=2)]


@frozen
class CacheOverrides:
    """What differs from `cache`. What is left out is inherited."""

    mode: Annotated[CacheModeName | None, Meta(description=_MODE)] = None
    scope: Annotated[ScopeName | None, Meta(description=_SCOPE)] = None
    ttl_seconds: Annotated[_Seconds | None, Meta(description=_TTL)] = None
    threshold: Annotated[_Cosine | None, Meta(description=_THRESHOLD)] = None
    max_temperature: Annotated[_Temperature | None, Meta(description=_TEMPERATURE)] = None
    tool_calls: Annotated[bool | None, Meta(description=_TOOL_CALLS)] = None


@frozen
class StoreSettings:
    """Where answers are kept."""

    kind: Annotated[
        StoreName,
        Meta(
            description="`disk`: in a directory that one router owns; `memory`: nowhere else; "
            "`postgres`: in a database that several routers share."
        ),
    ] = "disk"
    directory: Annotated[
        str,
        Meta(description="Of `disk`. On a local file system; it is made, and nobody else's."),
    ] = "semroute-cache"
    dsn_variable: Annotated[
        _VariableName,
        Meta(description="Of `postgres`: the environment variable that holds the connection."),
    ] = "SEMROUTE_CACHE_DSN"
    key_variable: Annotated[
        _VariableName,
        Meta(
            description="The environment variable that holds the cache's key: 64 hexadecimal "
            "digits. With it `disk` encrypts what it keeps; without it a key is made and kept "
            "beside the answers. `postgres` needs it, the same for every router."
        ),
    ] = "SEMROUTE_CACHE_KEY"
    max_entries: Annotated[
        int, Meta(ge=1, le=10_000_000, description="How many answers; the least useful go first.")
    ] = 100_000
    max_bytes: Annotated[
        int, Meta(ge=MiB, description="How much they may take together, on disk.")
    ] = 1024 * MiB
    max_tenant_share: Annotated[
        float,
        Meta(gt=0, le=1, description="How much of both may be one tenant's."),
    ] = 0.25


@frozen
class CacheSettings:
    """The answer cache. Categories and models may differ from it."""

    mode: Annotated[CacheModeName, Meta(description=_MODE)] = "off"
    scope: Annotated[ScopeName, Meta(description=_SCOPE)] = "identity"
    identity: Annotated[
        tuple[HeaderName, ...],
        Meta(
            description="Request headers that together say who asks. Clients must not be able to "
            "forge them. A request that lacks one is not cached in scope `identity`."
        ),
    ] = ("authorization",)
    ttl_seconds: Annotated[_Seconds, Meta(description=_TTL)] = 3600.0
    threshold: Annotated[_Cosine, Meta(description=_THRESHOLD)] = DEFAULT_THRESHOLD
    max_temperature: Annotated[_Temperature, Meta(description=_TEMPERATURE)] = 0.3
    tool_calls: Annotated[bool, Meta(description=_TOOL_CALLS)] = False
    heed_clients: Annotated[
        bool,
        Meta(
            description="Whether clients may say `no-cache`, `no-store`, `max-age=SECONDS` (in "
            "`cache-control` or `x-semroute-cache`) and `ttl=SECONDS`."
        ),
    ] = True
    max_answer_bytes: Annotated[
        int, Meta(ge=1024, le=64 * MiB, description="The longest answer that is kept.")
    ] = MiB
    lookup_seconds: Annotated[
        float, Meta(gt=0, le=10, description="How long the store may take; then it is a miss.")
    ] = 0.05
    follow_seconds: Annotated[
        float,
        Meta(
            ge=0,
            le=600,
            description="How long a request may wait for the answer to another just like it, "
            "instead of asking the model as well; 0: not at all. Envoy's `max_message_timeout` "
            "must be longer, as it is in the generated configuration.",
        ),
    ] = 30.0
    store: Annotated[StoreSettings, Meta(description="Where answers are kept.")] = StoreSettings()


def cache_rules_of(settings: CacheSettings, *layers: CacheOverrides | None) -> CacheRules:
    """Returns the rules that settings ask for; later layers overrule earlier ones."""
    rules = CacheRules(
        mode=CacheMode(settings.mode),
        scope=CacheScope(settings.scope),
        ttl_seconds=settings.ttl_seconds,
        threshold=settings.threshold,
        max_temperature=settings.max_temperature,
        keeps_tool_calls=settings.tool_calls,
    )
    for layer in layers:
        if layer is not None:
            rules = _overruled(rules, layer)
    return rules


def _overruled(rules: CacheRules, layer: CacheOverrides) -> CacheRules:
    warmest, calls = layer.max_temperature, layer.tool_calls
    return CacheRules(
        mode=rules.mode if layer.mode is None else CacheMode(layer.mode),
        scope=rules.scope if layer.scope is None else CacheScope(layer.scope),
        ttl_seconds=rules.ttl_seconds if layer.ttl_seconds is None else layer.ttl_seconds,
        threshold=rules.threshold if layer.threshold is None else layer.threshold,
        max_temperature=rules.max_temperature if warmest is None else warmest,
        keeps_tool_calls=rules.keeps_tool_calls if calls is None else calls,
    )


def cache_mistakes(
    settings: CacheSettings, scopes: frozenset[CacheScope], workers: int
) -> Iterator[tuple[tuple[str, ...], str]]:
    """Finds what cannot work, as (path, message) pairs.

    Args:
        settings: The cache's.
        scopes: The scopes in which some route keeps answers.
        workers: How many router processes there are.
    """
    if CacheScope.IDENTITY in scopes and not settings.identity:
        message = "without it nobody knows who asks, and nothing is kept in scope `identity`"
        yield ("identity",), message
    if scopes and settings.store.kind == "disk" and workers > 1:
        message = (
            f"one router owns a directory, and server.workers asks for {workers}; "
            "`postgres` is shared"
        )
        yield ("store", "kind"), message
