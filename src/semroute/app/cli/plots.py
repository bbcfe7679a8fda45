"""Pictures of figures, in files."""

import importlib.util
from pathlib import Path
from typing import Annotated, TypeAlias

from cyclopts import Parameter

from semroute.adapters.matplotlib import Chart, svg_of

from .exits import CommandError
from .pages import require_place

PlotOption: TypeAlias = Annotated[
    Path | None, Parameter(help="Draw the curve into this file too, as SVG.")
]


def require_plots(plot: Path | None) -> None:
    """Makes sure that a picture can be drawn before anybody waits for it.

    Raises:
        CommandError: What draws it is not installed.
        UsageError: There is no directory to write it to.
    """
    require_place(plot)
    if plot is not None and importlib.util.find_spec("matplotlib") is None:
        message = "drawing needs matplotlib: pip install 'semroute[plots]'"
        raise CommandError(message)


def write_plot(chart: Chart, plot: Path | None) -> None:
    """Draws a chart into a file, if there is to be one."""
    if plot is not None:
        plot.write_text(svg_of(chart), encoding="utf-8")
