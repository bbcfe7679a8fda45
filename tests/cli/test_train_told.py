"""What is told of heads from one run to the next."""

from pathlib import Path

import msgspec
import pytest

from semroute.app.cli.exits import UsageError
from semroute.app.cli.train_told import FIGURES, Told, told_in
from semroute.app.training import Origin

FIRST = Told(
    encoder="sha256:1",
    own_use=True,
    heads={"categories": {"own texts": {"accuracy": 0.9}}, "fast": {}},
    learnt_from=(
        Origin("mine.csv", "your own file", "own", "ab" * 32, "categories", 12),
        Origin("mine.csv", "your own file", "own", "ab" * 32, "fast", 12),
    ),
    started_from=(
        Origin("a.jsonl", "somebody", "MIT", "12" * 32, "categories", 9),
        Origin("a.jsonl", "somebody", "MIT", "12" * 32, "fast", 9),
    ),
)
SECOND = Told(
    encoder="sha256:1",
    own_use=False,
    heads={"attacks": {"own texts": {"accuracy": 0.8}}},
    learnt_from=(Origin("bad.csv", "your own file", "own", "cd" * 32, "attacks", 3),),
)


def test_what_was_told_is_kept_of_heads_that_are_there(tmp_path: Path) -> None:
    assert told_in(tmp_path) is None
    assert SECOND.with_those_that_stay(None, tmp_path) == SECOND
    (tmp_path / FIGURES).write_text(FIRST.as_json())
    assert told_in(tmp_path) == FIRST
    assert SECOND.with_those_that_stay(FIRST, tmp_path) == SECOND
    (tmp_path / "categories.safetensors").touch()
    told = SECOND.with_those_that_stay(FIRST, tmp_path)
    assert told.heads == {"categories": FIRST.heads["categories"], **SECOND.heads}
    assert told.learnt_from == (FIRST.learnt_from[0], *SECOND.learnt_from)
    assert told.started_from == (FIRST.started_from[0],)
    assert told.own_use


def test_nothing_is_kept_of_heads_that_are_made_anew_or_of_another_encoder(tmp_path: Path) -> None:
    (tmp_path / "categories.safetensors").touch()
    (tmp_path / "attacks.safetensors").touch()
    anew = msgspec.structs.replace(SECOND, heads={"categories": {}}, learnt_from=())
    assert anew.with_those_that_stay(FIRST, tmp_path) == anew
    other = msgspec.structs.replace(FIRST, encoder="sha256:2")
    assert SECOND.with_those_that_stay(other, tmp_path) == SECOND


@pytest.mark.parametrize("content", ["", "[]", '{"encoder": 1}', "[" * 100_000])
def test_figures_of_somebody_else_are_not_overwritten(tmp_path: Path, content: str) -> None:
    (tmp_path / FIGURES).write_text(content)
    with pytest.raises(UsageError, match="is not what semroute train writes"):
        told_in(tmp_path)
