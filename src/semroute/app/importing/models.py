"""Their model servers and models as ours."""

from collections.abc import Iterator
from typing import Final

from attrs import evolve

from .addresses import Located, located
from .document import Plain
from .draft import Draft, origin, plain_name
from .facts import facts
from .places import DEFAULT_MODEL, existing
from .policies import pii_policy
from .source import Source

_NO_ADDRESS: Final = "it must say where the server is, as host:port or a URL"
_NOWHERE: Final = "127.0.0.1:8000"
_PLACEHOLDER: Final = "unplaced"


def carry_models(root: Source, draft: Draft) -> None:
    """Carries endpoints, models, and what is known of them."""
    for node in root.list("vllm_endpoints"):
        _flat_endpoint(node, draft)
    provided = list(_provided(root))
    for node in provided:
        _rename(node, draft)
    config = root.get("model_config")
    for name, node in config.entries() if config is not None else ():
        _flat_model(name, node, draft)
    for node in provided:
        _provided_model(node, draft)
    routing = root.get("routing")
    for key in ("modelCards", "model_cards") if routing is not None else ():
        for node in routing.list(key) if routing is not None else ():
            _card(node, draft)


def place_model(name: str, draft: Draft) -> str:
    """Returns our name of a model, which is written if nothing but its name is known."""
    ours = draft.model(name)
    if ours not in draft.document.section("models"):
        endpoints: dict[str, Plain] = dict.fromkeys(draft.serving.get(name, ()), 1)
        if not endpoints:
            at = draft.endpoint(_PLACEHOLDER, _NOWHERE, tls=False)
            _note_once(draft, ("endpoints", at), "The source does not say where these models run.")
            endpoints = {at: 1}
        draft.document.put(("models", ours, "endpoints"), endpoints)
    draft.models[name] = ours
    return ours


def place_default(root: Source, draft: Draft) -> None:
    """Carries the model that answers when nothing else is known."""
    for node in existing(root, DEFAULT_MODEL):
        name = node.as_text()
        if name is not None:
            is_known = draft.model(name) in draft.document.section("models")
            draft.document.put(("routing", "default_model"), place_model(name, draft))
            if is_known:
                node.carried("routing.default_model")
            else:
                node.left(
                    "nothing says where this model runs",
                    f"give models.{draft.model(name)} its endpoints",
                )
    if "default_model" not in draft.document.section("routing"):
        models = draft.document.section("models")
        first = next(iter(models), None) or place_model("default", draft)
        draft.document.put(
            ("routing", "default_model"), first, "The source names none; this is its first model."
        )


def _flat_endpoint(node: Source, draft: Draft) -> None:
    name = node.text("name") or f"endpoint-{node.path[-1]}"
    host, port, weight = node.text("address"), node.integer("port"), node.amount("weight")
    protocol = node.text("protocol") or "http"
    if host is None:
        node.left("it has no address of its own", "write it under endpoints, as host:port")
        return
    bare = f"[{host}]" if host.count(":") > 1 and not host.startswith("[") else host
    place = located(bare if port is None else f"{bare}:{port}", protocol)
    if place is None:
        node.misread(_NO_ADDRESS)
        return
    ours = _write_endpoint(node, name, place, draft)
    draft.endpoints[name] = ours, weight or 1
    for model in node.texts("models"):
        draft.serving.setdefault(model, []).append(ours)


def _write_endpoint(node: Source, name: str, place: Located, draft: Draft) -> str:
    ours = draft.endpoint(name, place.address, tls=place.tls)
    _note_once(draft, ("endpoints", ours), origin(node))
    health = node.text("health_check_path")
    if health is not None:
        draft.document.put(("endpoints", ours, "health_path"), health)
    if place.path:
        node.approximated(
            f"endpoints.{ours}; its base path is left out: requests go to the paths that clients "
            "ask for, so let Envoy rewrite the prefix"
        )
    elif place.has_login:
        node.approximated(f"endpoints.{ours}; what stood before its host is left out")
    else:
        node.carried(f"endpoints.{ours}")
    return ours


def _provided(root: Source) -> Iterator[Source]:
    providers = root.get("providers")
    if providers is not None:
        yield from providers.list("models")


