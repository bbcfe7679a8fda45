"""Whatever a text says, no pattern that ships takes long to read a megabyte of it."""

import importlib
import inspect
import pkgutil
import re
from collections import deque
from collections.abc import Callable, Iterator
from types import ModuleType

import pytest

import semroute
from semroute.adapters.lexical.attacks.rules import RULES, Rule
from tests.costs import is_within, seconds_of
from tests.hostile import DATA, ORDERS, WRAPPED, text_of

LENGTH = 1_000_000
# The slowest takes 0.08 s: it has a match at every other character. A tenth of a second is too
# long, and the rest is for the clock.
SECONDS = 0.12
# A fiftieth of the length tells which pieces are bad for a pattern. What takes the square of the
# length shows there already: for all of it, it would take hours.
SAMPLE = 20_000
SAMPLE_SECONDS = 0.04

HARMLESS = {
    **{
        f"adapters.lexical.attacks.rules.RULES[{index}].pattern": "reads eight short passages"
        for index in range(len(RULES))
    },
    "adapters.lexical.pii.forms._AT_ONCE": "is asked about one letter",
    "adapters.lexical.signals.languages._IDEOGRAM": "is shown 1,800 characters at most",
    "adapters.lexical.signals.scripts._SOLE[ja]": "is asked about a few letters, as a whole",
    **{
        f"adapters.torch.fast.pieces.{name}": "is shown both ends of a text, 2,049 characters"
        for name in ("_PART", "_PLAIN")
    },
    "adapters.settings.yamltree._VARIABLE": "reads the operator's own file",
    **{
        f"domain.tools.words.{name}": "is shown both ends of a text, 8,193 characters"
        for name in ("_GAP", "_HUMP", "_WORD")
    },
    **{
        f"domain.caching.pieces.{name}": "is asked about words of a hundred characters at most"
        for name in ("_CODE", "_EXPRESSION", "_PART")
    },
}
"""What does not read whole texts, or not those of others."""

OF_ASCII = {"adapters.lexical.signals.tokens._ASCII"}
"""What reads texts only that have nothing else."""


def _modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(semroute.__path__, "semroute."):
        if not found.name.endswith("__main__"):  # which runs
            yield importlib.import_module(found.name)


def _parts_of(value: object) -> Iterator[tuple[str, object]]:
    match value:
        case dict():
            yield from ((f"[{key}]", each) for key, each in value.items())
        case list() | tuple():
            yield from ((f"[{index}]", each) for index, each in enumerate(value))
        case Rule():
            yield ".pattern", value.pattern
        case object(_patterns=dict(patterns)):  # of those who issue keys
            yield from _parts_of(patterns)


def _patterns_in(
    name: str, value: object, within: tuple[object, ...] = ()
) -> Iterator[tuple[str, re.Pattern[str]]]:
    if isinstance(value, re.Pattern):
        if isinstance(value.pattern, str):
            yield name, value
    elif not any(value is each for each in within):  # some have themselves in them
        for part, each in _parts_of(value):
            yield from _patterns_in(name + part, each, (*within, value))


def _reader(module: ModuleType, name: str, pattern: re.Pattern[str]) -> Callable[[str], object]:
    """Returns what a pattern does with a text: what its module uses it for, or else finding all."""
    source = inspect.getsource(module)
    used = frozenset(re.findall(rf"\b{re.escape(name)}\b(?!: Final)(\.\w+)?", source))
    if used and used <= {".match", ".fullmatch"}:
        return pattern.match
    if used == {".findall"}:
        return pattern.findall
    if used == {".sub"}:
        return lambda text: pattern.sub("", text)
    # From some place on, it is searched for again and again.
    again = re.search(rf"\b{re.escape(name)}\.search\([^()]*,", source)
    if ".search" in used and used <= {".search", ".match", ".fullmatch"} and again is None:
        return pattern.search
    return lambda text: deque(pattern.finditer(text), 0)


def _shipped() -> Iterator[tuple[str, str, Callable[[str], object]]]:
    known = set()
    for module in _modules():
        for name, value in vars(module).items():
            if name.startswith("__"):
                continue
            for place, pattern in _patterns_in(name, value):
                if pattern not in known:
                    known.add(pattern)
                    where = f"{module.__name__.removeprefix('semroute.')}.{place}"
                    yield where, pattern.pattern, _reader(module, place, pattern)


SHIPPED = {where: (written, read) for where, written, read in _shipped()}


def test_they_are_found() -> None:
    assert len(SHIPPED) > 200
    assert SHIPPED.keys() >= HARMLESS.keys()
    assert any(where.startswith("adapters.lexical.pii.keys._TOKENS") for where in SHIPPED)


@pytest.mark.parametrize("where", sorted(SHIPPED.keys() - HARMLESS.keys()))
def test_a_megabyte_is_read_in_a_fraction_of_a_second(where: str) -> None:
    written, read = SHIPPED[where]
    own = re.findall(r"[A-Za-z0-9]+|[^\w\s]", written)  # what is part of the pattern itself
    pieces = dict.fromkeys((*DATA, *ORDERS, *WRAPPED, *own))
    if where in OF_ASCII:
        pieces = dict.fromkeys(filter(str.isascii, pieces))
    worst = max(pieces, key=lambda piece: seconds_of(lambda: read(text_of(piece, SAMPLE))))
    assert is_within(SAMPLE_SECONDS, lambda: read(text_of(worst, SAMPLE))), worst
    assert is_within(SECONDS, lambda: read(text_of(worst, LENGTH))), worst
