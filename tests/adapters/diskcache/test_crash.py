"""What was acknowledged survives a SIGKILL, and what was removed stays removed."""

import json
import os
import sys
from pathlib import Path
from typing import Final

import pytest
import trio

from .stores import ROOT

# `SEMROUTE_KILLS=200` is what is claimed; a few find most of what can be wrong.
_KILLS: Final = int(os.environ.get("SEMROUTE_KILLS", "12"))
_WRONG: Final = ("lost", "ghosts", "wrong", "damaged", "unopened")


@pytest.mark.timeout(120 + 3 * _KILLS)
async def test_a_kill_loses_nothing_and_leaves_nothing_wrong(tmp_path: Path) -> None:
    seed = int.from_bytes(os.urandom(4))
    child = await trio.run_process(
        [sys.executable, "-m", "tests.adapters.diskcache.crash",
         str(tmp_path / "cache"), str(_KILLS), str(seed)],
        capture_stdout=True,
        cwd=ROOT,
    )  # fmt: skip
    outcome = json.loads(child.stdout)
    # A failure shows the seed with the rest.
    wrong = {name: outcome.get(name, 0) for name in _WRONG}
    assert (seed, wrong) == (seed, dict.fromkeys(_WRONG, 0))
    assert outcome["killed"] == _KILLS
    assert outcome["acknowledged"] > 10 * _KILLS
    assert outcome["entries"] > 0
