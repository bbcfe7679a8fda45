"""`semroute eval guard`."""

import json
from pathlib import Path
from typing import Annotated, Any, Final

import trio
from attrs import evolve, frozen
from cyclopts import Parameter
from cyclopts.validators import Number

from semroute.app.assemble import classifier_of, detectors_of, screen_of
from semroute.app.config import policy_of
from semroute.app.evaluation import (
    DEFAULT_RISK,
    Costs,
    GuardReport,
    Heard,
    LabelledText,
    Letters,
    RobustnessReport,
    TriedScreen,
    UnscreenedError,
    evaluate_guard,
    evaluate_letters,
    evaluate_robustness,
    for_attacks,
    guard_as_json,
    guard_page,
    letters_patch,
    measure_costs,
    sampled,
)
from semroute.domain.passage import Origin

from .configuration import ConfigOption, Configuration, JsonOption, read_configuration
from .exits import CommandError
from .pages import ReportOption, command_of, print_page, require_place, write_page
from .progress import show_progress
from .rows import Mistake, Row, read_rows, text_of

_SAMPLE: Final = 60  # a share of so many is known to within some ten points; and it takes minutes


@frozen
class _Measured:
    report: GuardReport
    costs: Costs
    robustness: RobustnessReport
    letters: Letters


def guard(  # noqa: PLR0913 - each is an option
    *,
    data: Annotated[
        Path,
        Parameter(
            help="Texts, one JSON object a line: `text`, `label` 1 or 0, `source`, `origin`."
        ),
    ],
    sample: Annotated[
        int,
        Parameter(
            validator=Number(gte=0),
            help="How many attacks are also hidden in every way, beside as many ordinary texts.",
        ),
    ] = _SAMPLE,
    risk: Annotated[
        float,
        Parameter(
            validator=Number(gte=0, lt=1),
            help="Of all texts, the share that may come off worse for the encoder not being asked.",
        ),
    ] = DEFAULT_RISK,
    config: ConfigOption = None,
    as_json: JsonOption = False,
    report: ReportOption = None,
) -> None:
    """Measure how many attacks are found, and how many of them when they are hidden.

    Every text is screened as a request of its own, with the configured thresholds. Then a sample
    of the attacks is screened again: deep in other text, and in every disguise. As many ordinary
    texts are disguised too, and had better not be flagged. At last, the encoder reads what the
    letters had decided alone, to say between which bounds they need it. Prints the lines to put
    into the configuration for the risk that you set.
    """
    require_place(report)
    configuration = read_configuration(config)
    texts = read_rows(data, "texts", _text)
    measured = trio.run(_measure, configuration, texts, sample, risk)
    page = guard_page(measured.report, measured.costs, measured.robustness, measured.letters)
    options = ("--sample", str(sample), *(("--risk", f"{risk:g}") if risk != DEFAULT_RISK else ()))
    write_page(page, report, command_of("guard", data, config, *options))
    if as_json:
        print(json.dumps(_as_json(measured), indent=2))
    else:
        print_page(page)
        if patch := letters_patch(measured.letters):
            print(patch)


def _text(row: Row) -> LabelledText | Mistake:
    text, label = text_of(row), row.get("label")
    source, origin = row.get("source", "data"), row.get("origin", Origin.USER.value)
    if isinstance(text, Mistake):
        return text
    if not isinstance(label, int) or label not in (0, 1):
        return Mistake("label must be 1 for an attack or 0 for none")
    if not isinstance(source, str):
        return Mistake("source must be a string")
    if not isinstance(origin, str) or origin not in set(Origin):
        return Mistake(f"origin must be one of {', '.join(Origin)}")
    return LabelledText(text, bool(label), source, Origin(origin))


async def _measure(
    configuration: Configuration, texts: list[LabelledText], sample: int, risk: float
) -> _Measured:
    settings = for_attacks(configuration.settings)
    policy = policy_of(settings)
    classifier = classifier_of(settings, configuration.library)
    screen = screen_of(settings, policy, detectors_of(settings, classifier))
    finder = detectors_of(configuration.settings, None).finder
    tried = TriedScreen(screen, policy.guards)
    # What is read of the texts is kept for those who ask again; what is read of disguises is not.
    heard = None if screen.reader is None else Heard(screen.reader)
    plain = evolve(tried, screen=evolve(screen, reader=heard))
    with show_progress() as progress:
        async with trio.open_nursery() as nursery:
            await nursery.start(classifier.run, progress)
            # First of all: what the encoder has read once it remembers.
            costs = await measure_costs(screen, finder, [each.subject for each in texts], progress)
            try:
                report, outcomes = await evaluate_guard(plain, texts, progress)
                robustness = await evaluate_robustness(
                    tried, sampled(texts, sample), outcomes, progress
                )
                letters = await evaluate_letters(tried, heard, texts, risk, progress)
            except* UnscreenedError as errors:
                raise CommandError(str(errors.exceptions[0])) from errors
            nursery.cancel_scope.cancel()
    return _Measured(report, costs, robustness, letters)


def _as_json(measured: _Measured) -> dict[str, Any]:
    return guard_as_json(measured.report, measured.costs, measured.robustness, measured.letters)
