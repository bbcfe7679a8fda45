"""`semroute eval cache`."""

import json
from pathlib import Path
from typing import Annotated

import trio
from cyclopts import Parameter
from cyclopts.validators import Number

from semroute.app.assemble import classifier_of
from semroute.app.evaluation import (
    CacheReport,
    QuestionPair,
    cache_as_json,
    cache_page,
    evaluate_cache,
)
from semroute.domain.caching.agreement import DEFAULT_THRESHOLD

from .configuration import ConfigOption, Configuration, JsonOption, read_configuration
from .pages import ReportOption, command_of, print_page, require_place, write_page
from .progress import show_progress
from .rows import Mistake, Row, read_rows, text_of


def cache(
    *,
    data: Annotated[
        Path,
        Parameter(
            help="Pairs of questions, one JSON object a line: `a`, `b`, `same` true or false; "
            "`source`, and `kind` or `relation`."
        ),
    ],
    threshold: Annotated[
        float,
        Parameter(
            validator=Number(gte=0, lte=1), help="From which cosine on a pair can be the same."
        ),
    ] = DEFAULT_THRESHOLD,
    config: ConfigOption = None,
    as_json: JsonOption = False,
    report: ReportOption = None,
) -> None:
    """Measure how often the semantic cache hits, and how often wrongly.

    Every pair is compared as if the one had been answered and the other were asked: by the cosine
    of their vectors, then by what decides the answer. Prints the same for other thresholds.
    """
    require_place(report)
    configuration = read_configuration(config)
    pairs = read_rows(data, "pairs", _pair)
    measured = trio.run(_measure, configuration, pairs, threshold)
    page = cache_page(measured)
    options = () if threshold == DEFAULT_THRESHOLD else ("--threshold", f"{threshold:g}")
    write_page(page, report, command_of("cache", data, config, *options))
    if as_json:
        print(json.dumps(cache_as_json(measured), indent=2))
    else:
        print_page(page)


def _pair(row: Row) -> QuestionPair | Mistake:
    asked, kept, same = text_of(row, "a"), text_of(row, "b"), row.get("same")
    if isinstance(asked, Mistake):
        return asked
    if isinstance(kept, Mistake):
        return kept
    if not isinstance(same, bool):
        return Mistake("same must be true or false")
    source, kind = row.get("source", "data"), row.get("kind", row.get("relation", ""))
    if not isinstance(source, str):
        return Mistake("source must be a string")
    if not isinstance(kind, str):
        return Mistake("kind and relation must be strings")
    return QuestionPair(asked, kept, same, source, kind)


async def _measure(
    configuration: Configuration, pairs: list[QuestionPair], threshold: float
) -> CacheReport:
    classifier = classifier_of(configuration.settings, configuration.library)
    with show_progress() as progress:
        async with trio.open_nursery() as nursery:
            await nursery.start(classifier.run, progress)
            report = await evaluate_cache(classifier, pairs, threshold, progress)
            nursery.cancel_scope.cancel()
    return report
