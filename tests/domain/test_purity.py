"""The domain needs nothing but attrs, not even to be tested."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# attrs, and what pytest and hypothesis are made of (`py` is pytest's own).
ALLOWED = (
    "attr", "attrs", "pytest", "_pytest", "pluggy", "iniconfig", "packaging", "pygments",
    "py", "hypothesis", "_hypothesis_globals", "sortedcontainers",
)  # fmt: skip


def bare_environment(directory: Path) -> None:
    """Links the allowed packages, and nothing else that is installed here, into a directory."""
    for name in ALLOWED:
        spec = importlib.util.find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        origin = Path(spec.origin)
        source = origin.parent if origin.name == "__init__.py" else origin
        (directory / source.name).symlink_to(source)


def run_bare(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    bare_environment(tmp_path)
    paths = os.pathsep.join([str(tmp_path), str(ROOT / "src"), str(ROOT)])
    # -S leaves out everything installed; -B leaves the links' targets alone.
    return subprocess.run(
        [sys.executable, "-S", "-B", *arguments],
        cwd=tmp_path,
        env={"PYTHONPATH": paths, "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )


@pytest.mark.parametrize("package", ["trio", "torch", "grpclib", "google.protobuf", "numpy"])
def test_the_bare_environment_is_bare(tmp_path: Path, package: str) -> None:
    assert run_bare(tmp_path, "-c", f"import {package}").returncode != 0


def test_the_domain_can_be_imported_and_tested_with_nothing_but_attrs(tmp_path: Path) -> None:
    others = [
        str(path)
        for path in sorted(Path(__file__).parent.glob("test_*.py"))
        if path.name != Path(__file__).name
    ]
    options = (
        "-q",
        "--noconftest",
        "-p",
        "no:cacheprovider",
        "-c",
        os.devnull,
        "--rootdir",
        str(ROOT),
    )
    result = run_bare(tmp_path, "-m", "pytest", *options, *others)
    assert result.returncode == 0, result.stdout + result.stderr
    assert " passed" in result.stdout
