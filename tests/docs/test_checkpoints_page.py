"""The page about checkpoints, run."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from semroute.adapters.settings import SettingsError, load
from semroute.app.assemble.labels import labels_of
from semroute.app.checkpoint_labels import label_mistakes
from semroute.app.checkpoints import CheckpointSettings, Task
from semroute.app.cli.configuration import read_configuration
from semroute.app.mistakes import mistakes_in
from semroute.app.settings import Settings
from semroute.domain.labels import in_order
from semroute.domain.opinions import Add, Average, Escalate, Replace
from tests.cli.run import environment

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/checkpoints.md").read_text()
README = (ROOT / "README.md").read_text()


def block(page: str, language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)
    return str(found)


def checkpoints(directory: Path) -> tuple[CheckpointSettings, ...]:
    library = read_configuration(None).library
    text = block(README, "yaml") + block(PAGE, "yaml")
    (directory / "semroute.yaml").write_text(text)
    settings = load(text, Settings, check=lambda settings: mistakes_in(settings, library))
    for each in settings.classifier.checkpoints:
        if isinstance(each.labels, str):
            file = directory / each.labels
            file.parent.mkdir(exist_ok=True)
            file.write_text(block(PAGE, "json"))
    return settings.classifier.checkpoints


def test_its_configuration_is_one(tmp_path: Path) -> None:
    intents, attacks, names, tools = checkpoints(tmp_path)
    assert intents.deciding == Average(0.4)
    assert attacks.deciding == Escalate(0.9)
    assert names.finding == Add()
    assert (tools.ordering, tools.most_tools) == (Replace(), 20)


def test_its_file_of_labels_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    _, attacks, *_ = checkpoints(tmp_path)
    assert labels_of(attacks) == {"SAFE": "benign", "INJECTION": "attack"}
    assert read_configuration(Path("semroute.yaml")).settings.classifier.checkpoints[1] == attacks
    (tmp_path / str(attacks.labels)).write_text('{"SAFE": "bening"}')
    with pytest.raises(SettingsError, match=r"SAFE: no kind of attack .*'benign'"):
        read_configuration(Path("semroute.yaml"))


@pytest.mark.parametrize("task", ["attacks", "entities"])
def test_numbers_are_understood_as_it_shows_them(task: Task) -> None:
    inline = [json.loads(each) for each in re.findall(r'`(\{"0": .*?\})`', PAGE)]
    labels = inline[0 if task == "attacks" else 1]
    assert list(label_mistakes(task, labels, ())) == []
    assert in_order(labels) == tuple(labels.values())


def test_a_directory_of_the_cache_is_refused_as_it_says(tmp_path: Path) -> None:
    first, *_ = checkpoints(tmp_path)
    (tmp_path / "blob").touch()
    directory = tmp_path / first.directory
    directory.mkdir(parents=True)
    (directory / "model.safetensors").symlink_to(tmp_path / "blob")
    command, _, expected = block(PAGE, "console").partition("\n")
    prompt = re.findall(r'"(.+)"', command)
    assert command.startswith("$ semroute explain ")
    result = subprocess.run(
        [sys.executable, "-m", "semroute.app.cli", "explain", *prompt, "-c", "semroute.yaml"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=environment(tmp_path) | {"PYTHONPATH": str(ROOT / "src")},
        timeout=120,
        check=False,
    )
    assert result.stderr == expected
    assert result.returncode == 3
