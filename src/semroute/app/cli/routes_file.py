"""Reading a file of routing tests, together with the configuration that it tests."""

import os
from pathlib import Path

from attrs import frozen

from semroute.adapters.settings import load
from semroute.app.config import policy_of
from semroute.app.mistakes import Mistake
from semroute.app.routetests import Case, RouteTests, cases_of, mistakes_in

from .configuration import Configuration, read_configuration, read_input, read_text, variable


@frozen
class Plan:
    """What is to be tried.

    Args:
        configuration: What it is tried on.
        cases: What is tried.
        seed: What slips of the finger are drawn from.
    """

    configuration: Configuration
    cases: tuple[Case, ...]
    seed: int


def read_plan(file: Path, config: Path | None, seed: int | None) -> Plan:
    """Reads and checks a file of routing tests.

    Args:
        file: The file; - for standard input.
        config: The configuration to test, if not the one that the file names.
        seed: What slips of the finger are drawn from, if not what the file says.

    Raises:
        SettingsError: Something is wrong with it, or with the configuration; the error lists
            everything that is.
        UsageError: One of them cannot be read.
    """
    text = read_input() if str(file) == "-" else read_text(file)
    beside = Path() if str(file) == "-" else file.parent
    tested: list[Configuration] = []

    def check(tests: RouteTests) -> list[Mistake]:
        tested.append(_configuration(tests, beside, config))
        return list(mistakes_in(tests, policy_of(tested[-1].settings), read))

    def read(name: str) -> bytes:
        return (beside / name).read_bytes()

    tests = load(text, RouteTests, check=check, environ=os.environ, name=str(file))
    policy = policy_of(tested[-1].settings)
    drawn_from = tests.seed if seed is None else seed
    model = next(iter(policy.aliases), policy.default_model)
    return Plan(tested[-1], cases_of(tests, model, read, drawn_from), drawn_from)


def _configuration(tests: RouteTests, beside: Path, config: Path | None) -> Configuration:
    """Returns what is tested: what the command names, or else the file, or the environment."""
    if tests.config is not None and config in (None, variable()):
        return read_configuration(beside / tests.config)
    return read_configuration(config)
