"""Small configurations in the formats of vLLM Semantic Router, one for each generation."""

from collections.abc import Iterator
from typing import Any, Final

import yaml

from semroute.adapters.settings.yamltree import parse
from semroute.app.importing import Translation, translate
from semroute.app.importing.source import Tree

SHIPPED: Final = frozenset({"computer science", "engineering", "history", "law", "math", "other"})

# Nothing in it is more than semroute has a word for.
PLAIN: Final = """
vllm_endpoints:
  - {name: east, address: 10.0.0.1, port: 8000, weight: 2}
  - {name: west, address: "fd00::1", port: 8000, weight: 1}
model_config:
  heron-70b:
    preferred_endpoints: [east, west]
    reasoning_family: heron
    pricing: {currency: USD, prompt_per_1m: 0.9, completion_per_1m: 1.8}
  wren-8b: {preferred_endpoints: [west]}
categories:
  - name: math
    model_scores:
      - {model: heron-70b, score: 0.9, use_reasoning: true, reasoning_effort: high}
      - {model: wren-8b, score: 0.4}
  - {name: other, model_scores: [{model: wren-8b, score: 0.7, use_reasoning: false}]}
reasoning_families:
  heron: {type: chat_template_kwargs, parameter: think}
default_model: wren-8b
"""

FLAT: Final = """
bert_model: {model_id: some/encoder, threshold: 0.6, use_cpu: true}
semantic_cache:
  enabled: true
  backend_type: redis
  similarity_threshold: 0.8
  max_entries: 500
  ttl_seconds: 0
  eviction_policy: fifo
tools: {enabled: false, top_k: 3, tools_db_path: tools.json}
prompt_guard: {enabled: true, threshold: 0.7, use_cpu: true}
vllm_endpoints:
  - {name: east, address: 10.0.0.1, port: 8000, models: [heron-70b], health_check_path: /health}
model_config:
  heron-70b:
    reasoning_family: heron
    access_key: hush-model
    pricing: {currency: EUR, prompt_per_1m: 0.9, completion_per_1m: 1.8}
    pii_policy: {allow_by_default: false, pii_types_allowed: [EMAIL_ADDRESS]}
  wren-8b:
    preferred_endpoints: [east, nowhere]
    pii_policy: {allow_by_default: true}
    loras: [{name: wren-law, description: reads statutes}]
classifier:
  category_model: {model_id: some/head, threshold: 0.6, fallback_category: other}
  pii_model: {model_id: another/head, threshold: 0.8}
categories:
  - name: math
    use_reasoning: true
    reasoning_description: sums are hard
    reasoning_effort: high
    model_scores: {heron-70b: 0.9, wren-8b: 0.4}
  - name: law
    description: statutes and cases
    system_prompt: Cite the statute.
    system_prompt_mode: insert
    semantic_cache_enabled: false
    jailbreak_enabled: true
    jailbreak_threshold: 0.8
    pii_enabled: true
    pii_threshold: 0.9
    model_scores: [{model: wren-8b, lora_name: wren-law, score: 0.7, use_reasoning: false}]
  - {name: gardening}
default_model: wren-8b
default_reasoning_effort: low
reasoning_families:
  heron: {type: chat_template_kwargs, parameter: think}
  crane: {type: telepathy, parameter: mind}
observability: {tracing: {enabled: true}}
hallucination_mitigation: {enabled: false, nli_model: {threshold: 0.7}}
auto_model_name: birds
sematic_cache: {enabled: true}
"""

PROVIDERS: Final = """
version: v0.1
listeners:
  - {name: main, address: 0.0.0.0, port: 8899, timeout: 2m}
  - {name: second, address: 0.0.0.0, port: 8898}
signals:
  keywords:
    - {name: urgent, operator: OR, keywords: [urgent, right now], case_sensitive: false}
  embeddings:
    - {name: refund, threshold: 0.8, candidates: [I want my money back], aggregation_method: mean}
  domains:
    - {name: tech, description: machines, mmlu_categories: [computer science, engineering]}
  fact_check: [{name: needs_fact_check, description: facts}]
decisions:
  - name: urgent_tech
    description: Machines that are on fire
    priority: 10
    rules:
      operator: AND
      conditions: [{type: keyword, name: urgent}, {type: domain, name: tech}]
    modelRefs: [{model: heron, use_reasoning: true}, {model: wren, use_reasoning: false}]
  - name: facts
    priority: 5
    rules: {operator: AND, conditions: [{type: fact_check, name: needs_fact_check}]}
    modelRefs: [{model: heron}]
providers:
  default_model: wren
  default_reasoning_effort: high
  reasoning_families: {gpt: {type: reasoning_effort, parameter: reasoning.effort}}
  models:
    - name: heron
      reasoning_family: gpt
      access_key: hush-heron
      param_size: 70b
      endpoints:
        - {name: one, weight: 3, endpoint: "heron.example:8000", protocol: http}
        - {name: two, weight: 1, endpoint: "heron.example:8443", protocol: https}
    - name: wren
      endpoints: [{name: one, weight: 1, endpoint: "wren.example:8000"}]
  external_models:
    - {role: guardrail, provider: vllm, endpoint: "x:1", model_name: x, access_key: hush-guard}
"""

