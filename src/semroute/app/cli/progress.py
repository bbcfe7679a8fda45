"""Showing that something takes its time."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

Show: TypeAlias = Callable[[str, float], None]
"""Takes what is being done, and how much of it is done, from 0 to 1."""


@contextmanager
def show_progress() -> Iterator[Show]:
    """Shows a bar on standard error while the context lasts; on a terminal only.

    Yields:
        A function that takes what is being done, and how much of it is done, from 0 to 1.
    """
    with show_bars() as add_bar:
        yield add_bar()


@contextmanager
def show_bars() -> Iterator[Callable[[], Show]]:
    """Shows as many bars as are asked for, one below the other.

    Yields:
        A function that adds a bar, and returns what is told its progress.
    """
    console = Console(stderr=True)
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not sys.stderr.isatty(),
    ) as bars:

        def add_bar() -> Show:
            task = bars.add_task("starting", total=1.0)

            def show(what: str, share: float) -> None:
                bars.update(task, description=what, completed=share)

            return show

        yield add_bar
