"""`semroute eval category`."""

import json
from pathlib import Path
from typing import Annotated, Any

import trio
from cyclopts import Parameter
from rich.console import Console
from rich.table import Table
from rich.text import Text

from semroute.app.assemble import classifier_of
from semroute.app.evaluation import CategoryReport, LabelledPrompt, evaluate_categories
from semroute.domain.suggestions import did_you_mean

from .configuration import ConfigOption, Configuration, JsonOption, read_configuration
from .progress import show_progress
from .rows import Mistake, Row, read_rows, text_of


def category(
    *,
    data: Annotated[Path, Parameter(help="Prompts, one JSON object a line: `text`, `label`.")],
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Measure how often the most probable category is the labelled one.

    Prints accuracy, macro-F1 and the confusion matrix.
    """
    configuration = read_configuration(config)
    categories = frozenset(configuration.settings.categories)
    prompts = read_rows(data, "prompts", lambda row: _prompt(row, categories))
    report = trio.run(_report, configuration, prompts)
    if as_json:
        print(json.dumps(_as_json(report), indent=2))
    else:
        _print(report)


def _prompt(row: Row, categories: frozenset[str]) -> LabelledPrompt | Mistake:
    text, label = text_of(row), row.get("label")
    if isinstance(text, Mistake):
        return text
    if not isinstance(label, str):
        return Mistake("label must be a string")
    if label not in categories:
        near = did_you_mean(label, categories)
        return Mistake(f"no category is called {label!r}{near}")
    return LabelledPrompt(text, label)


async def _report(configuration: Configuration, prompts: list[LabelledPrompt]) -> CategoryReport:
    classifier = classifier_of(configuration.settings, configuration.library)
    with show_progress() as progress:
        async with trio.open_nursery() as nursery:
            await nursery.start(classifier.run, progress)
            report = await evaluate_categories(classifier, prompts, progress)
            nursery.cancel_scope.cancel()
    return report


def _as_json(report: CategoryReport) -> dict[str, Any]:
    names = report.categories
    return {
        "prompts": report.total,
        "accuracy": round(report.accuracy, 4),
        "macro_f1": round(report.macro_f1, 4),
        "f1": {name: round(report.f1(name), 4) for name in names},
        "confusion": {
            label: {name: report.confusion.get((label, name), 0) for name in names}
            for label in names
        },
    }


def _print(report: CategoryReport) -> None:
    console = Console()
    console.print(
        f"[bold]{report.total}[/] prompts   accuracy [bold]{report.accuracy:.3f}[/]   "
        f"macro-F1 [bold]{report.macro_f1:.3f}[/]"
    )
    names = report.categories
    table = Table(title="labelled (rows) as (columns)", title_justify="left", box=None)
    table.add_column("")
    for name in names:
        table.add_column(name[:4], justify="right")
    table.add_column("F1", justify="right")
    for label in names:
        counts = [report.confusion.get((label, name), 0) for name in names]
        cells = [
            _cell(count, is_right=label == name) for count, name in zip(counts, names, strict=True)
        ]
        table.add_row(label, *cells, f"{report.f1(label):.2f}")
    console.print(table)


def _cell(count: int, *, is_right: bool) -> Text:
    if not count:
        return Text("·", "dim")
    return Text(str(count), "bold green" if is_right else "")
