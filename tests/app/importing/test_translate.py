"""What settings of vLLM Semantic Router come to."""

from collections.abc import Mapping
from typing import Any

import pytest

from semroute.app.importing import Approximated, Left, UnreadableError, place_of, translate

from .configurations import EVERY, FLAT, LAYERED, PLAIN, PROVIDERS, imported, read, translated
from .shape import check_shape


def tree_of(text: str) -> Mapping[str, Any]:
    return imported(text).document.tree


def left_in(text: str) -> dict[str, str]:
    return {place_of(each.path): each.why for each in imported(text).left}


def approximated_in(text: str) -> dict[str, str]:
    return {place_of(each.path): each.how for each in imported(text).approximated}


@pytest.mark.parametrize("name", EVERY)
def test_every_generation_becomes_a_configuration_of_our_shape(name: str) -> None:
    check_shape(tree_of(EVERY[name]))


def test_formats_are_told_apart() -> None:
    assert [imported(each).format.split()[0] for each in (FLAT, PROVIDERS, LAYERED)] == [
        "flat",
        "providers,",
        "providers,",
    ]
    assert "v0.3" in imported(LAYERED).format


@pytest.mark.parametrize("tree", [{}, [], "text", {"services": {"web": 1}}])
def test_a_file_of_somebody_else_s_is_refused(tree: Any) -> None:
    with pytest.raises(UnreadableError) as caught:
        translate(tree, {}, "x.yaml", frozenset())
    assert "no configuration of vLLM" in caught.value.misread[0].message


def test_endpoints_models_and_scores_are_the_same() -> None:
    tree = tree_of(PLAIN)
    assert tree["endpoints"]["west"] == {"address": "[fd00::1]:8000"}
    assert tree["models"]["heron-70b"] == {
        "endpoints": {"east": 2, "west": 1},
        "price": {"input": 0.9, "output": 1.8},
        "family": "heron",
    }
    assert tree["categories"]["math"] == {"candidates": {"heron-70b": 0.9, "wren-8b": 0.4}}
    assert tree["routing"] == {"default_model": "wren-8b", "aliases": ["auto", "MoM"], "quality": 1}


def test_reasoning_of_a_category_becomes_a_decision() -> None:
    tree = tree_of(PLAIN)
    assert tree["decisions"] == {
        "math": {
            "when": "math",
            "models": {"heron-70b": 0.9, "wren-8b": 0.4},
            "reasoning": "high",
        }
    }
    switch = tree["reasoning"]["heron"]["chat"]
    assert switch["off"] == {"chat_template_kwargs": {"think": False}}
    assert switch["low"] == {"chat_template_kwargs": {"think": True}}


def test_what_a_flat_category_says_besides_goes_where_it_belongs() -> None:
    tree = tree_of(FLAT)
    law = tree["categories"]["law"]
    assert law["cache"] == {"mode": "off"}
    assert law["guards"]["jailbreak"] == {"mode": "enforce", "threshold": 0.8}
    assert law["guards"]["pii"]["thresholds"]["email"] == 0.9
    assert "description" not in law  # it ships
    assert tree["decisions"]["law"]["system_prompt"] == {
        "mode": "insert",
        "text": "Cite the statute.",
    }
    assert tree["categories"]["gardening"] == {"description": "gardening"}
    assert tree["routing"]["min_confidence"] == 0.6
    assert tree["signals"]["law"] == {"category": {"any": ["law"], "at_least": 0.6}}


def test_what_a_model_may_not_see_is_blocked_for_it() -> None:
    models = tree_of(FLAT)["models"]
    actions = models["heron-70b"]["guards"]["pii"]["actions"]
    assert (actions["email"], actions["phone"]) == ("allow", "block")
    assert models["wren-8b"]["guards"]["pii"] == {"mode": "off"}


def test_an_adapter_is_a_model_where_its_base_is() -> None:
    assert tree_of(FLAT)["models"]["wren-law"]["endpoints"] == {"east": 1}


