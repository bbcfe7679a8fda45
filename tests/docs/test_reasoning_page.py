"""The page about reasoning, made from the families that ship."""

import re
from pathlib import Path

from docs.reasoning_page import library, reasoning
from semroute.adapters.settings import load
from semroute.app.reasoning import ReasoningLibrary, reasoning_mistakes

PAGE = (Path(__file__).parents[2] / "docs/reasoning.md").read_text()


def test_it_is_up_to_date() -> None:
    assert reasoning() == PAGE, "run `python -m docs.reasoning_page`"


def test_it_shows_every_family_and_its_sources() -> None:
    for name, family in library().reasoning.items():
        assert f"| `{name}` |" in PAGE
        for address in family.documented:
            assert f"<{address}>" in PAGE


def test_its_family_is_one() -> None:
    (block,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    read = load(block, ReasoningLibrary)
    assert list(read.reasoning) == ["nemotron"]
    assert list(reasoning_mistakes(read.reasoning)) == []
