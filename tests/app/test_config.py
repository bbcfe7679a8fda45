from importlib import resources
from typing import Any

import pytest
import yaml
from attrs import evolve

from semroute.adapters.settings import SettingsError, load
from semroute.app.config import (
    Library,
    LibraryCategory,
    definitions_of,
    names_of,
    policy_of,
    router_addresses_of,
    settings_of_worker,
)
from semroute.app.mistakes import mistakes_in
from semroute.app.settings import Settings
from semroute.domain.classification import CategoryDefinition
from semroute.domain.routing import Candidate, WeightedEndpoint

LIBRARY = Library({"math": LibraryCategory("numbers", ("one plus one",))})
DEFAULTS = resources.files("semroute.app") / "defaults"


def document(**changes: Any) -> dict[str, Any]:
    base: dict[str, Any] = {
        "endpoints": {"gpu": {"address": "127.0.0.1:8001"}},
        "models": {"big": {"endpoints": {"gpu": 2}}},
        "categories": {"math": {"candidates": {"big": 0.9}}},
        "routing": {"default_model": "big"},
    }
    return base | changes


def loaded(**changes: Any) -> Settings:
    text = yaml.safe_dump(document(**changes))
    return load(text, Settings, check=lambda settings: mistakes_in(settings, LIBRARY))


def mistakes(**changes: Any) -> dict[str, str]:
    with pytest.raises(SettingsError) as caught:
        loaded(**changes)
    return {problem.place: problem.message for problem in caught.value.problems}


def test_settings_become_rules() -> None:
    policy = policy_of(loaded(routing={"default_model": "big", "min_confidence": 0.4}))
    assert policy.models["big"].endpoints == (WeightedEndpoint("gpu", 2.0),)
    assert policy.categories["math"].candidates == (Candidate("big", 0.9),)
    assert policy.min_confidence == 0.4
    assert policy.digest.startswith("sha256:")


def test_the_digest_changes_with_the_settings_and_only_then() -> None:
    routing = {"default_model": "big", "min_confidence": 0.4}
    assert policy_of(loaded()).digest == policy_of(loaded()).digest
    assert policy_of(loaded()).digest != policy_of(loaded(routing=routing)).digest


def test_a_shipped_category_need_not_be_described_and_may_be() -> None:
    assert definitions_of(loaded(), LIBRARY) == (
        CategoryDefinition("math", "numbers", ("one plus one",)),
    )
    own = {"math": {"description": "sums", "examples": ["two"]}}
    assert definitions_of(loaded(categories=own), LIBRARY) == (
        CategoryDefinition("math", "sums", ("two",)),
    )


def test_header_names_can_be_changed() -> None:
    assert (
        names_of(loaded(headers={"model": "x-vsr-selected-model"})).model == "x-vsr-selected-model"
    )
    assert names_of(loaded()).endpoint == "x-gateway-destination-endpoint"
    ours = names_of(loaded(headers={"endpoint": "x-semroute-endpoint"}))
    assert ours.endpoint == "x-semroute-endpoint"
    assert ours.endpoint in ours.owned


def test_an_endpoint_is_told_by_its_name_or_by_its_address() -> None:
    places = {"gpu": {"address": "10.0.0.7:8000"}, "six": {"address": "[fd00::7]:8000"}}
    assert names_of(loaded(endpoints=places)).endpoint_value("gpu") == "gpu"
    names = names_of(loaded(endpoints=places, headers={"endpoint_value": "address"}))
    assert names.endpoint_value("gpu") == "10.0.0.7:8000"
    assert names.endpoint_value("six") == "[fd00::7]:8000"


