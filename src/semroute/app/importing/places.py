"""Where the generations of their format keep things.

There are three: a flat file (v0.1); one with `providers`, `signals` and `decisions`; and one in
which these stand under `routing`, and all else under `global` (v0.3). The same names mean the same
in all.
"""

from collections.abc import Iterator
from typing import Final, TypeAlias

from .source import Source

Place: TypeAlias = tuple[str, ...]

DEFAULT_MODEL: Final[tuple[Place, ...]] = (
    ("default_model",),
    ("providers", "default_model"),
    ("providers", "defaults", "default_model"),
    ("providers", "defaults", "model"),
)
DEFAULT_EFFORT: Final[tuple[Place, ...]] = (
    ("default_reasoning_effort",),
    ("providers", "default_reasoning_effort"),
    ("providers", "defaults", "default_reasoning_effort"),
    ("providers", "defaults", "reasoning_effort"),
)
FAMILIES: Final[tuple[Place, ...]] = (
    ("reasoning_families",),
    ("providers", "reasoning_families"),
    ("providers", "defaults", "reasoning_families"),
)
SIGNALS: Final[tuple[Place, ...]] = ((), ("signals",), ("routing", "signals"))
DECISIONS: Final[tuple[Place, ...]] = (("decisions",), ("routing", "decisions"))
STRATEGY: Final[tuple[Place, ...]] = (
    ("strategy",),
    ("routing", "strategy"),
    ("global", "router", "strategy"),
)
ROUTER: Final[tuple[Place, ...]] = ((), ("global", "router"))
CACHE: Final[tuple[Place, ...]] = (
    ("semantic_cache",),
    ("response_cache",),
    ("global", "stores", "semantic_cache"),
    ("global", "stores", "response_cache"),
)
PROMPT_GUARD: Final[tuple[Place, ...]] = (
    ("prompt_guard",),
    ("global", "model_catalog", "modules", "prompt_guard"),
)
CLASSIFIER: Final[tuple[Place, ...]] = (
    ("classifier",),
    ("global", "model_catalog", "modules", "classifier"),
)
TOOLS: Final[tuple[Place, ...]] = (("tools",), ("global", "integrations", "tools"))
IDENTITY: Final[tuple[Place, ...]] = (
    ("authz", "identity"),
    ("global", "services", "authz", "identity"),
)

# A file with none of these is somebody else's.
_KNOWN_BY: Final = (
    "vllm_endpoints", "model_config", "categories", "default_model", "providers", "routing",
    "decisions", "signals", "global", "semantic_cache", "prompt_guard", "classifier",
)  # fmt: skip


def existing(root: Source, places: tuple[Place, ...]) -> Iterator[Source]:
    """Yields what stands at those of some places where anything does."""
    for place in places:
        node = root.at(*place)
        if node is not None:
            yield node


def generation(root: Source) -> str | None:
    """Returns what to call the format of a file; None if it is not theirs."""
    keys = root.value if isinstance(root.value, dict) else {}
    if not any(key in keys for key in _KNOWN_BY):
        return None
    if "routing" in keys or "global" in keys:
        return "providers, routing and global (v0.3)"
    if "providers" in keys:
        return "providers, signals and decisions"
    return "flat (v0.1)"
