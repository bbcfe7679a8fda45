"""The examples that are commands."""

from pathlib import Path

import pytest

from semroute.app.cli import app
from semroute.app.cli.configuration import read_configuration

EXAMPLES = Path(__file__).parents[2] / "examples"
HOSTS = ("envoy-gateway", "ai-gateway", "istio", "agentgateway")


def run(*arguments: str) -> object:
    return app(list(arguments), exit_on_error=False, result_action="return_value")


def test_a_configuration_of_theirs_becomes_one_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(EXAMPLES / "import")
    ours = tmp_path / "semroute.yaml"
    assert run("import", "vsr", "theirs.yaml", "--output", str(ours)) == 0
    settings = read_configuration(ours).settings
    assert list(settings.decisions) == ["proofs", "hurried"]
    assert settings.decisions["hurried"].when == "hurry"


@pytest.mark.parametrize("host", HOSTS)
def test_a_host_is_told_what_it_must_know(
    host: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(EXAMPLES / "hosts")
    assert run("envoy", "--config", "semroute.yaml", "--for", host) in {None, 0}
    printed, _ = capsys.readouterr()
    assert "llama-70b.models.svc.cluster.local" in printed
    assert "x-semroute-endpoint" in printed


def test_a_host_can_be_told_to_watch_only(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(EXAMPLES / "hosts")
    command = ("envoy", "--config", "semroute.yaml", "--for", "envoy-gateway", "--shadow")
    assert run(*command) in {None, 0}
    assert "shadowMode: true" in capsys.readouterr()[0]


@pytest.mark.model
def test_routing_tests_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(EXAMPLES / "rules")
    assert run("test", "routes_test.yaml") == 0
