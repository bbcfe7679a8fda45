"""The page about hosts shows what the command prints."""

import re
from pathlib import Path

import pytest

from semroute.app.cli import app

PAGE = (Path(__file__).parents[2] / "docs/hosts.md").read_text()
EXAMPLES = re.findall(r"```console\n\$ (semroute envoy [^\n]+)\n(.*?)```", PAGE, re.DOTALL)
LEFT_OUT = "...\n"


def test_there_is_an_example_for_every_host_in_kubernetes() -> None:
    hosts = {command.split()[3] for command, _ in EXAMPLES}
    assert hosts == {"envoy-gateway", "ai-gateway", "istio", "agentgateway"}


@pytest.mark.parametrize(("command", "output"), EXAMPLES, ids=[each[0] for each in EXAMPLES])
def test_the_examples_print_what_the_page_says(
    command: str,
    output: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (config, *_) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "semroute.yaml").write_text(config)
    monkeypatch.setenv("SEMROUTE_CONFIG", str(tmp_path / "semroute.yaml"))
    app(command.split()[1:], exit_on_error=False, result_action="return_value")
    printed, errors = capsys.readouterr()
    assert errors == ""
    pieces = [re.escape(piece) for piece in output.split(LEFT_OUT)]
    assert re.fullmatch("(?:.*\n)*?".join(pieces), printed)
