"""The command line as people run it."""

import os
import subprocess
import sys
from pathlib import Path

SEMROUTE = Path(sys.executable).with_name("semroute")


def environment(home: Path) -> dict[str, str]:
    """An empty home, no colours, and a way out to nothing but this machine."""
    return {
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "COLUMNS": "140",
        "NO_COLOR": "1",
        "PYTHONWARNINGS": "error::ResourceWarning",
    }


def semroute(
    home: Path, *arguments: str, stdin: str = "", timeout: float = 120, **variables: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [SEMROUTE, *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        cwd=home,
        env=environment(home) | variables,
        timeout=timeout,
        check=False,
    )
