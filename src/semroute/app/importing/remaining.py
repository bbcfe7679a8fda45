"""What nothing here says, and what may be done about it."""

import re
from collections.abc import Iterable
from typing import Final

from semroute.domain.suggestions import did_you_mean

from .source import Source

_SECRET: Final = re.compile(
    r"(access|api)_?keys?(_env)?|password|secret|(auth_)?tokens?|auth_(header|prefix)|credentials"
)
_HOW_TO_KEEP_IT: Final = "clients' keys are passed on; let Envoy add a server's to its route"

_OWN_MODELS: Final = (
    "semroute has an encoder and heads of its own",
    "a checkpoint of yours goes under classifier.checkpoints",
)
_NO_SIGNAL: Final = (
    "no signal here says this",
    "a similarity signal with examples may come close",
)
_NO_SECOND_CALL: Final = ("one request goes to one model", "")
_NO_STATE: Final = ("the router keeps no conversations, documents or memories", "")
_ENVOY: Final = ("this is Envoy's to do", "add it to what `semroute envoy` prints")
_WORDS: Final = ("it says something to people only", "keep it in a comment")

# By the last key: the same names stand in many places of their format.
_WHY: Final[dict[str, tuple[str, str]]] = {
    **dict.fromkeys(
        (
            "bert_model", "embedding_models", "category_model", "pii_model", "mcp_category_model",
            "complexity_model", "model_id", "use_cpu", "use_modernbert", "use_mmbert_32k",
            "use_vllm", "category_mapping_path", "pii_mapping_path", "jailbreak_mapping_path",
            "embedding_model", "embeddings", "system", "deployments", "bindings", "admission",
            "mom_registry", "model_bindings", "external_models", "external", "modules",
            "classifier", "prompt_guard", "model_catalog", "prototype_scoring", "model_ref",
        ),
        _OWN_MODELS,
    ),
    **dict.fromkeys(
        (
            "fact_check_rules", "fact_check", "user_feedback_rules", "user_feedbacks", "reasks",
            "reask_rules", "modality", "modality_rules", "kb", "kbs", "events", "metadata",
            "classifiers", "decision", "safety", "hallucination", "projections", "latency_rules",
            "feedback_detector", "hallucination_mitigation", "subjects",
        ),
        _NO_SIGNAL,
    ),
    **dict.fromkeys(
        (
            "looper", "algorithm", "modelSelectionAlgorithm", "model_selection",
            "candidateIterations", "output_contract", "output_contract_spec", "shadow",
        ),
        _NO_SECOND_CALL,
    ),
    **dict.fromkeys(
        ("response_api", "memory", "vector_store", "router_replay", "tool_sessions", "emits"),
        _NO_STATE,
    ),
    **dict.fromkeys(
        (
            "ratelimit", "authz", "reliability", "fallback", "extra_headers", "timeout",
            "chat_path", "api_version", "streamed_body", "skip_processing", "lb_policy",
            "retry_count", "retry_on", "metrics_port", "metrics_path",
        ),
        _ENVOY,
    ),
    **dict.fromkeys(
        (
            "display_name", "publisher", "presentation", "distribution", "revision", "released_at",
            "knowledge_cutoff", "lifecycle", "annotations", "provider", "type", "engine_kind",
            "backend_id", "name", "description", "resource",
        ),
        _WORDS,
    ),
    "observability": (
        "metrics are always served, at server.admin",
        "docs/operations.md names them and the logs",
    ),
    "services": ("services beside routing are not a part of semroute", "see docs/operations.md"),
    "api": (
        "there is no API for classification",
        "`semroute explain` and `semroute eval` classify",
    ),
    "management_api": ("there is no API for management", "see docs/operations.md"),
    "evaluation": ("models are scored in decisions and categories", ""),
    "evaluation_catalog": ("models are scored in decisions and categories", ""),
    "quality_score": ("models are scored in decisions and categories", "write it there"),
    "recipes": ("a file holds one set of decisions", "import each recipe into a file of its own"),
    "entrypoints": (
        "a file holds one set of decisions",
        "import each recipe into a file of its own",
    ),
    "tier": ("decisions have priorities and no tiers", "raise the priority of the upper tiers"),
    "action": ("a decision chooses among its models, and no model is forced", ""),
    "adaptations": ("nothing is learnt from single answers", ""),
    "learning": ("nothing is learnt from single answers", ""),
    "tools_db_path": (
        "tools come with requests",
        "list them in a file of ours, and name it in a decision's tools.database",
    ),
    "pii_policy": ("it has no effect there without one of its keys", ""),
    "external_model_ids": (
        "a model has one name, that by which all of its servers know it",
        "call it so, under models",
    ),
    "provider_profile": ("an endpoint is host:port", "write it under endpoints"),
    "provider_profiles": ("an endpoint is host:port", "write it under endpoints"),
    "max_output_tokens": ("only what a model reads at most is known here, as context", ""),
    "modalities": ("what a model takes is `can`", "write `can: [tools, images]` in the model"),
    "cache_write_per_1m": ("a price is one of input and one of output", ""),
    "catalog": ("models are described in the file", "write its endpoints, context and price"),
    "backend_config_path": ("the cache needs no file of its own", "see `cache.store`"),
    "redis": ("answers are kept on disk or in PostgreSQL", "see `cache.store`"),
    "milvus": ("answers are kept on disk or in PostgreSQL", "see `cache.store`"),
    "valkey": ("answers are kept on disk or in PostgreSQL", "see `cache.store`"),
    "polarity_guard": ("answers are always compared for what they deny", ""),
}  # fmt: skip

# Of these nothing is known but what is read, and that is little.
_WHOLLY: Final = frozenset({"learning", "model_selection", "authz", "services", "reliability"})


def leave(node: Source, asked: Iterable[str]) -> None:
    """Notes of something that nobody has read why that is.

    Args:
        node: It.
        asked: The keys that could have stood beside it.
    """
    name = next((key for key in reversed(node.path) if isinstance(key, str)), "")
    is_off = isinstance(node.value, dict) and node.value.get("enabled") is False
    if _SECRET.fullmatch(name):
        node.left("a secret, or where one goes; it is not repeated here", _HOW_TO_KEEP_IT)
    elif is_off:
        node.carried_whole()  # it is off there and not here
    elif name in _WHY:
        node.left(*_WHY[name])
    elif around := [key for key in node.path if key in _WHOLLY]:
        node.left(*_WHY[str(around[-1])])
    else:
        near = did_you_mean(name, sorted(set(asked) - {name})).removeprefix("; ")
        node.left("unknown key", near)
