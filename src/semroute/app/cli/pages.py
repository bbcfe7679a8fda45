"""Pages of figures, on a terminal and in files."""

from pathlib import Path
from typing import Annotated, TypeAlias

from cyclopts import Parameter
from rich.console import Console
from rich.markup import escape
from rich.table import Table as Grid

from semroute.app.evaluation import Page, markdown

from .exits import UsageError

ReportOption: TypeAlias = Annotated[
    Path | None, Parameter(help="Write the figures to this file too, in Markdown.")
]


def require_place(report: Path | None) -> None:
    """Makes sure that a report can be written before anybody waits for it.

    Raises:
        UsageError: There is no directory to write it to.
    """
    if report is not None and not report.parent.is_dir():
        message = f"{report}: there is no directory {report.parent}"
        raise UsageError(message)


def command_of(name: str, data: Path, config: Path | None, *options: str) -> str:
    """Returns a command as a report names it: with the names of files, not their places."""
    configured = ("--config", config.name) if config is not None else ()
    return " ".join(("semroute eval", name, "--data", data.name, *configured, *options))


def write_page(page: Page, report: Path | None, command: str) -> None:
    """Writes a page to a file, if there is to be one."""
    if report is not None:
        report.write_text(markdown(page, command), encoding="utf-8")


def print_page(page: Page) -> None:
    """Prints a page."""
    console = Console()
    for line in page.lines:
        console.print(escape(line), highlight=False)
    for table in page.tables:
        grid = Grid(title=f"\n{table.title}", title_justify="left", box=None)
        for column, name in enumerate(table.columns):
            grid.add_column(name, justify="right" if column else "left", overflow="fold")
        for row in table.rows:
            grid.add_row(*map(escape, row))
        console.print(grid)
        if table.note:
            console.print(escape(table.note), style="dim", highlight=False)
