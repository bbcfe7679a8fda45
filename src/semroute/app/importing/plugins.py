"""What a decision of theirs does beside choosing a model, as parts of a decision of ours."""

import re
from typing import Final

from .caching import cache_override
from .categories import system_prompt
from .document import Plain
from .policies import NOT_SOUGHT, attack_guard, pii_guard
from .source import Source

_SECRET_HEADER: Final = re.compile(r"authorization|cookie|token|secret|key|password", re.IGNORECASE)
_HEADER: Final = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]{1,64}")


def carry_plugins(node: Source, decision: dict[str, Plain]) -> None:
    """Writes what a decision's plugins ask for into a decision of ours."""
    for plugin in node.list("plugins"):
        kind = plugin.text("type")
        configuration = plugin.get("configuration")
        if kind is None:
            plugin.misread("a plugin must have a type")
        elif (
            configuration is not None
            and configuration.at("enabled") is not None
            and (configuration.flag("enabled") is False and kind not in _OFF_SAYS_SOMETHING)
        ):
            plugin.carried_whole()
        elif configuration is None:
            plugin.left("it is not configured, so it does nothing there either")
        else:
            _plugin(kind, plugin, configuration, decision)


# What may be done instead of what a plugin does.
_INSTEAD: Final = {
    "fast_response": "guards refuse attacks and personal data: guards.jailbreak: {mode: enforce}",
    "hallucination": "guards.answers looks for personal data and secrets in answers",
    "response_jailbreak": "guards.answers looks for personal data and secrets in answers",
    "router_replay": "the log says of every request why it went where it went",
    "shadow_dispatch": "canary sends a share of conversations to another model",
    "request_params": "let Envoy or the model server bound them",
}

# Where a plugin that is off takes something away that is on for everybody else.
_OFF_SAYS_SOMETHING: Final = frozenset(
    {"semantic-cache", "semantic_cache", "response_cache", "jailbreak", "pii"}
)


def _plugin(kind: str, plugin: Source, said: Source, decision: dict[str, Plain]) -> None:
    match kind:
        case "semantic-cache" | "semantic_cache" | "response_cache":
            _cache(plugin, said, decision)
        case "system_prompt":
            prompt = system_prompt(said, "system_prompt", "enabled", "mode")
            if prompt is not None:
                decision["system_prompt"] = prompt
            plugin.carried("system_prompt")
        case "jailbreak":
            _guards(decision)["jailbreak"] = attack_guard(said, unsaid="off")
            said.flag("include_history")  # all of a request is read here
            plugin.carried("guards.jailbreak")
        case "pii":
            allowed = said.texts("pii_types_allowed")
            is_off = said.flag("enabled") is False
            _guards(decision)["pii"] = {"mode": "off"} if is_off else pii_guard(said, allowed)
            said.flag("include_history")  # likewise
            plugin.approximated(f"guards.pii: what is not allowed is blocked; {NOT_SOUGHT}")
        case "header_mutation":
            _headers(plugin, said, decision)
        case "tool_selection" | "tools":
            _tools(plugin, said, decision)
        case _:
            plugin.left(f"nothing here does what {kind} does", _INSTEAD.get(kind, ""))


def _cache(plugin: Source, said: Source, decision: dict[str, Plain]) -> None:
    cache = cache_override(said, "enabled", "similarity_threshold", "ttl_seconds")
    semantic = said.get("semantic")
    if semantic is not None:
        cache |= cache_override(semantic, "enabled", "similarity_threshold", "ttl_seconds")
    mode = said.get("mode")
    way = mode.as_text() if mode is not None else None
    if way is not None and cache.get("mode") != "off":
        cache["mode"] = "exact" if way == "exact" else "semantic"
    scope = said.get("scope")
    who = scope.as_text() if scope is not None else None
    if scope is not None and who is not None:
        cache["scope"] = "global" if who == "global" else "identity"
        if who != "global":
            scope.approximated("those with the same values in the headers of `cache.identity`")
    decision["cache"] = dict(cache)
    plugin.carried("cache")


def _guards(decision: dict[str, Plain]) -> dict[str, Plain]:
    guards = decision.setdefault("guards", {})
    assert isinstance(guards, dict)
    return guards


def _headers(plugin: Source, said: Source, decision: dict[str, Plain]) -> None:
    headers: dict[str, Plain] = {}
    for key in ("add", "update"):
        for pair in said.list(key):
            name, value = pair.text("name"), pair.text("value")
            if name is None or value is None:
                continue
            if _SECRET_HEADER.search(name) or not _HEADER.fullmatch(name.lower()):
                pair.left(
                    "its value may be a secret, which does not belong into this file",
                    "let Envoy add it, from a secret of its own",
                )
            else:
                headers[name.lower()] = value
    removed = said.get("delete")
    if removed is not None:
        removed.left("headers are set here, not removed", "let Envoy remove them from the route")
    if headers:
        decision["headers"] = headers
        plugin.carried("headers")


def _tools(plugin: Source, said: Source, decision: dict[str, Plain]) -> None:
    mode = said.text("mode")
    keep = said.integer("top_k")
    if keep is None or keep < 1 or mode == "none":
        plugin.left(
            "tools are kept by how well they fit, so many of them; there are no lists of those "
            "that are allowed or forbidden",
            "write `tools: {keep: 8}`, and `pinned` for those that must stay",
        )
        return
    decision["tools"] = {"keep": keep}
    plugin.approximated("tools.keep: of the tools that a request brings; none are added to it")
    cosine = said.get("similarity_threshold")
    if cosine is not None:
        cosine.approximated_whole("the best so many stay, however alike they are")