def test_the_cache_keeps_our_threshold() -> None:
    assert tree_of(FLAT)["cache"] == {
        "mode": "semantic",
        "ttl_seconds": 31_536_000,
        "store": {"max_entries": 500},
    }
    assert "cosine" in approximated_in(FLAT)["semantic_cache.similarity_threshold"]
    assert "not in redis" in left_in(FLAT)["semantic_cache.backend_type"]


def test_what_is_switched_off_is_not_missed() -> None:
    lost = left_in(FLAT)
    assert not [place for place in lost if place.startswith(("tools", "hallucination"))]


def test_a_key_that_was_misspelled_is_guessed() -> None:
    (typo,) = [each for each in imported(FLAT).left if each.path == ("sematic_cache",)]
    assert typo.why == "unknown key"
    assert "semantic_cache" in typo.suggestion


def test_listeners_become_envoy_s() -> None:
    assert tree_of(PROVIDERS)["envoy"] == {
        "listen": "0.0.0.0:8899",
        "request_timeout_seconds": 120,
    }
    assert "listeners[1]" in left_in(PROVIDERS)


def test_endpoints_of_one_name_stay_apart() -> None:
    tree = tree_of(PROVIDERS)
    assert tree["endpoints"]["one"]["address"] == "heron.example:8000"
    assert tree["endpoints"]["one-2"]["address"] == "wren.example:8000"
    assert tree["endpoints"]["two"] == {"address": "heron.example:8443", "tls": True}
    assert tree["models"]["wren"]["endpoints"] == {"one-2": 1}


def test_a_domain_of_several_labels_asks_for_each() -> None:
    tree = tree_of(PROVIDERS)
    assert tree["signals"]["tech"] == {"category": {"any": ["computer science", "engineering"]}}
    assert tree["decisions"]["urgent_tech"]["when"] == {"all": ["urgent", "tech"]}


def test_a_decision_that_cannot_be_decided_is_left_and_says_what_it_rests_on() -> None:
    assert "facts" not in tree_of(PROVIDERS)["decisions"]
    assert "fact_check 'needs_fact_check'" in left_in(PROVIDERS)["decisions[1]"]


def test_a_field_with_a_dot_is_one_within_another() -> None:
    chat = tree_of(PROVIDERS)["reasoning"]["gpt"]["chat"]
    assert chat["high"] == {"reasoning": {"effort": "high"}}
    assert "off" not in chat


def test_models_are_called_as_their_servers_call_them() -> None:
    tree = tree_of(LAYERED)
    assert tree["routing"]["default_model"] == "acme/heron-70b"
    assert tree["models"]["acme/heron-70b"]["can"] == ["tools", "images"]
    assert tree["models"]["acme/heron-70b"]["price"] == {"input": 1, "output": 2, "cached": 0.1}
    assert tree["models"]["acme/heron-70b"]["context"] == 131_072
    assert "can" not in tree["models"]["wren"]
    assert tree["endpoints"]["b"]["address"] == "llm.example:443"


def test_a_variable_of_the_environment_stays_one() -> None:
    assert tree_of(LAYERED)["endpoints"]["wren-1"]["address"] == "${WREN_HOST}:8000"


def test_conditions_keep_their_trees() -> None:
    decisions = tree_of(LAYERED)["decisions"]
    assert decisions["law-route"]["when"] == {"all": ["law"], "none": ["attack"]}
    roles = {"any": ["admin", "admin-authz"]}
    assert decisions["either"]["when"] == {"any": ["needs-hard", "history", roles]}
    assert decisions["rest"]["when"] == "always"


def test_plugins_become_parts_of_the_decision() -> None:
    decision = tree_of(LAYERED)["decisions"]["law-route"]
    assert decision["headers"] == {"x-team": "law"}
    assert decision["tools"] == {"keep": 4}
    assert decision["cache"] == {"mode": "semantic", "ttl_seconds": 60, "scope": "identity"}
    assert decision["guards"]["jailbreak"] == {"mode": "enforce", "threshold": 0.7}
    assert decision["guards"]["pii"]["actions"]["person"] == "allow"
    assert decision["system_prompt"]["mode"] == "insert"
    assert decision["reasoning"] == "high"  # the adapter's base has no family, so it says nothing
    lost = left_in(LAYERED)
    assert "routing.decisions[0].plugins[7]" in lost
    assert not any("plugins[6]" in place for place in lost)  # it is off


