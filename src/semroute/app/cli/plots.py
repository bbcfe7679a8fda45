"""Pictures of figures, in files."""

import importlib.util
from pathlib import Path
from typing import Annotated, Final, TypeAlias

from cyclopts import Parameter

from semroute.adapters.matplotlib import Chart, png_of, svg_of

from .exits import CommandError, UsageError
from .pages import require_place

PlotOption: TypeAlias = Annotated[
    Path | None, Parameter(help="Draw the curve into this file too: .svg or .png.")
]

_SUFFIXES: Final = (".svg", ".png")


def require_plots(plot: Path | None) -> None:
    """Makes sure that a picture can be drawn before anybody waits for it.

    Raises:
        CommandError: What draws it is not installed.
        UsageError: There is no directory to write it to, or its name is not that of a picture we
            can draw.
    """
    require_place(plot)
    if plot is None:
        return
    if plot.suffix.lower() not in _SUFFIXES:
        message = f"{plot}: a picture's name must end in {' or '.join(_SUFFIXES)}"
        raise UsageError(message)
    if importlib.util.find_spec("matplotlib") is None:
        message = "drawing needs matplotlib: pip install 'semroute[plots]'"
        raise CommandError(message)


def write_plot(chart: Chart, plot: Path | None) -> None:
    """Draws a chart into a file, if there is to be one."""
    if plot is None:
        return
    if plot.suffix.lower() == ".png":
        plot.write_bytes(png_of(chart))
    else:
        plot.write_text(svg_of(chart), encoding="utf-8")