@pytest.mark.parametrize(
    ("changes", "place", "message"),
    [
        ({"routing": {"default_model": "bug"}}, "routing.default_model", "did you mean 'big'?"),
        (
            {"routing": {"default_model": "big", "embedding_model": "bug"}},
            "routing.embedding_model",
            "did you mean 'big'?",
        ),
        (
            {"models": {"big": {"endpoints": {"gpa": 1}}}},
            "models.big.endpoints.gpa",
            "did you mean 'gpu'?",
        ),
        ({"models": {"big": {"endpoints": {}}}}, "models.big.endpoints", "at least one endpoint"),
        (
            {"categories": {"math": {"candidates": {"bit": 1}}}},
            "categories.math.candidates.bit",
            "did you mean 'big'?",
        ),
        ({"categories": {"maths": {}}}, "categories.maths", "did you mean 'math'?"),
        (
            {"categories": {"own": {"examples": ["x", " "]}}},
            "categories.own.examples[1]",
            "some text",
        ),
        ({"categories": {}}, "categories", "at least one"),
        (
            {"routing": {"default_model": "big", "aliases": ["big"]}},
            "routing.aliases[0]",
            "model too",
        ),
        (
            {"routing": {"default_model": "big", "budget_seconds": 1.7}},
            "routing.budget_seconds",
            "at most 1.6",
        ),
        ({"server": {"extproc": "0.0.0.0:50051"}}, "server.extproc", "allow_remote"),
        ({"server": {"extproc": "nowhere"}}, "server.extproc", "neither"),
        ({"server": {"admin": "unix:/x"}}, "server.admin", "host:port"),
        ({"endpoints": {"gpu": {"address": "127.0.0.1"}}}, "endpoints.gpu.address", "neither"),
        ({"endpoints": {"gpu": {"address": "unix:/x"}}}, "endpoints.gpu.address", "host:port"),
        (
            {"endpoints": {"gpu": {"address": "169.254.169.254:80"}}},
            "endpoints.gpu.address",
            "metadata",
        ),
        ({"headers": {"model": "x-routing-confidence"}}, "headers.confidence", "something else"),
        ({"headers": {"model": "content-length"}}, "headers.model", "begin with x-"),
        ({"headers": {"model": "x-envoy-retries"}}, "headers.model", "of its own"),
        ({"headers": {"model": "x-semroute-reason"}}, "headers.model", "of its own"),
        ({"headers": {"model": "x-semroute-endpoint"}}, "headers.model", "of its own"),
        (
            {"headers": {"model": "x-gateway-destination-endpoint"}},
            "headers.model",
            "something else",
        ),
        (
            {
                "headers": {"endpoint_value": "address"},
                "endpoints": {"gpu": {"address": "vllm:8000"}},
            },
            "endpoints.gpu.address",
            "must be ip:port",
        ),
        (
            {
                "headers": {"endpoint_value": "address"},
                "endpoints": {
                    "gpu": {"address": "10.0.0.7:8000"},
                    "same": {"address": "10.0.0.7:8000"},
                },
            },
            "endpoints.same.address",
            "gpu has it too",
        ),
        ({"server": {"extproc": "localhost:1"}}, "server.extproc", "as 127.0.0.1:1"),
        ({"envoy": {"listen": "localhost:80"}}, "envoy.listen", "as 127.0.0.1:80"),
        ({"envoy": {"admin": "0.0.0.0:80"}}, "envoy.admin", "allow_remote"),
        ({"envoy": {"listen": "0.0.0.0:9190"}}, "envoy.listen", "has 127.0.0.1:9190 already"),
        (
            {"server": {"admin": "localhost:8801"}},
            "envoy.listen",
            "server.admin has localhost:8801 already",
        ),
        ({"server": {"extproc": f"unix:/{'x' * 105}", "workers": 9}}, "server.extproc", "107"),
        ({"server": {"extproc": "unix:/"}}, "server.extproc", "neither"),
        (
            {"endpoints": {"gpu": {"address": "[::ffff:169.254.169.254]:80"}}},
            "endpoints.gpu.address",
            "metadata",
        ),
        (
            {"server": {"extproc": "127.0.0.1:8800", "workers": 2}},
            "envoy.listen",
            "server.extproc has 127.0.0.1:8801 already",
        ),
        (
            {"server": {"extproc": "127.0.0.1:65400", "workers": 256}},
            "server.extproc",
            "no 256 ports",
        ),
        (
            {"envoy": {"admin": "127.0.0.1:8801"}},
            "envoy.admin",
            "envoy.listen has 127.0.0.1:8801 already",
        ),
        (
            {"endpoints": {"gpu": {"address": "127.0.0.1:8001", "health_path": "health"}}},
            "endpoints.gpu.health_path",
            "regex",
        ),
        ({"endpoints": {"semroute": {"address": "a:1"}}}, "endpoints.semroute", "router itself"),
        (
            {"routing": {"default_model": "big", "aliases": ["a", "b", "a"]}},
            "routing.aliases[2]",
            "twice",
        ),
        (
            {"classifier": {"max_windows": 5, "max_waiting": 4}},
            "classifier.max_windows",
            "at most 4",
        ),
        ({"headers": {"model": "X-Model"}}, "headers.model", "regex"),
        ({"headers": {"model": "x-model\n"}}, "headers.model", "regex"),
        ({"models": {"big\n": {"endpoints": {"gpu": 1}}}}, "models.big\n", "regex"),
        ({"models": {"a\nb": {"endpoints": {"gpu": 1}}}}, "models.a\nb", "regex"),
        ({"models": {"big": {"endpoints": {"gpu": 0}}}}, "models.big.endpoints.gpu", "> 0"),
        ({"version": 2}, "version", "one of 1"),
    ],
)
def test_a_contradiction_is_reported_with_its_place(
    changes: dict[str, Any], place: str, message: str
) -> None:
    found = mistakes(**changes)
    assert place in found
    assert message in found[place]