@pytest.mark.parametrize(
    ("name", "signal"),
    [
        ("typed", {"keywords": {"any": ["passport"], "typos": 2}}),
        ("both", {"keywords": {"all": ["red", "green"], "case_sensitive": True}}),
        ("rare", {"keywords": {"any": ["ledger"]}}),
        ("refund", {"similarity": {"examples": ["money back"], "at_least": 0.8}}),
        ("terse", {"similarity": {"examples": ["short answers"], "at_least": 0.7}}),
        ("de", {"language": {"any": ["de"], "at_least": 0.6}}),
        ("long", {"context": {"at_least": 32_000, "below": 256_001}}),
        ("bytes", {"context": {"at_least": 1000}}),
        ("questions", {"regex": {"pattern": "(?s:(?:[?]).*?){4}"}}),
        ("needs-hard", {"complexity": {"at_least": 0.7}}),
        ("attack", {"jailbreak": {"at_least": 0.8}}),
        ("agent", {"tools": {"at_least": 1}}),
        ("picture", {"modality": {"any": ["image"]}}),
        ("admin", {"header": {"name": "x-authz-user-groups", "any": ["ops"]}}),
        ("admin-authz", {"header": {"name": "x-user", "any": ["ada"]}}),
    ],
)
def test_rules_become_signals(name: str, signal: dict[str, Any]) -> None:
    assert tree_of(LAYERED)["signals"][name] == signal


def test_thresholds_that_nothing_here_reaches_become_the_highest_that_something_does() -> None:
    certain = LAYERED.replace(
        "jailbreak: [{name: attack, method: contrastive, threshold: 0.8",
        "jailbreak: [{name: attack, method: contrastive, threshold: 1.0",
    )
    assert tree_of(certain)["signals"]["attack"] == {"jailbreak": {"at_least": 0.9999}}


def test_conversations_and_prices_are_weighed_as_before() -> None:
    routing = tree_of(LAYERED)["routing"]
    assert routing["quality"] == 0.7
    assert routing["pin"] == "cost"
    assert routing["conversation_headers"] == ["x-session-id"]
    assert routing["aliases"] == ["auto", "birds"]


def test_a_model_that_runs_nowhere_gets_a_place_to_fill_in() -> None:
    translation = imported(LAYERED)
    tree: Any = translation.document.tree
    assert tree["models"]["owl"]["endpoints"] == {"unplaced": 1}
    assert any(isinstance(each, Approximated | Left) and each.path[-1] == 2
               for each in translation.findings)  # fmt: skip


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"vllm_endpoints": 3}, "vllm_endpoints"),
        ({"vllm_endpoints": [{"name": "a", "address": "http://", "port": 1}]}, "vllm_endpoints[0]"),
        ({"default_model": 3}, "default_model"),
        ({"semantic_cache": {"enabled": "yes"}}, "semantic_cache.enabled"),
        ({"prompt_guard": {"threshold": 7}}, "prompt_guard.threshold"),
        ({"model_config": []}, "model_config"),
        ({"categories": [{"model_scores": []}]}, "categories[0]"),
        ({"default_reasoning_effort": "enormous"}, "default_reasoning_effort"),
        (
            {"decisions": [{"name": "a", "rules": {"operator": "XOR"}}]},
            "decisions[0].rules.operator",
        ),
        ({"keyword_rules": [{"name": "a", "operator": "XOR"}]}, "keyword_rules[0].operator"),
        ({"context_rules": [{"name": "a", "min_tokens": "many"}]}, "context_rules[0].min_tokens"),
    ],
)
def test_a_value_of_the_wrong_type_is_a_mistake_with_its_place(
    change: dict[str, Any], place: str
) -> None:
    with pytest.raises(UnreadableError) as caught:
        translated(read(FLAT) | change)
    assert place in [place_of(each.path) for each in caught.value.misread]
