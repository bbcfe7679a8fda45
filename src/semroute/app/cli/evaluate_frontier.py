"""`semroute eval frontier`."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import trio
from attrs import frozen
from cyclopts import Parameter
from cyclopts.validators import Number

from semroute.adapters.matplotlib import Chart, Line
from semroute.app.assemble import classifier_of
from semroute.app.evaluation import (
    Duel,
    FrontierReport,
    Prices,
    by_lot,
    classify_all,
    frontier_as_json,
    frontier_page,
)
from semroute.domain.suggestions import did_you_mean

from .configuration import ConfigOption, Configuration, JsonOption, read_configuration
from .exits import CommandError, UsageError
from .pages import ReportOption, command_of, print_page, require_place, write_page
from .plots import PlotOption, require_plots, write_plot
from .progress import show_progress
from .rows import Mistake, Row, read_rows, text_of


@frozen
class _Tried:
    """A prompt, and what every model's answer to it was worth, from 0 to 1."""

    text: str
    outcomes: Mapping[str, float]


def frontier(  # noqa: PLR0913 - each is a choice of the operator's
    *,
    data: Annotated[
        Path,
        Parameter(help="Prompts, one JSON object a line: `text`, `outcomes` of models by name."),
    ],
    strong: Annotated[
        str | None, Parameter(help="The strong model; the best on the whole if not given.")
    ] = None,
    weak: Annotated[
        str | None, Parameter(help="The weak model; the worst on the whole if not given.")
    ] = None,
    strong_price: Annotated[
        float, Parameter(validator=Number(gte=0), help="What an answer of the strong model costs.")
    ] = 1.0,
    weak_price: Annotated[
        float, Parameter(validator=Number(gte=0), help="What an answer of the weak model costs.")
    ] = 0.0,
    config: ConfigOption = None,
    as_json: JsonOption = False,
    report: ReportOption = None,
    plot: PlotOption = None,
) -> None:
    """Measure how well complexity tells prompts for a strong model from those for a weak one.

    An outcome is true or false, or what an answer was worth, from 0 to 1. Prints the frontier
    between the two models, how much of the gap between them is recovered on average (APGR), the
    best single model, and what could be had by always knowing the cheapest model that is right.
    """
    require_place(report)
    require_plots(plot)
    configuration = read_configuration(config)
    prompts = read_rows(data, "prompts", _tried)
    better, worse = _models(data, prompts, strong, weak)
    scores = trio.run(_scores, configuration, [each.text for each in prompts])
    duels = (
        Duel(score, each.outcomes[better], each.outcomes[worse])
        for score, each in zip(scores, prompts, strict=True)
    )
    measured = FrontierReport(tuple(duels), Prices(strong_price, weak_price), better, worse)
    page = frontier_page(measured)
    write_page(page, report, command_of("frontier", data, config))
    write_plot(_chart(measured), plot)
    if as_json:
        print(json.dumps(frontier_as_json(measured), indent=2))
    else:
        print_page(page)


def _tried(row: Row) -> _Tried | Mistake:
    text, outcomes = text_of(row), row.get("outcomes")
    if isinstance(text, Mistake):
        return text
    if not isinstance(outcomes, dict) or not all(map(_is_worth, outcomes.values())):
        return Mistake("outcomes must say of each model true, false, or a number from 0 to 1")
    return _Tried(text, {name: float(worth) for name, worth in outcomes.items()})


def _is_worth(value: object) -> bool:
    return isinstance(value, int | float) and 0 <= value <= 1


def _models(
    data: Path, prompts: list[_Tried], strong: str | None, weak: str | None
) -> tuple[str, str]:
    """Returns the strong and the weak model.

    Raises:
        UsageError: There are no two, or not those that were named.
    """
    names = set.intersection(*(set(each.outcomes) for each in prompts))
    for name in (strong, weak):
        if name is not None and name not in names:
            near = did_you_mean(name, sorted(names))
            message = f"{data}: not every prompt has an outcome of {name!r}{near}"
            raise UsageError(message)
    ranked = sorted(names, key=lambda name: (sum(each.outcomes[name] for each in prompts), name))
    better = strong or next((name for name in reversed(ranked) if name != weak), None)
    worse = weak or next((name for name in ranked if name != better), None)
    if better is None or worse is None or better == worse:
        message = f"{data}: two models need an outcome for every prompt"
        raise UsageError(message)
    return better, worse


async def _scores(configuration: Configuration, texts: list[str]) -> list[float]:
    classifier = classifier_of(configuration.settings, configuration.library)
    with show_progress() as progress:
        async with trio.open_nursery() as nursery:
            await nursery.start(classifier.run, progress)
            said = await classify_all(classifier, texts, progress)
            nursery.cancel_scope.cancel()
    scores = [each.complexity for each in said if each.complexity is not None]
    if len(scores) < len(said):
        message = "the configured classifier does not say how complex prompts are"
        raise CommandError(message)
    return scores


def _chart(report: FrontierReport) -> Chart:
    points = report.frontier
    return Chart(
        "Strong or weak model",
        "cost of an answer",
        "accuracy",
        (
            Line("by complexity", [(point.cost, point.accuracy) for point in points]),
            Line("by lot", [(each.cost, by_lot(report, each)) for each in points], is_dashed=True),
            Line(
                f"best constant: {report.best_constant}",
                [(point.cost, report.best_constant_accuracy) for point in points],
                is_dashed=True,
            ),
        ),
    )
