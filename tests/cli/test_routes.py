"""`semroute test`, as people and CI systems run it."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema
import pytest
import yaml

from .run import semroute

ROOT = Path(__file__).parents[2]
EXAMPLE = (ROOT / "examples/routes_test.yaml").read_text()

CONFIG = """
endpoints: {gpu: {address: "127.0.0.1:9"}, cpu: {address: "127.0.0.1:9"}}
models:
  big: {endpoints: {gpu: 1, cpu: 1}}
  euler: {endpoints: {gpu: 1}}
categories:
  math: {candidates: {euler: 1}, cache: {mode: exact}}
  law: {candidates: {big: 1}}
routing: {default_model: big, budget_seconds: 0.008}
screening: {budget_seconds: 0.008}
envoy: {message_timeout_seconds: 0.01}
cache: {scope: global}
guards: {pii: {mode: enforce}}
signals: {urgent: {keywords: {any: [urgent]}, budget_ms: 1}}
decisions: {hurry: {when: urgent, models: {euler: 1}, tools: {keep: 1}}}
# What tests do not heed: they say where prompts go, not how fast the machine is.
classifier: {max_waiting: 16}
"""
TESTS = """
config: semroute.yaml
tests:
  - name: sums
    prompt: "What is the integral of x^2 from 0 to 1?"
    expect: {model: euler, category: math, cached: true, guard: pass}
    variants: {typos: 10, case: true, whitespace: true, punctuation: true, max_flips: 1}
  - name: leases
    prompts: ["Can my landlord evict me?", "Is a lease without a signature valid?"]
    expect: {model: big, cached: false}
  - name: addresses
    prompt: "Solve x + 1 = 3 and send it to jane.doe@example.com"
    expect: {guard: pii=mask, cached: false, blocked: false}
  - name: hurry
    request:
      messages: [{role: user, content: This is urgent - when does the next train leave}]
      tools:
        # By words alone it would be this one.
        - {type: function, function: {name: paint, description: Leaves the next coat to dry.}}
        - {type: function, function: {name: railway, description: Departures and timetables.}}
    expect: {decision: hurry, model: euler, reason: rule, tools: [railway]}
"""


def test_a_file_that_cannot_be_used_is_explained(tmp_path: Path) -> None:
    (tmp_path / "semroute.yaml").write_text(CONFIG)
    (tmp_path / "bad.yaml").write_text(
        TESTS.replace("model: euler", "model: eular", 1).replace("cached: true", "cashed: true")
    )
    result = semroute(tmp_path, "test", "bad.yaml")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.splitlines() == [
        f"error: bad.yaml: line 6: tests[0].expect.{each}"
        for each in (
            "cashed: unknown key; did you mean 'cached'?",
            "model: no model is called eular; did you mean 'euler'?",
        )
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "routes_test.yaml: No such file"),
        (["no-config.yaml"], "no.yaml: No such file"),
        (["no-config.yaml", "--config", "other.yaml"], "other.yaml: No such file"),
        (["no-config.yaml", "--junit", "nowhere/x.xml"], "there is no directory nowhere"),
        (["no-config.yaml", "--timeout", "0"], "timeout"),
    ],
)
def test_what_is_missing_is_told(tmp_path: Path, arguments: list[str], message: str) -> None:
    (tmp_path / "no-config.yaml").write_text(TESTS.replace("semroute.yaml", "no.yaml"))
    result = semroute(tmp_path, "test", *arguments)
    assert result.returncode == 2
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def test_the_schema_accepts_the_example_and_refuses_what_is_wrong(tmp_path: Path) -> None:
    schema = json.loads(semroute(tmp_path, "test", "--schema").stdout)
    document = yaml.safe_load(EXAMPLE)
    jsonschema.validate(document, schema)
    document["tests"][0]["expect"]["modell"] = "x"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, schema)


@pytest.mark.model
def test_what_goes_where_the_file_says_passes(tmp_path: Path) -> None:
    (tmp_path / "semroute.yaml").write_text(CONFIG)
    (tmp_path / "routes_test.yaml").write_text(TESTS)
    result = semroute(tmp_path, "test", "--json", SEMROUTE_CONFIG="ignored.yaml")
    assert result.returncode == 0, result.stdout + result.stderr
    told = json.loads(result.stdout)
    assert (told["ok"], told["tests"], told["config"]) == (True, 5, "semroute.yaml")
    assert told["variants"] == 16
    assert [each["name"] for each in told["results"]] == [
        "sums",
        "leases [1]",
        "leases [2]",
        "addresses",
        "hurry",
    ]
    assert "landlord" not in result.stdout


@pytest.mark.model
def test_what_does_not_is_told_everywhere(tmp_path: Path) -> None:
    """The configuration that the command names counts more than the file's."""
    (tmp_path / "other.yaml").write_text(
        CONFIG.replace("candidates: {euler: 1}", "candidates: {big: 1}")
    )
    reports = ["--junit", "junit.xml", "--markdown", "page.md", "--show-prompts"]
    result = semroute(tmp_path, "test", "-", "-c", "other.yaml", *reports, stdin=TESTS)
    assert (result.returncode, result.stderr) == (1, "")
    assert "FAILED  sums" in result.stdout
    assert "model: expected euler, got big" in result.stdout
    assert "prompt: What is the integral" in result.stdout
    assert "4 of 5 passed; " in result.stdout
    (suite,) = ET.fromstring((tmp_path / "junit.xml").read_bytes())
    assert (suite.attrib["tests"], suite.attrib["failures"]) == ("5", "1")
    assert "model: expected euler, got big" in (tmp_path / "page.md").read_text()
