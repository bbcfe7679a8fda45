"""`semroute import vsr`, as people run it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import attrs
import pytest
import yaml

from semroute.app.settings import ModelSettings, RoutingSettings, Settings
from tests.app.importing.configurations import EVERY, FLAT, LAYERED, PLAIN, read

from .run import semroute


def known_to_check(tree: dict[str, Any]) -> dict[str, Any]:
    """What `check` knows of a configuration already; all of it once its settings are complete."""
    known = {field.name for field in attrs.fields(Settings)}
    of_models = {field.name for field in attrs.fields(ModelSettings)}
    of_routing = {field.name for field in attrs.fields(RoutingSettings)}
    kept = {key: value for key, value in tree.items() if key in known}
    kept["models"] = {
        name: {key: value for key, value in model.items() if key in of_models}
        for name, model in tree["models"].items()
    }
    kept["routing"] = {key: value for key, value in tree["routing"].items() if key in of_routing}
    return kept


@pytest.mark.parametrize("name", EVERY)
def test_what_is_written_passes_check(tmp_path: Path, name: str) -> None:
    (tmp_path / "theirs.yaml").write_text(EVERY[name])
    result = semroute(tmp_path, "import", "vsr", "theirs.yaml", "-o", "ours.yaml")
    assert result.returncode == (0 if name == "plain" else 1), result.stderr
    assert result.stderr == ""
    text = (tmp_path / "ours.yaml").read_text()
    # Variables have values only where a configuration is used.
    written = read(text.replace("${WREN_HOST}", "wren.example").replace("${law}", "statutes"))
    (tmp_path / "known.yaml").write_text(yaml.safe_dump(known_to_check(written)))
    checked = semroute(tmp_path, "check", "known.yaml")
    assert checked.returncode == 0, checked.stderr


def test_everything_carried_over_is_success(tmp_path: Path) -> None:
    result = semroute(tmp_path, "import", "vsr", "-", stdin=PLAIN)
    assert result.returncode == 0
    assert read(result.stdout)["routing"]["default_model"] == "wren-8b"
    assert "standard input: vLLM Semantic Router, flat (v0.1)" in result.stderr
    assert "not carried over: nothing" in result.stderr


def test_what_could_not_be_carried_over_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "theirs.yaml").write_text(FLAT)
    result = semroute(tmp_path, "import", "vsr", "theirs.yaml", "--output", "ours.yaml")
    assert result.returncode == 1
    line = FLAT.splitlines().index("sematic_cache: {enabled: true}") + 1
    expected = f"  line {line}: sematic_cache: unknown key; did you mean 'semantic_cache'?"
    assert expected in result.stdout.splitlines()
    assert result.stdout.endswith("ours.yaml is written; next: semroute check ours.yaml\n")


@pytest.mark.parametrize("name", EVERY)
def test_no_secret_is_printed_or_written(tmp_path: Path, name: str) -> None:
    (tmp_path / "theirs.yaml").write_text(EVERY[name])
    result = semroute(tmp_path, "import", "vsr", "theirs.yaml", "--json")
    assert "hush" not in result.stdout + result.stderr


def test_machines_get_the_same(tmp_path: Path) -> None:
    result = semroute(tmp_path, "import", "vsr", "-", "--json", stdin=LAYERED)
    assert result.returncode == 1
    told = json.loads(result.stdout)
    assert result.stderr == ""
    line = LAYERED.splitlines().index("  strategy: priority") + 1
    moved = {"path": "routing.strategy", "line": line, "to": "decisions.*.priority"}
    assert moved in told["carried"]
    assert any(each["path"] == "routing.decisions[0].tier" for each in told["left"])
    assert read(told["configuration"])["decisions"]["rest"]["priority"] == -1


def test_a_file_that_is_there_is_kept_unless_it_is_forced(tmp_path: Path) -> None:
    (tmp_path / "ours.yaml").write_text("mine")
    arguments = ("import", "vsr", "-", "--output", "ours.yaml")
    result = semroute(tmp_path, *arguments, stdin=PLAIN)
    assert result.returncode == 2
    assert "ours.yaml is there already; --force writes over it" in result.stderr
    assert (tmp_path / "ours.yaml").read_text() == "mine"
    assert semroute(tmp_path, *arguments, "--force", stdin=PLAIN).returncode == 0
    assert "heron-70b" in (tmp_path / "ours.yaml").read_text()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("providers: {models: [", "not YAML"),
        ("default_model: a\ndefault_model: hush", "line 2: default_model: the key is there twice"),
        ("default_model: !!python/none hush", "line 1: (top): not YAML"),
        ("\nprompt_guard: {threshold: hush}", "line 2: prompt_guard.threshold: it must be a num"),
        ("services: {web: hush}", "this is no configuration of vLLM Semantic Router"),
        ("just words", "this is no configuration of vLLM Semantic Router"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(
    tmp_path: Path, text: str, message: str
) -> None:
    result = semroute(tmp_path, "import", "vsr", "-", "--output", "ours.yaml", stdin=text)
    assert result.returncode == 2
    assert message in result.stderr
    assert "hush" not in result.stderr
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "ours.yaml").exists()


def test_values_of_the_environment_stay_where_they_are(tmp_path: Path) -> None:
    result = semroute(tmp_path, "import", "vsr", "-", stdin=LAYERED, WREN_HOST="hush.example")
    assert "${WREN_HOST}:8000" in result.stdout
    assert "hush" not in result.stdout


def test_a_place_that_cannot_be_written_is_a_mistake(tmp_path: Path) -> None:
    result = semroute(tmp_path, "import", "vsr", "-", "-o", "nowhere/ours.yaml", stdin=PLAIN)
    assert result.returncode == 2
    assert "nowhere/ours.yaml: No such file or directory" in result.stderr


def test_importing_loads_nothing_heavy(tmp_path: Path) -> None:
    (tmp_path / "theirs.yaml").write_text(PLAIN)
    code = (
        "import sys\n"
        "from semroute.app.cli import main\n"
        "sys.argv = ['semroute', 'import', 'vsr', 'theirs.yaml', '-o', 'ours.yaml']\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert end.code == 0, end.code\n"
        "heavy = {'torch', 'transformers', 'grpclib', 'envoy_data_plane', 'numpy'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    command = [sys.executable, "-c", code]
    result = subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=True, cwd=tmp_path
    )
    assert result.stderr.strip() == "[]"
