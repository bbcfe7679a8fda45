"""Documentation that is true, because it is run."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from docs.build import PAGES
from semroute import __version__
from semroute.adapters.prometheus import PrometheusObserver
from semroute.domain.naming import HeaderNames
from semroute.domain.reasons import Reason
from tests.cli.run import semroute

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


@pytest.mark.parametrize("name", PAGES)
def test_pages_made_from_the_code_are_up_to_date(name: str) -> None:
    assert (ROOT / "docs" / name).read_text() == PAGES[name](), "run `make docs`"


def test_generated_protobuf_code_is_up_to_date(tmp_path: Path) -> None:
    """What `make protos` would write is what is there."""
    protoc = [sys.executable, "-m", "grpc_tools.protoc", f"-I{ROOT / 'protos'}"]
    outputs = [f"--python_out={tmp_path}", f"--pyi_out={tmp_path}"]
    subprocess.run([*protoc, *outputs, "extproc.proto"], timeout=60, check=True)
    generated = ROOT / "src/semroute/adapters/extproc/_pb"
    for name in ("extproc_pb2.py", "extproc_pb2.pyi"):
        assert (generated / name).read_text() == (tmp_path / name).read_text(), "run `make protos`"


def pages() -> list[Path]:
    return [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "data").glob("*.md")]


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text()):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), target


def test_every_metric_header_and_reason_is_documented() -> None:
    text = (ROOT / "docs/operations.md").read_text()
    metrics = PrometheusObserver("1", "d").render().decode()
    for name in re.findall(r"^# TYPE (\S+)", metrics, re.MULTILINE):
        if not name.endswith("_created"):
            assert name in text, name
    for header in HeaderNames().owned:
        assert header in text, header
    for reason in Reason:
        assert f"`{reason.value}`" in text


def test_the_map_names_what_is_there() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    for package in (ROOT / "src/semroute/adapters").iterdir():
        if (package / "__init__.py").exists():
            assert f"{package.name}/" in text, package.name
    for name in re.findall(r"`((?:domain|adapters|app|tests)/[\w/.]+\.py)`", text):
        base = ROOT if name.startswith("tests/") else ROOT / "src/semroute"
        assert (base / name).exists(), name


def test_versions_agree() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    pins = dict(
        line.split("==")
        for line in (ROOT / "constraints.txt").read_text().splitlines()
        if "==" in line
    )
    assert pins["torch"] == "2.13.0"
    extras = [each for extra in project["optional-dependencies"].values() for each in extra]
    for requirement in [*project["dependencies"], *extras]:
        name = re.split(r"[<>=\[]", requirement)[0]
        normal = {re.sub(r"[-_.]+", "-", pin).lower() for pin in pins}
        assert name == "semroute" or re.sub(r"[-_.]+", "-", name).lower() in normal, name
    assert __version__ == "0.1.0"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def examples() -> list[tuple[str, str]]:
    """Returns the commands of the README's console blocks, each with its output."""
    found = []
    for block in blocks("console"):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            found.append((command, output))
    return found


def test_the_guards_page_s_configuration_is_one(tmp_path: Path) -> None:
    (guards,) = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs/guards.md").read_text(), re.DOTALL)
    (config,) = blocks("yaml")
    (tmp_path / "semroute.yaml").write_text(config + guards)
    result = semroute(tmp_path, "check", "semroute.yaml")
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_cache_page_s_configurations_are_ones(tmp_path: Path) -> None:
    shown = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs/cache.md").read_text(), re.DOTALL)
    (config,) = blocks("yaml")
    top, by_category = shown
    parsed = yaml.safe_load(config + top)
    parsed["categories"] |= yaml.safe_load(by_category)["categories"]
    (tmp_path / "semroute.yaml").write_text(yaml.safe_dump(parsed))
    result = semroute(tmp_path, "check", "semroute.yaml")
    assert result.returncode == 0, result.stdout + result.stderr


def normalised(text: str) -> str:
    """Forgets numbers, spacing and how long lines are: they differ from run to run."""
    text = re.sub(r"\d+([.,]\d+)*", "0", text)
    text = re.sub(r"[━─]+", "─", text)
    return "\n".join(" ".join(line.split()) for line in text.strip().splitlines())


def test_the_readme_s_make_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text()
    commands = [line for block in blocks("sh") for line in block.splitlines()]
    assert commands == ["make demo", "make test"]
    for command in commands:
        assert re.search(rf"^{command.split()[1]}:", makefile, re.MULTILINE)


@pytest.mark.envoy
@pytest.mark.model
@pytest.mark.parametrize(("command", "output"), examples(), ids=[each[0] for each in examples()])
def test_the_readme_s_examples_print_what_it_says(
    tmp_path: Path, command: str, output: str
) -> None:
    (config,) = blocks("yaml")
    (tmp_path / "semroute.yaml").write_text(config)
    arguments = re.findall(r'"([^"]*)"|(\S+)', command)
    name, *rest = [quoted or plain for quoted, plain in arguments]
    assert name == "semroute"
    if rest[0] == "demo":
        rest += ["--port", "0"]
    result = semroute(tmp_path, *rest)
    assert result.returncode == 0, result.stderr
    assert normalised(result.stdout) == normalised(output)


def test_every_test_that_a_page_names_exists() -> None:
    sources = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    for page in pages():
        for name in re.findall(r"`(test_\w+)`", page.read_text()):
            assert f"def {name}(" in sources, f"{page.name}: {name}"
