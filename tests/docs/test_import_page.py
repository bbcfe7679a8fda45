"""The page about imports shows what the command does."""

import re
from pathlib import Path

from tests.cli.run import semroute

PAGE = (Path(__file__).parents[2] / "docs/import-vsr.md").read_text()


def test_the_example_of_the_page_is_what_happens(tmp_path: Path) -> None:
    theirs, ours = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    (shown,) = re.findall(r"```console\n\$ semroute (.*?)```", PAGE, re.DOTALL)
    command, _, report = shown.partition("\n")
    (tmp_path / "theirs.yaml").write_text(theirs)
    result = semroute(tmp_path, *command.split())
    assert result.returncode == 1, result.stderr
    assert result.stdout == report
    assert (tmp_path / "semroute.yaml").read_text() == ours


def test_the_page_s_result_passes_check(tmp_path: Path) -> None:
    _, ours = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "semroute.yaml").write_text(ours)
    result = semroute(tmp_path, "check", "semroute.yaml")
    assert result.returncode == 0, result.stderr
