"""The page about routing tests, run."""

import re
from pathlib import Path

import pytest

from semroute.adapters.settings import load
from semroute.app.cli.configuration import read_configuration
from semroute.app.config import policy_of
from semroute.app.routetests import RouteTests, mistakes_in
from semroute.app.routetests.file import Expected, RouteTest, Varied
from tests.cli.run import semroute

from .test_pages import normalised

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/testing-routes.md").read_text()
WHOLE, ORDERS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
CONSOLE = re.findall(r"```console\n\$ semroute (.*?)\n(.*?)```", PAGE, re.DOTALL)


def unread(name: str) -> bytes:
    message = f"{name}: no example has a file"
    raise AssertionError(message)


def test_its_files_are_ones() -> None:
    policy = policy_of(read_configuration(None).settings)
    for text in (WHOLE, ORDERS):
        load(text, RouteTests, check=lambda tests: mistakes_in(tests, policy, unread))


@pytest.mark.parametrize("kind", [Expected, Varied, RouteTest])
def test_it_names_everything_that_can_be_said(kind: type) -> None:
    for name in kind.__annotations__:
        assert f"`{name}" in PAGE or f" {name}: " in PAGE or f"{{{name}: " in PAGE, name


@pytest.mark.model
@pytest.mark.parametrize(("command", "output"), CONSOLE, ids=[each[0] for each in CONSOLE])
def test_its_examples_print_what_it_says(tmp_path: Path, command: str, output: str) -> None:
    (tmp_path / "orders.yaml").write_text(ORDERS)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    result = semroute(tmp_path, *command.split())
    assert result.stderr == ""
    assert result.returncode == ("FAILED" in output)
    assert normalised(result.stdout) == normalised(output)
