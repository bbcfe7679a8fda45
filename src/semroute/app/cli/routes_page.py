"""Results of routing tests on a terminal."""

from collections.abc import Iterator

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from semroute.app.routetests import Judged, Report
from semroute.app.routetests.pages import cells_of, word_of

_COLOURS = {"ok": "green", "FAILED": "red", "not tried": "yellow"}


def print_report(report: Report) -> None:
    """Prints a table of all cases, then what is wrong with those that fail."""
    console = Console()
    grid = Table(box=None, pad_edge=False)
    for name in ("", "test", "went to", "reason", "elsewhere"):
        grid.add_column(name, overflow="fold", justify="left")
    for result in report.results:
        word = word_of(result)
        colour = _COLOURS[word]
        cells = map(escape, (result.case.name, *cells_of(result)))
        grid.add_row(f"[{colour}]{word}[/{colour}]", *cells)
    console.print(grid)
    for result in report.judged:
        if not result.is_passed:
            console.print(f"\n[bold]{escape(result.case.name)}[/bold]", soft_wrap=True)
            for line in _lines(result, report):
                console.print(f"  {escape(line)}", highlight=False, soft_wrap=True)
    console.print(f"\n{escape(report.summary)}", highlight=False, soft_wrap=True)


def _lines(result: Judged, report: Report) -> Iterator[str]:
    yield from result.complaints
    yield from result.remarks
    if report.shows_prompts:
        yield f"prompt: {result.case.prompt}"