def _rename(node: Source, draft: Draft) -> None:
    """Settles what a model is called: as its servers call it."""
    name = node.text("name")
    if name is None:
        node.misread("a model must have a name")
        return
    wire = node.get("provider_model_id")
    said = wire.as_text() if wire is not None else None
    if wire is not None and said is not None and plain_name(said) in draft.models.values():
        wire.left(
            "another model is called so by its servers, and one name is one model here",
            f"give models.{plain_name(name)} a server that knows it by this name",
        )
        said = None
    elif wire is not None and said is not None and said != name:
        wire.approximated(
            f"models.{plain_name(said)}: models are called as their servers call them, so clients "
            f"that ask for {name} outright must ask for this name"
        )
    draft.models[name] = plain_name(said or name)


def _provided_model(node: Source, draft: Draft) -> None:
    name = node.text("name")
    if name is None:
        return
    ours = draft.models[name]
    shares: dict[str, Plain] = {}
    references = [*node.list("backend_refs"), *node.list("endpoints")]
    for index, reference in enumerate(references):
        at = _reference(reference, f"{ours}-{index + 1}", draft)
        if at is not None:
            shares[at] = reference.amount("weight") or 1
    _write_model(node, ours, shares, draft)
    health = node.at("reliability", "health_check_path")
    path = health.as_text() if health is not None else None
    for endpoint in shares if path is not None else ():
        draft.document.put(("endpoints", endpoint, "health_path"), path or "/")


def _reference(node: Source, default: str, draft: Draft) -> str | None:
    name = node.text("name") or default
    protocol = node.text("protocol") or "http"
    address = node.text("endpoint") or node.text("base_url")
    place = located(address, protocol) if address is not None else None
    if place is None:
        node.misread(_NO_ADDRESS)
        return None
    return _write_endpoint(node, name, place, draft)


def _flat_model(name: str, node: Source, draft: Draft) -> None:
    if node.value is None:  # nothing is known of it but its name
        node.carried()
        node = evolve(node, value={})
    ours = draft.models.setdefault(name, plain_name(name))
    shares: dict[str, Plain] = {}
    for each in node.list("preferred_endpoints"):
        endpoint = each.as_text()
        if endpoint in draft.endpoints:
            at, weight = draft.endpoints[endpoint]
            shares[at] = weight
        elif endpoint is not None:
            each.left("no endpoint has this name", "write it under endpoints")
    shares = shares or dict.fromkeys(draft.serving.get(name, ()), 1)
    if not shares and draft.endpoints:
        shares = dict(draft.endpoints.values())
        node.approximated(f"models.{ours}, on every endpoint: it names none of its own")
    _write_model(node, ours, shares, draft)
    pii_policy(node, ("models", ours, "guards"), draft)


def _write_model(node: Source, ours: str, shares: dict[str, Plain], draft: Draft) -> None:
    where = ("models", ours)
    if shares:
        draft.document.put((*where, "endpoints"), shares)
        if node.path not in node.ledger.findings:
            node.carried(f"models.{ours}")
    else:
        at = draft.endpoint(_PLACEHOLDER, _NOWHERE, tls=False)
        _note_once(draft, ("endpoints", at), "The source does not say where these models run.")
        draft.document.put((*where, "endpoints"), {at: 1})
        node.approximated(f"models.{ours}, on the endpoint {at}: correct its address")
    draft.document.note(where, origin(node))
    facts(node, ours, draft)
    if ours != plain_name(ours) or (isinstance(node.path[-1], str) and node.path[-1] != ours):
        node.approximated(f"models.{ours}: names have no other characters here")
    for lora in node.list("loras"):
        _lora(lora, ours, draft)


def _lora(node: Source, base: str, draft: Draft) -> None:
    """Carries an adapter: a model of its own, as its servers see it."""
    name = node.text("name")
    if name is None:
        return
    ours = draft.models.setdefault(name, plain_name(name))
    endpoints = draft.document.section("models", base).get("endpoints", {})
    draft.document.put(("models", ours, "endpoints"), endpoints)
    draft.document.note(("models", ours), origin(node))
    said = node.text("description")
    if said is not None:
        draft.document.note(("models", ours), said)
    if base in draft.reasoners:
        family = draft.document.section("models", base)["family"]
        draft.document.put(("models", ours, "family"), family)
        draft.reasoners.add(ours)
    node.carried(f"models.{ours}")


def _card(node: Source, draft: Draft) -> None:
    name = node.text("name")
    if name is None:
        return
    ours = place_model(name, draft)
    node.carried(f"models.{ours}")
    facts(node, ours, draft)
    for lora in node.list("loras"):
        _lora(lora, ours, draft)


def _note_once(draft: Draft, where: tuple[str, ...], note: str) -> None:
    if note not in draft.document.notes.get(where, ()):
        draft.document.note(where, note)
