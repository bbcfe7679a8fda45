"""The manifest of the heads that ship, as `semroute train` reads it."""

from pathlib import Path

import pytest

from semroute.adapters.settings import load
from semroute.app.training import HeldOut, Manifest, Material, manifest_mistakes, verified

ROOT = Path(__file__).parents[2]
DATA = ROOT / "data"
OURS = "written for this project"

MANIFEST = load(
    (ROOT / "training/manifest.yaml").read_text(),
    Manifest,
    check=lambda manifest: manifest_mistakes(manifest, own_use=False),
    name="manifest.yaml",
)
FILES: tuple[Material | HeldOut, ...] = (*MANIFEST.files, *MANIFEST.held_out)
HERE = sorted({(each.path, each.sha256) for each in FILES if (DATA / each.path).exists()})


def test_all_that_was_written_for_this_project_is_in_it_but_what_nothing_is_learnt_of_yet() -> None:
    ours = {each.path for each in MANIFEST.files if each.source == OURS}
    ours |= {"chat_dev.jsonl", "attacks/dev.jsonl", "attacks/dev2.jsonl"}
    ours |= {"attacks/tools_dev.jsonl", "attacks/injections_dev.jsonl", "entities/dev.jsonl"}
    assert ours == {path for path, _ in HERE}


@pytest.mark.parametrize(("path", "sha256"), HERE, ids=[path for path, _ in HERE])
def test_a_file_of_this_repository_is_the_one_that_was_learnt_from(path: str, sha256: str) -> None:
    assert verified([DATA], path, sha256) == DATA / path


def test_nothing_is_learnt_from_a_file_that_is_measured_on() -> None:
    learnt = {each.sha256 for each in MANIFEST.files}
    assert not learnt & {each.sha256 for each in MANIFEST.held_out}
