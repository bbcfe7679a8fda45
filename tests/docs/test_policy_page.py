"""The page about signals and decisions, run."""

import re
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
from attrs import fields, has

from semroute.app.cli.configuration import configuration_of
from semroute.app.decisions import DecisionSettings
from semroute.app.settings import RoutingSettings
from semroute.app.signals import SignalSettings
from tests.cli.run import semroute

from .test_pages import normalised

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/policy.md").read_text()
LEFT_OUT = "...\n"
COLUMNS = 5  # of the table of signals, and of no other


def block(language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return str(found)


def test_its_configuration_is_one() -> None:
    settings = configuration_of(block("yaml"), "policy.md").settings
    assert list(settings.decisions) == ["incident", "gold"]


@pytest.mark.parametrize("kind", [each.name for each in fields(SignalSettings)])
def test_it_tells_of_every_kind_of_signal(kind: str) -> None:
    assert f"`{kind}`" in PAGE


def test_it_tells_of_every_field_of_a_signal() -> None:
    rows = [line for line in PAGE.splitlines() if line.count("|") == COLUMNS + 1]
    for name, kind in get_type_hints(SignalSettings).items():
        settings = next(filter(has, get_args(kind)), None)
        if settings is not None:
            (row,) = [each for each in rows if f"`{name}`" in each.split("|")[1]]
            for each in fields(settings):
                assert f"`{each.name}`" in row.split("|")[3], (name, each.name)


@pytest.mark.parametrize("key", [each.name for each in fields(DecisionSettings)])
def test_it_tells_of_everything_a_decision_does(key: str) -> None:
    assert re.search(rf"`{key}`|^    {key}: |{key.capitalize()}\*\*", PAGE, re.MULTILINE)


def test_it_tells_of_the_settings_of_choosing() -> None:
    ours = [each.name for each in fields(RoutingSettings)]
    for key in ours[ours.index("quality") :]:
        assert re.search(rf"`(routing[.])?{key}[`:]", PAGE), key


@pytest.mark.model
def test_its_example_prints_what_it_says() -> None:
    command, _, output = block("console").partition("\n")
    (prompt,) = re.findall(r'^\$ semroute explain "(.+)"$', command)
    arguments = ("explain", prompt, "-c", "semroute.yaml")
    result = semroute(ROOT / "examples/meaning", *arguments, PYTHONPATH=str(ROOT / "src"))
    assert result.returncode == 0, result.stderr
    pieces = [re.escape(normalised(piece)) for piece in output.split(LEFT_OUT)]
    assert re.fullmatch(".*".join(pieces), normalised(result.stdout), re.DOTALL)
