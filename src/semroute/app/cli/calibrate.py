"""`semroute calibrate`."""

import json
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import trio
from cyclopts import Parameter
from cyclopts.validators import Number
from rich.console import Console

from semroute.app.assemble import classifier_of, roomy, served_of
from semroute.app.evaluation import (
    AT_ONCE,
    Calibration,
    Calibrator,
    Judged,
    LabelledPrompt,
    classify_all,
    exact_interval,
)

from .calibrate_rows import Passed, read_labelled_prompts
from .configuration import ConfigOption, Configuration, JsonOption, read_configuration
from .exits import Exit
from .progress import show_progress


def calibrate(
    data: Annotated[
        Path,
        Parameter(
            help="CSV or JSON lines with `text` and `label`; or the router's log, in JSON, with "
            "`label` added to its lines. Those without one are passed over."
        ),
    ],
    /,
    *,
    risk: Annotated[
        float,
        Parameter(
            validator=Number(gt=0, lt=1),
            help="Of the prompts that are routed by their category, the share that may be wrong.",
        ),
    ] = 0.01,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> int:
    """Choose the confidence from which on the router may be believed, at a risk you set.

    The threshold is chosen on one half of the data, with 95 % certainty that the risk is kept;
    the other half, which played no part in it, says what it comes to. Prints the lines to put
    into the configuration. Exits with 1 if no threshold keeps the risk, or there is too little
    data to know.
    """
    configuration = read_configuration(config)
    labelled = read_labelled_prompts(data)
    console = Console(stderr=True, soft_wrap=True)
    for sentence in labelled.told():
        console.print(sentence, highlight=False)
    if labelled.prompts:
        judged = trio.run(_judged, configuration, labelled.prompts)
    else:
        judged = list(labelled.judged)
    calibrator = Calibrator(risk)
    calibration = calibrator.calibrate(judged)
    if calibration is None:
        console.print(_excuse(calibrator, judged), highlight=False)
    if as_json:
        passed = {each.value: labelled.passed[each] for each in Passed}
        document = {"prompts": len(judged), "passed_over": passed, "risk": risk}
        print(json.dumps(document | _as_json(calibration, calibrator), indent=2))
    elif calibration is not None:
        _print(calibration, calibrator)
    return Exit.FINDINGS if calibration is None or calibration.is_refuted else Exit.OK


async def _judged(configuration: Configuration, prompts: Sequence[LabelledPrompt]) -> list[Judged]:
    settings, library = roomy(configuration.settings, AT_ONCE), configuration.library
    classifier = classifier_of(settings, library)
    served = served_of(settings, library, classifier)
    with show_progress() as progress:
        async with trio.open_nursery() as nursery:
            await nursery.start(classifier.run, progress)
            said = await classify_all(served, [each.text for each in prompts], progress)
            nursery.cancel_scope.cancel()
    return [
        Judged(prompt.text, each.best.probability, each.best.category == prompt.label)
        for prompt, each in zip(prompts, said, strict=True)
    ]


def _as_json(calibration: Calibration | None, calibrator: Calibrator) -> dict[str, Any]:
    if calibration is None:
        return {"min_confidence": None, "needed": calibrator.needed}
    return {
        "min_confidence": calibration.threshold,
        "bound": calibration.bound,
        "is_refuted": calibration.is_refuted,
        "coverage": {
            "share": calibration.coverage.share,
            "interval": exact_interval(calibration.coverage),
        },
        "errors": {
            "share": calibration.errors.share,
            "interval": exact_interval(calibration.errors),
        },
    }


def _print(calibration: Calibration, calibrator: Calibrator) -> None:
    low, high = exact_interval(calibration.coverage)
    console = Console(soft_wrap=True)
    console.print(
        f"# On the half that the threshold was not chosen on: {calibration.coverage.share:.1%} "
        f"({low:.1%}-{high:.1%}) of the prompts are at least so sure.",
        highlight=False,
    )
    low, high = exact_interval(calibration.errors)
    share = calibration.errors.share
    console.print(
        f"# Of those, {'none' if share is None else f'{share:.2%}'} ({low:.2%}-{high:.2%}) "
        f"are wrong; at most {calibrator.risk:.2%} was asked for.",
        highlight=False,
    )
    if calibration.is_refuted:
        console.print("# That is more than chance explains: the data changes too much.")
    # In YAML 1e-05, as Python would write it, is a string.
    threshold = f"{Decimal(str(calibration.threshold)):f}"
    console.print(f"routing:\n  min_confidence: {threshold}", highlight=False)


def _excuse(calibrator: Calibrator, judged: list[Judged]) -> str:
    chosen = sum(each.is_for_choosing for each in judged)
    others = len(judged) - chosen
    if min(chosen, others) < calibrator.needed:
        repeated = len(judged) - len({each.key for each in judged})
        return (
            f"{chosen} prompts to choose a threshold on and {others} to confirm it are too few: a "
            f"risk of {calibrator.risk:.2%} takes {calibrator.needed} of each at least, without "
            "one mistake" + ("; equal texts are in the same half" if repeated else "")
        )
    return f"no threshold is certain to keep the risk of {calibrator.risk:.2%}"
