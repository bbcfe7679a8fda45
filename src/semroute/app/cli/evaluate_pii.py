"""`semroute eval pii`."""

import json
from functools import partial
from pathlib import Path
from typing import Annotated

import trio
from cyclopts import Parameter

from semroute.app.assemble import classifier_of, detectors_of, screen_of
from semroute.app.config import policy_of
from semroute.app.evaluation import (
    Document,
    LabelledSpan,
    PiiReport,
    UnscreenedError,
    evaluate_pii,
    for_pii,
    kind_called,
    pii_as_json,
    pii_page,
)
from semroute.domain.guards import ENCODER_KINDS

from .configuration import ConfigOption, Configuration, JsonOption, read_configuration
from .exits import CommandError
from .pages import ReportOption, command_of, print_page, require_place, write_page
from .progress import show_progress
from .rows import Mistake, Row, read_rows, text_of


def pii(
    *,
    data: Annotated[
        Path,
        Parameter(
            help="Documents, one JSON object a line: `text`, `spans` of `kind`, `start`, `end`; "
            "`source`. "
            "Kinds have their names in the configuration, or Presidio's; `--json` calls them as "
            "the file does."
        ),
    ],
    entities: Annotated[
        bool, Parameter(help="Also look for people and street addresses, with the encoder.")
    ] = True,
    config: ConfigOption = None,
    as_json: JsonOption = False,
    report: ReportOption = None,
) -> None:
    """Measure how much of the personal data in texts is found.

    Every document is screened as a request of its own, for all kinds, with the configured
    thresholds. A finding is right if it overlaps a label of its kind.
    """
    require_place(report)
    configuration = read_configuration(config)
    documents = read_rows(data, "documents", lambda row: _document(row, entities=entities))
    measured = trio.run(partial(_measure, configuration, documents, entities=entities))
    page = pii_page(measured)
    options = () if entities else ("--no-entities",)
    write_page(page, report, command_of("pii", data, config, *options))
    if as_json:
        print(json.dumps(pii_as_json(measured), indent=2))
    else:
        print_page(page)


def _document(row: Row, *, entities: bool) -> Document | Mistake:
    text, spans = text_of(row), row.get("spans")
    if isinstance(text, Mistake):
        return text
    source = row.get("source", "data")
    if not isinstance(source, str):
        return Mistake("source must be a string")
    if not isinstance(spans, list):
        return Mistake("spans must be a list")
    labels: list[LabelledSpan] = []
    ignored: list[str] = []
    for number, span in enumerate(spans, start=1):
        label = _label(span, len(text), entities=entities)
        match label:
            case Mistake(what):
                return Mistake(f"span {number}: {what}")
            case LabelledSpan():
                labels.append(label)
            case str():
                ignored.append(label)
    return Document(text, tuple(dict.fromkeys(labels)), tuple(ignored), source)


def _label(span: object, size: int, *, entities: bool) -> LabelledSpan | Mistake | str:
    """Returns a label, or what is wrong with it, or the name of a kind nobody looks for."""
    match span:
        case {"kind": str(name), "start": int(start), "end": int(end)}:
            if not 0 <= start < end <= size:
                return Mistake(f"{start} to {end} is not a part of a text of {size} characters")
            kind = kind_called(name)
            if kind is None or (kind in ENCODER_KINDS and not entities):
                return name
            return LabelledSpan(kind, start, end, name=name)
        case _:
            return Mistake("it must have a kind, and a start and an end in characters")


async def _measure(
    configuration: Configuration, documents: list[Document], *, entities: bool
) -> PiiReport:
    settings = for_pii(configuration.settings, entities=entities)
    with show_progress() as progress:
        async with trio.open_nursery() as nursery:
            classifier = None
            if entities:
                classifier = classifier_of(settings, configuration.library)
                await nursery.start(classifier.run, progress)
            policy = policy_of(settings)
            screen = screen_of(settings, policy, detectors_of(settings, classifier))
            try:
                report = await evaluate_pii(screen, policy.guards.pii, documents, progress)
            except UnscreenedError as error:
                raise CommandError(str(error)) from error
            nursery.cancel_scope.cancel()
    return report
