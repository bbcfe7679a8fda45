"""`semroute eval frontier`."""

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import trio
from attrs import frozen
from cyclopts import Parameter
from cyclopts.validators import Number

from semroute.adapters.matplotlib import Chart, Line
from semroute.app.assemble import classifier_of
from semroute.app.evaluation import (
    Contest,
    FrontierReport,
    by_lot,
    classify_all,
    frontier_as_json,
    frontier_page,
)
from semroute.domain.suggestions import did_you_mean

from .configuration import ConfigOption, Configuration, JsonOption, read_configuration
from .exits import CommandError, UsageError
from .frontier_prices import PriceOptions, configured_prices, given_prices, prices_of
from .pages import ReportOption, command_of, print_page, require_place, write_page
from .plots import PlotOption, require_plots, write_plot
from .progress import show_progress
from .rows import Mistake, Row, read_numbered_rows, text_of


@frozen
class _Tried:
    """A prompt, and what every model's answer to it was worth, from 0 to 1."""

    text: str
    outcomes: Mapping[str, float]


def frontier(  # noqa: PLR0913 - each is a choice of the operator's
    *,
    data: Annotated[
        Path,
        Parameter(
            help="Prompts, one JSON object a line: `text`, `outcomes` of models by name, the "
            "same models in every line."
        ),
    ],
    strong: Annotated[
        str | None, Parameter(help="The strong model; the best on the whole if not given.")
    ] = None,
    weak: Annotated[
        str | None, Parameter(help="The weak model; the worst on the whole if not given.")
    ] = None,
    strong_price: Annotated[
        float | None,
        Parameter(
            validator=Number(gte=0, lt=math.inf),
            help="What an answer of the strong model costs; as configured, or 1, if not given.",
        ),
    ] = None,
    weak_price: Annotated[
        float | None,
        Parameter(
            validator=Number(gte=0, lt=math.inf),
            help="What an answer of the weak model costs; as configured, or 0, if not given.",
        ),
    ] = None,
    price: Annotated[
        tuple[str, ...],
        Parameter(
            negative=(),
            help="What an answer of any model costs, as `model=price`; may be given for each.",
        ),
    ] = (),
    config: ConfigOption = None,
    as_json: JsonOption = False,
    report: ReportOption = None,
    plot: PlotOption = None,
) -> None:
    """Measure how well complexity tells prompts for a strong model from those for a weak one.

    An outcome is true or false, or what an answer was worth, from 0 to 1. Prints the frontier
    between the two models, how much of the gap between them is recovered on average (APGR), the
    best single model of all in the file, and what could be had by always knowing the cheapest of
    them that is right; each with a 95 % interval.

    Models that no option prices cost what the configuration makes of their `price`, if it has
    one for each of them: the average answer, as the router estimates it.
    """
    require_place(report)
    require_plots(plot)
    configuration = read_configuration(config)
    numbered = read_numbered_rows(data, "prompts", _tried)
    names = _models(data, numbered)
    prompts = [each for _, each in numbered]
    better, worse = _two(data, prompts, names, strong, weak)
    said = PriceOptions(strong_price, weak_price, price)
    given = given_prices(said, names, better, worse)
    texts = [each.text for each in prompts]
    configured = configured_prices(configuration.settings, names, texts)
    scores = trio.run(_scores, configuration, texts)
    contests = (Contest(score, each.outcomes) for score, each in zip(scores, prompts, strict=True))
    prices = prices_of(names, given, configured, better, worse)
    measured = FrontierReport(tuple(contests), prices, better, worse)
    page = frontier_page(measured)
    options = _as_given(strong, weak, said)
    write_page(page, report, command_of("frontier", data, config, *options))
    write_plot(_chart(measured), plot)
    if as_json:
        print(json.dumps(frontier_as_json(measured), indent=2))
    else:
        print_page(page)


def _as_given(strong: str | None, weak: str | None, prices: PriceOptions) -> list[str]:
    """Returns the options that were given, as they are written on a command line."""
    options = (
        ("--strong", strong),
        ("--weak", weak),
        ("--strong-price", prices.strong),
        ("--weak-price", prices.weak),
        *(("--price", each) for each in prices.others),
    )
    return [f"{option} {value}" for option, value in options if value is not None]


def _tried(row: Row) -> _Tried | Mistake:
    text, outcomes = text_of(row), row.get("outcomes")
    if isinstance(text, Mistake):
        return text
    if not isinstance(outcomes, dict) or not all(map(_is_worth, outcomes.values())):
        return Mistake("outcomes must say of each model true, false, or a number from 0 to 1")
    return _Tried(text, {name: float(worth) for name, worth in outcomes.items()})


def _is_worth(value: object) -> bool:
    return isinstance(value, int | float) and 0 <= value <= 1


def _models(data: Path, numbered: Sequence[tuple[int, _Tried]]) -> list[str]:
    """Returns every model, sorted.

    Raises:
        UsageError: A prompt has no outcome of one of them.
    """
    first: dict[str, int] = {}
    for line, each in numbered:
        for name in each.outcomes:
            first.setdefault(name, line)
    for line, each in numbered:
        for name in sorted(first.keys() - each.outcomes.keys()):
            near = did_you_mean(name, sorted(first.keys() - {name}))
            message = (
                f"{data}: line {line}: there is no outcome of {name!r}, "
                f"as there is in line {first[name]}{near}"
            )
            raise UsageError(message)
    return sorted(first)


def _two(
    data: Path,
    prompts: Sequence[_Tried],
    names: Sequence[str],
    strong: str | None,
    weak: str | None,
) -> tuple[str, str]:
    """Returns the strong and the weak model.

    Raises:
        UsageError: There are no two, or not those that were named.
    """
    for option, name in (("--strong", strong), ("--weak", weak)):
        if name is not None and name not in names:
            near = did_you_mean(name, names)
            message = f"{option}: there are no outcomes of {name!r} in {data}{near}"
            raise UsageError(message)
    if strong is not None and strong == weak:
        message = f"--strong and --weak are both {strong!r}"
        raise UsageError(message)
    ranked = sorted(names, key=lambda name: (sum(each.outcomes[name] for each in prompts), name))
    better = strong or next((name for name in reversed(ranked) if name != weak), None)
    worse = weak or next((name for name in ranked if name != better), None)
    if better is None or worse is None:
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
            Line("by complexity", [(point.cost, point.accuracy.value) for point in points]),
            Line("by lot", [(each.cost, by_lot(report, each)) for each in points], is_dashed=True),
            Line(
                f"best constant: {report.best_constant}",
                [(point.cost, report.best_constant_accuracy.value) for point in points],
                is_dashed=True,
            ),
        ),
    )