def test_a_listener_may_be_reachable_if_that_is_wanted() -> None:
    server = {"extproc": "0.0.0.0:50051", "admin": "0.0.0.0:9190", "allow_remote": True}
    assert loaded(server=server).server.allow_remote


def test_each_process_has_an_address_and_its_share_of_the_cores() -> None:
    settings = loaded(server={"extproc": "unix:/run/s.sock", "workers": 3})
    workers = [settings_of_worker(settings, index, cores=8) for index in range(3)]
    assert [worker.server.extproc for worker in workers] == [
        "unix:/run/s.sock",
        "unix:/run/s-1.sock",
        "unix:/run/s-2.sock",
    ]
    assert [str(address) for address in router_addresses_of(settings)] == [
        worker.server.extproc for worker in workers
    ]
    assert {worker.server.admin for worker in workers} == {"127.0.0.1:0"}
    assert {worker.classifier.workers for worker in workers} == {2}
    assert settings_of_worker(settings, 0, cores=1).classifier.workers == 1
    chosen = evolve(settings, classifier=evolve(settings.classifier, workers=5))
    assert settings_of_worker(chosen, 0, cores=8).classifier.workers == 5


def test_several_mistakes_are_reported_together() -> None:
    found = mistakes(
        routing={"default_model": "bug", "min_confidense": 1},
        server={"extproc": "nowhere"},
    )
    assert set(found) == {"routing.default_model", "routing.min_confidense", "server.extproc"}


def test_what_cannot_work_is_found_in_decisions_too() -> None:
    signals = {"urgent": {"keywords": {"any": ["urgent"]}}}
    kept = {"when": "urgent", "cache": {"mode": "exact", "scope": "identity"}}
    asked = {"when": "urgent", "guards": {"pii": {"actions": {"email": "route"}}}}
    found = mistakes(
        signals=signals, decisions={"kept": kept, "asked": asked}, cache={"identity": []}
    )
    assert set(found) == {"cache.identity", "decisions.asked.guards.pii.actions"}


def test_thresholds_that_nothing_reaches_are_refused() -> None:
    thresholds = {"email": 0.95, "iban": 1, "person": 0.95, "password": 0.9}
    pii = {"mode": "enforce", "thresholds": thresholds}
    answers = {"thresholds": {"domain": 0.85, "person": 0.5}}
    found = mistakes(guards={"pii": pii, "answers": answers, "jailbreak": {"threshold": 1}})
    assert found.keys() == {
        *("guards.jailbreak.threshold", "guards.pii.thresholds.email"),
        *("guards.answers.thresholds.domain", "guards.answers.thresholds.person"),
    }
    assert "surer than 0.9" in found["guards.pii.thresholds.email"]
    checkpoint = {"directory": "models/mine", "task": "entities", "use": "add"}
    assert loaded(guards={"pii": pii}, classifier={"checkpoints": [checkpoint]})


