"""Line charts as SVG and PNG. The same figures give the same bytes."""

import io
from collections.abc import Mapping, Sequence
from typing import Final

from attrs import frozen

_INCHES: Final = (6.4, 4.0)
_IDS: Final = "semroute"  # what matplotlib makes the ids of shapes from, instead of chance


@frozen
class Line:
    """One line of a chart.

    Args:
        label: What it is.
        points: Its points, from left to right.
        is_dashed: Whether it is only there to compare with.
    """

    label: str
    points: Sequence[tuple[float, float]]
    is_dashed: bool = False


@frozen
class Chart:
    """Lines in a frame.

    Args:
        title: What is shown.
        x: What goes from left to right.
        y: What goes from bottom to top.
        lines: The lines.
    """

    title: str
    x: str
    y: str
    lines: Sequence[Line]


def svg_of(chart: Chart) -> str:
    """Returns a chart as an SVG document.

    Raises:
        ImportError: matplotlib is not installed; it comes with `semroute[plots]`.
    """
    # Without a date, or the file would be another one every time.
    return _drawn(chart, "svg", {"Date": None}).decode()


def png_of(chart: Chart) -> bytes:
    """Returns a chart as a PNG picture.

    Raises:
        ImportError: matplotlib is not installed; it comes with `semroute[plots]`.
    """
    return _drawn(chart, "png", {})


def _drawn(chart: Chart, form: str, metadata: Mapping[str, None]) -> bytes:
    from matplotlib import rc_context  # noqa: PLC0415 - a heavy library that few commands need
    from matplotlib.figure import Figure  # noqa: PLC0415 - likewise

    with rc_context({"svg.hashsalt": _IDS}):
        figure = Figure(figsize=_INCHES, layout="constrained")
        axes = figure.add_subplot()
        for line in chart.lines:
            xs, ys = zip(*line.points, strict=True)
            axes.plot(xs, ys, "--" if line.is_dashed else "-", label=line.label)
        axes.set(title=chart.title, xlabel=chart.x, ylabel=chart.y)
        axes.grid(alpha=0.3)
        axes.legend()
        written = io.BytesIO()
        figure.savefig(written, format=form, metadata=metadata)
    return written.getvalue()
