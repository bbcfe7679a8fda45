"""Their cache of answers as ours."""

from typing import Final

from .document import Plain
from .draft import Draft, origin
from .places import CACHE, existing
from .source import Source

_A_YEAR: Final = 31_536_000  # the longest that an answer is kept here

_COSINE: Final = (
    "left at what ships: it is a cosine of another encoder, and ours was chosen for few wrong "
    "hits; `semroute eval cache` shows what other numbers cost"
)
_SHARED: Final = ("redis", "milvus", "valkey", "qdrant", "hybrid")


def carry_cache(root: Source, draft: Draft) -> None:
    """Carries the cache that all decisions share."""
    for node in existing(root, CACHE):
        override = cache_override(node, "enabled", "similarity_threshold", "ttl_seconds")
        cache: dict[str, Plain] = {"mode": "off"} | override
        store = _store(node)
        draft.document.put(("cache",), cache | ({"store": store} if store else {}), origin(node))
        if cache["mode"] == "off":
            node.carried("cache")
        else:
            node.approximated(
                "cache: answers are kept for each client apart, by its authorization header; "
                "write `scope: global` to share them as before"
            )


def cache_override(node: Source, enabled: str, threshold: str, ttl: str) -> dict[str, Plain]:
    """Returns what some keys say about a cache; empty if nothing."""
    cache: dict[str, Plain] = {}
    is_on = node.flag(enabled)
    if is_on is not None:
        cache["mode"] = "semantic" if is_on else "off"
    cosine = node.get(threshold)
    if cosine is not None and node.probability(threshold) is not None:
        cosine.approximated(_COSINE)
    lifetime = node.get(ttl)
    seconds = node.amount(ttl)
    if lifetime is not None and seconds is not None:
        cache["ttl_seconds"] = min(seconds, _A_YEAR) if seconds > 0 else _A_YEAR
        if not 0 < seconds <= _A_YEAR:
            lifetime.approximated("a year, the longest that an answer is kept")
    return cache


def _store(node: Source) -> dict[str, Plain]:
    store: dict[str, Plain] = {}
    backend = node.get("backend_type")
    said = backend.as_text() if backend is not None else None
    if said == "memory":
        store["kind"] = "memory"
    elif backend is not None and said is not None:
        backend.left(
            f"answers are kept on disk, not in {said if said in _SHARED else 'that store'}",
            "set `store: {kind: postgres}` if several routers share them",
        )
    entries = node.integer("max_entries")
    if entries is not None and entries > 0:
        store["max_entries"] = entries
    eviction = node.get("eviction_policy")
    if eviction is not None and eviction.as_text() is not None:
        eviction.approximated("the least useful answers go first, whatever the policy was")
    return store
