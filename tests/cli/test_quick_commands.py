"""Commands that answer at once: they must not load what they do not need."""

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml

from .run import SEMROUTE, environment, semroute

CONFIG = """
endpoints:
  gpu: {address: "127.0.0.1:8001"}
models:
  big: {endpoints: {gpu: 1}}
categories:
  math: {candidates: {big: 1}}
routing:
  default_model: big
"""


@pytest.mark.parametrize("arguments", [["--help"], ["check"], ["check", "--help"], ["schema"]])
def test_quick_commands_import_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys\n"
        "from semroute.app.cli import main\n"
        f"sys.argv = ['semroute', *{arguments!r}]\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert end.code == 0, end.code\n"
        "heavy = {'torch', 'transformers', 'grpclib', 'envoy_data_plane', 'openai', 'starlette'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert result.stderr.strip() == "[]"


def test_help_lists_the_commands(tmp_path: Path) -> None:
    result = semroute(tmp_path, "--help")
    assert result.returncode == 0
    for name in ("serve", "up", "envoy", "check", "explain", "eval", "schema", "demo", "version"):
        assert f"{name} " in result.stdout


def test_a_sound_configuration_is_ok(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(CONFIG)
    result = semroute(tmp_path, "check", "a.yaml")
    assert result.returncode == 0
    assert "ok: a.yaml: 1 models on 1 endpoints, 1 categories" in result.stdout
    assert semroute(tmp_path, "check", "--config", "a.yaml").returncode == 0
    assert semroute(tmp_path, "check", "-c", "-", stdin=CONFIG).returncode == 0
    assert semroute(tmp_path, "check", SEMROUTE_CONFIG="a.yaml").returncode == 0


def test_what_keeps_the_fast_tier_from_answering_is_said(tmp_path: Path) -> None:
    own = CONFIG.replace("candidates: {big: 1}", "candidates: {big: 1}, description: sums")
    (tmp_path / "own.yaml").write_text(own)
    result = semroute(tmp_path, "check", "own.yaml")
    assert result.returncode == 0
    assert "fast tier off: it was not trained for 'math' as configured" in result.stdout
    first = CONFIG + "classifier: {fast: {mode: first}}\n"
    result = semroute(tmp_path, "check", "-c", "-", "--json", stdin=first)
    assert json.loads(result.stdout)["fast"] == {"role": "first", "why": ""}
    cached = first + "cache: {mode: semantic}\n"
    result = semroute(tmp_path, "check", "-c", "-", "--json", stdin=cached)
    assert json.loads(result.stdout)["fast"]["role"] == "fallback"


def test_every_mistake_is_printed_with_its_place(tmp_path: Path) -> None:
    broken = CONFIG.replace("default_model: big", "default_model: bug\n  min_confidense: 1")
    result = semroute(tmp_path, "check", "-c", "-", stdin=broken)
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr.splitlines() == [
        f"error: standard input: line {line}"
        for line in (
            "9: routing.default_model: no model is called bug; did you mean 'big'?",
            "10: routing.min_confidense: unknown key; did you mean 'min_confidence'?",
        )
    ]
    result = semroute(tmp_path, "check", "-c", "-", "--json", stdin=broken)
    assert result.returncode == 2
    document = json.loads(result.stdout)
    assert not document["ok"]
    assert [problem["line"] for problem in document["problems"]] == [9, 10]


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["bogus"], 2, "bogus"),
        (["check", "--bogus"], 2, "bogus"),
        (["explain"], 2, "prompt"),
        (["check", "--config", "nowhere.yaml"], 2, "nowhere.yaml: No such file"),
        (["check", "-c", "."], 2, "Is a directory"),
        (["check", "latin1.yaml"], 2, "latin1.yaml is not UTF-8: byte 2"),
        (["check", "a.yaml", "-c", "b.yaml"], 2, "which one: a.yaml or b.yaml?"),
        (["envoy", "-c", "zero.yaml"], 2, "server.extproc: Envoy must know the port"),
        (["envoy", "--validate", "-c", "odd.yaml"], 2, "nowhere.pem"),
        (["envoy", "--for", "nginx"], 2, "nginx"),
        (["envoy", "paint"], 2, "paint"),
        (["envoy", "--for", "istio", "--validate"], 2, "--for envoy"),
        (["envoy", "--for", "agentgateway", "--shadow"], 2, "has no shadow mode"),
        (["envoy", "--for", "istio", "-c", "pipe.yaml"], 2, "host:port"),
        (["eval", "category", "--data", "nowhere.jsonl"], 2, "nowhere.jsonl: No such file"),
        (["demo", "--port", "70000"], 2, "65535"),
        (["demo", "--port", "-1"], 2, "-1"),
    ],
)
def test_mistakes_on_the_command_line_are_told_in_words(
    tmp_path: Path, arguments: list[str], status: int, message: str
) -> None:
    (tmp_path / "latin1.yaml").write_bytes(b"# \xe9")
    (tmp_path / "zero.yaml").write_text(CONFIG + "server: {extproc: '127.0.0.1:0'}")
    (tmp_path / "pipe.yaml").write_text(CONFIG + "server: {extproc: 'unix:/run/x.sock'}")
    with_tls = CONFIG.replace('8001"', '8001", tls: true')
    (tmp_path / "odd.yaml").write_text(with_tls + "envoy: {ca_file: /nowhere.pem}")
    result = semroute(tmp_path, *arguments)
    assert result.returncode == status
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def test_an_input_that_is_closed_is_a_mistake(tmp_path: Path) -> None:
    result = subprocess.run(
        ["sh", "-c", f"{SEMROUTE} check - <&-"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=environment(tmp_path),
    )
    assert (result.returncode, result.stderr) == (2, "error: standard input is closed\n")


def test_a_variable_that_is_set_to_nothing_is_not_set(tmp_path: Path) -> None:
    result = semroute(tmp_path, "check", SEMROUTE_CONFIG="")
    assert result.returncode == 0
    assert "the shipped configuration" in result.stdout


def test_a_file_named_outright_comes_before_the_variable(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(CONFIG)
    result = semroute(tmp_path, "check", "a.yaml", SEMROUTE_CONFIG="nowhere.yaml")
    assert result.returncode == 0


def test_the_schema_accepts_what_ships_and_refuses_what_is_wrong(tmp_path: Path) -> None:
    schema = json.loads(semroute(tmp_path, "schema").stdout)
    shipped = Path(__file__).parents[2] / "src/semroute/app/defaults/semroute.yaml"
    document = yaml.safe_load(shipped.read_text())
    jsonschema.validate(document, schema)
    document["routing"]["min_confidense"] = 1
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, schema)


def test_versions_are_told(tmp_path: Path) -> None:
    assert semroute(tmp_path, "--version").stdout.startswith("semroute 0.")
    versions = json.loads(semroute(tmp_path, "version", "--json").stdout)
    assert versions["torch"].startswith("2.13.0")
    assert versions["trio"]


@pytest.mark.envoy
def test_envoy_is_told_of_every_router_process(tmp_path: Path) -> None:
    result = semroute(tmp_path, "envoy", "--workers", "3", "--json", "--validate")
    clusters = json.loads(result.stdout)["static_resources"]["clusters"]
    (router,) = (each for each in clusters if each["name"] == "semroute")
    places = router["load_assignment"]["endpoints"][0]["lb_endpoints"]
    ports = [place["endpoint"]["address"]["socket_address"]["port_value"] for place in places]
    assert ports == [50051, 50052, 50053]


@pytest.mark.envoy
def test_the_envoy_configuration_is_printed_and_envoy_accepts_it(tmp_path: Path) -> None:
    result = semroute(tmp_path, "envoy", "--validate")
    assert result.returncode == 0
    document = yaml.safe_load(result.stdout)
    assert document == json.loads(semroute(tmp_path, "envoy", "--json").stdout)
    assert document["static_resources"]["listeners"][0]["name"] == "gateway"


@pytest.mark.envoy
def test_a_shadow_of_the_plain_envoy_is_printed_and_envoy_accepts_it(tmp_path: Path) -> None:
    result = semroute(tmp_path, "envoy", "print", "--shadow", "--validate", "--for", "envoy")
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("# In shadow: ")
    assert "observability_mode: true" in result.stdout


def test_a_picker_s_header_is_left_alone_unless_it_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(CONFIG)
    result = semroute(tmp_path, "envoy", "--for", "envoy-gateway", "-c", "a.yaml")
    assert "name: x-semroute-endpoint" in result.stdout
    assert "must say headers.endpoint: x-semroute-endpoint" in result.stderr
    settled = """
headers: {endpoint: x-gateway-destination-endpoint, endpoint_value: address}
server: {extproc: "0.0.0.0:50051", allow_remote: true}
"""
    (tmp_path / "b.yaml").write_text(CONFIG + settled)
    result = semroute(tmp_path, "envoy", "--for", "envoy-gateway", "-c", "b.yaml", "--json")
    assert result.returncode == 0
    assert result.stderr == ""
    (route,) = (each for each in json.loads(result.stdout)["items"] if each["kind"] == "HTTPRoute")
    (header,) = route["spec"]["rules"][0]["matches"][0]["headers"]
    assert header["name"] == "x-gateway-destination-endpoint"
    assert header["value"] == "127.0.0.1:8001"
