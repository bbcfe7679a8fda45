"""`--plot` of the commands that measure."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from semroute.adapters.matplotlib import Chart, Line
from semroute.app.cli.evaluate_category import category
from semroute.app.cli.evaluate_frontier import frontier
from semroute.app.cli.evaluate_tools import tools
from semroute.app.cli.exits import UsageError
from semroute.app.cli.plots import require_plots, write_plot

CHART = Chart("Answers", "share", "right", (Line("ours", [(0, 0.5), (1, 0.9)]),))


@pytest.mark.parametrize("command", [category, frontier, tools])
@pytest.mark.parametrize("name", ["x.gif", "x", "x.svg.gz", ".svg"])
def test_a_picture_that_cannot_be_drawn_is_refused_before_anything_is_read(
    tmp_path: Path, command: Callable[..., Any], name: str
) -> None:
    with pytest.raises(UsageError, match=r"must end in \.svg or \.png"):
        command(data=tmp_path / "missing.jsonl", plot=tmp_path / name)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "start"),
    [("x.svg", b"<?xml"), ("x.SVG", b"<?xml"), ("x.png", b"\x89PNG"), ("x.PNG", b"\x89PNG")],
)
def test_the_name_says_what_is_drawn(tmp_path: Path, name: str, start: bytes) -> None:
    require_plots(tmp_path / name)
    write_plot(CHART, tmp_path / name)
    assert (tmp_path / name).read_bytes().startswith(start)