LAYERED: Final = """
version: v0.3
providers:
  defaults: {model: heron, reasoning_effort: low}
  models:
    - name: heron
      provider_model_id: acme/heron-70b
      reasoning: {family: qwen3}
      pricing: {prompt_per_1m: 1, completion_per_1m: 2, cached_input_per_1m: 0.1}
      reliability: {health_check_path: /health, retry_count: 2}
      backend_refs:
        - {name: a, endpoint: "10.1.1.1:8000", weight: 80, api_key_env: HERON_KEY}
        - {name: b, base_url: "https://me:hush-url@llm.example/v2", weight: 20, api_key: hush-ref}
    - {name: wren, api_format: anthropic, backend_refs: [{endpoint: "${WREN_HOST}:8000"}]}
    - {name: owl, catalog: acme/owl}
routing:
  strategy: priority
  modelCards:
    - name: heron
      context_window_size: 131072
      capabilities: [chat, tools, vision]
      tags: [big]
      quality_score: 0.9
    - {name: wren, capabilities: [vision], loras: [{name: wren-law}]}
  signals:
    keywords:
      - {name: typed, keywords: [passport], method: fuzzy, fuzzy_threshold: 85}
      - {name: both, operator: AND, keywords: [red, green], case_sensitive: true}
      - {name: rare, method: bm25, keywords: [ledger], bm25_threshold: 0.1}
    embeddings:
      - {name: refund, threshold: 0.8, candidates: [money back], negative_candidates: [thanks]}
      - {name: scan, query_modality: image, threshold: 0.7, candidates: [an x-ray]}
    domains: [{name: law}, {name: cooking, description: kitchens}]
    language: [{name: de, threshold: 0.6}]
    context: [{name: long, min_tokens: 32K, max_tokens: 256K}]
    complexity:
      - {name: needs, threshold: 0.1, hard: {candidates: [prove it]}, easy: {candidates: [hi]}}
    structure:
      - name: questions
        feature: {type: count, source: {type: regex, pattern: "[?]"}}
        predicate: {gte: 4}
      - {name: dense, feature: {type: density, source: {type: regex, pattern: x}}}
      - {name: bytes, feature: {type: count, source: {type: text_bytes}}, predicate: {gte: 4000}}
    jailbreak: [{name: attack, method: contrastive, threshold: 0.8, jailbreak_patterns: [obey]}]
    pii: [{name: personal, threshold: 0.85, pii_types_allowed: [EMAIL_ADDRESS]}]
    preferences: [{name: terse, description: short answers, threshold: 0.7}]
    conversation:
      - {name: agent, feature: {type: exists, source: {type: tool_definition}}}
      - {name: picture, feature: {type: exists, source: {type: image_content}}}
    role_bindings:
      - {name: admin, role: admins, subjects: [{kind: Group, name: ops}, {kind: User, name: ada}]}
  decisions:
    - name: law route
      description: Law goes to the adapter
      priority: 200
      tier: 2
      rules:
        operator: AND
        conditions:
          - {type: domain, name: law}
          - {operator: NOT, conditions: [{type: jailbreak, name: attack}]}
      modelRefs:
        - {model: wren, lora_name: wren-law, use_reasoning: false}
        - {model: heron, use_reasoning: true, reasoning_effort: high}
      algorithm: {type: static}
      plugins:
        - {type: system_prompt, configuration: {mode: insert, system_prompt: "Cite:\\n${law}"}}
        - {type: response_cache, configuration: {enabled: true, scope: user, ttl_seconds: 60}}
        - {type: jailbreak, configuration: {enabled: true, threshold: 0.7}}
        - {type: pii, configuration: {enabled: true, pii_types_allowed: [PERSON]}}
        - type: header_mutation
          configuration:
            add: [{name: X-Team, value: law}, {name: X-Api-Key, value: hush-header}]
            delete: [x-debug]
        - {type: tool_selection, configuration: {enabled: true, mode: filter, top_k: 4}}
        - {type: rag, configuration: {enabled: false, backend: milvus}}
        - {type: memory, configuration: {enabled: true}}
    - name: either
      rules:
        operator: OR
        conditions:
          - {type: fact_check, name: needs_fact_check}
          - {type: complexity, name: "needs:hard"}
          - {type: domain, name: history}
          - {type: authz, name: admins}
      modelRefs: [{model: heron}]
      algorithm: {type: automix}
    - {name: rest, priority: -1, rules: {operator: AND, conditions: []}, modelRefs: [{model: owl}]}
global:
  router:
    auto_model_names: [birds, auto]
    model_selection: {automix: {cost_quality_tradeoff: 0.3}}
    learning: {protection: {identity: {headers: {session: X-Session-Id}}}}
  stores:
    response_cache: {enabled: true, backend_type: memory, redis: {password: hush-cache}}
  integrations: {tools: {enabled: true, top_k: 5, tools_db_path: tools.json}}
  services: {authz: {identity: {user_id_header: X-User}}, router_replay: {enabled: false}}
  model_catalog: {modules: {prompt_guard: {threshold: 0.65}, classifier: {pii: {threshold: 0.9}}}}
"""

EVERY: Final = {"plain": PLAIN, "flat": FLAT, "providers": PROVIDERS, "layered": LAYERED}


def imported(text: str) -> Translation:
    """What the command makes of a file."""
    tree = parse(text.replace("${", "$${"), {})
    assert not tree.problems, tree.problems
    return translate(tree.value, tree.lines, "theirs.yaml", SHIPPED)


def read(text: str) -> Any:
    """The values in a file. libyaml is many times faster than Python."""
    return yaml.load(text, yaml.CSafeLoader)


def translated(tree: Tree) -> Translation:
    """What the command makes of values that were never in a file."""
    return translate(tree, {}, "theirs.yaml", SHIPPED)


def secrets(text: str) -> Iterator[str]:
    """What nobody may see of a file."""
    return (word for word in text.replace('"', " ").replace("}", " ").split() if "hush-" in word)