@pytest.mark.parametrize(
    ("signal", "place", "message"),
    [
        ({"pii": {"any": ["email"], "at_least": 0.95}}, "pii.at_least", "surer than 0.9"),
        ({"pii": {"any": ["passport"], "at_least": 0.9}}, "pii.at_least", "surer than 0.8"),
        ({"pii": {"any": ["passport", "jwt"], "at_least": 0.95}}, "pii.at_least", "surer than 0.9"),
        ({"jailbreak": {"at_least": 1}}, "jailbreak.at_least", "< 1.0"),
        ({"injection": {"at_least": 1.0}}, "injection.at_least", "< 1.0"),
    ],
)
def test_signals_that_would_never_show_are_refused(
    signal: dict[str, Any], place: str, message: str
) -> None:
    found = mistakes(signals={"s": signal})
    assert found.keys() == {f"signals.s.{place}"}
    assert message in found[f"signals.s.{place}"]


@pytest.mark.parametrize(
    "signal",
    [
        {"pii": {"any": ["email"], "at_least": 0.9}},
        {"pii": {"any": ["passport", "jwt"], "at_least": 0.9}},
        {"pii": {"any": ["passport", "iban"], "at_least": 1}},
        {"pii": {"any": ["person"], "at_least": 0.99}},
        {"jailbreak": {"at_least": 0.999}},
    ],
)
def test_signals_that_one_kind_can_reach_are_not(signal: dict[str, Any]) -> None:
    assert loaded(signals={"s": signal})


def test_a_checkpoint_may_be_surer_than_the_patterns() -> None:
    checkpoint = {"directory": "models/mine", "task": "entities", "use": "add"}
    signals = {"s": {"pii": {"any": ["email"], "at_least": 0.95}}}
    assert loaded(signals=signals, classifier={"checkpoints": [checkpoint]})


def test_what_the_letters_may_say_alone_has_a_begin_and_an_end() -> None:
    assert loaded(screening={"unsure_from": 0, "sure_from": 1})
    for wrong in ({"unsure_from": 0.99}, {"unsure_from": 0.5, "sure_from": 0.4}):
        assert set(mistakes(screening=wrong)) == {"screening.unsure_from"}


def test_who_asks_for_health_must_know_where() -> None:
    routing = {"default_model": "big", "health": "envoy"}
    assert set(mistakes(routing=routing, envoy={"admin": "127.0.0.1:0"})) == {"envoy.admin"}


def test_complexity_is_not_asked_of_an_encoder_that_cannot_tell_it() -> None:
    signals = {"hard": {"complexity": {"at_least": 0.7}}}
    assert loaded(signals=signals).signals.keys() == {"hard"}
    found = mistakes(signals=signals, classifier={"directory": "encoder"})
    assert "signals.hard.complexity" in found


def test_tools_are_not_put_before_models_that_cannot_call_them() -> None:
    signals = {"urgent": {"keywords": {"any": ["urgent"]}}}
    tools = {"keep": 1, "database": "tools.yaml"}
    models = {"big": {"endpoints": {"gpu": 2}, "can": ["images"]}}
    decisions = {"equipped": {"when": "urgent", "models": {"big": 1}, "tools": tools}}
    found = mistakes(signals=signals, decisions=decisions, models=models)
    assert set(found) == {"decisions.equipped.tools.database"}


def test_the_shipped_files_are_sound() -> None:
    library = load((DEFAULTS / "categories.yaml").read_text(), Library)
    settings = load(
        (DEFAULTS / "semroute.yaml").read_text(),
        Settings,
        check=lambda settings: mistakes_in(settings, library),
    )
    assert set(settings.categories) == set(library.categories)
    assert len(settings.categories) == 14
    for name, category in library.categories.items():
        wanted = 100 if name == "other" else 50
        assert len(set(map(str.lower, category.examples))) == len(category.examples) >= wanted
        assert all(len(example) <= 500 for example in category.examples)
    assert policy_of(settings).default_model in settings.models
