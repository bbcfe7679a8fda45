"""`semroute eval category`."""

import json
from pathlib import Path
from typing import Annotated

import trio
from cyclopts import Parameter

from semroute.adapters.matplotlib import Chart, Line
from semroute.app.assemble import classifier_of, roomy, served_of
from semroute.app.evaluation import (
    AT_ONCE,
    CategoryReport,
    LabelledPrompt,
    category_as_json,
    category_page,
    evaluate_categories,
)
from semroute.domain.suggestions import did_you_mean

from .configuration import ConfigOption, Configuration, JsonOption, read_configuration
from .pages import ReportOption, command_of, print_page, require_place, write_page
from .plots import PlotOption, require_plots, write_plot
from .progress import show_progress
from .rows import Mistake, Row, read_rows, text_of


def category(
    *,
    data: Annotated[Path, Parameter(help="Prompts, one JSON object a line: `text`, `label`.")],
    config: ConfigOption = None,
    as_json: JsonOption = False,
    report: ReportOption = None,
    plot: PlotOption = None,
) -> None:
    """Measure how often the most probable category is the labelled one.

    Prints accuracy, macro-F1, the calibration error, the confusion matrix, what comes of
    answering only from a confidence on, and how many prompts noise moves to another category.
    """
    require_place(report)
    require_plots(plot)
    configuration = read_configuration(config)
    categories = frozenset(configuration.settings.categories)
    prompts = read_rows(data, "prompts", lambda row: _prompt(row, categories))
    measured = trio.run(_report, configuration, prompts)
    page = category_page(measured)
    write_page(page, report, command_of("category", data, config))
    write_plot(_chart(measured), plot)
    if as_json:
        print(json.dumps(category_as_json(measured), indent=2))
    else:
        print_page(page)


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
    settings, library = roomy(configuration.settings, AT_ONCE), configuration.library
    classifier = classifier_of(settings, library)
    served = served_of(settings, library, classifier)
    with show_progress() as progress:
        async with trio.open_nursery() as nursery:
            await nursery.start(classifier.run, progress)
            report = await evaluate_categories(served, prompts, progress, served.slower)
            nursery.cancel_scope.cancel()
    return report


def _chart(report: CategoryReport) -> Chart:
    some = [each for each in report.abstention if each.coverage.hits]
    right = [(each.coverage.share or 0.0, each.accuracy.share or 0.0) for each in some]
    claimed = [(each.coverage.share or 0.0, each.threshold) for each in some]
    return Chart(
        "Answering only when sure",
        "share of prompts answered",
        "of those right",
        (Line("accuracy", right), Line("least confidence", claimed, is_dashed=True)),
    )
