"""`semroute test`."""

# ruff: noqa: PT028 - a command of this name, and no test

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import trio
from attrs import evolve
from cyclopts import Parameter
from cyclopts.validators import Number

from semroute import __version__
from semroute.adapters.prometheus import PrometheusObserver
from semroute.adapters.settings import json_schema
from semroute.app.assemble import classifier_of, detectors_of, fast_of, route_of
from semroute.app.assemble.caching import opened_store, recall_of
from semroute.app.caching import StoreSettings
from semroute.app.config import policy_of
from semroute.app.flights import Flights
from semroute.app.recall import Recall
from semroute.app.routetests import (
    AT_ONCE,
    Report,
    Result,
    RouteTests,
    Trial,
    as_json,
    junit,
    markdown,
)
from semroute.app.settings import Settings
from semroute.domain.policy import Policy
from semroute.domain.ports import Embedder

from .configuration import ConfigOption, JsonOption
from .exits import Exit
from .pages import require_place
from .progress import show_progress
from .routes_file import Plan, read_plan
from .routes_page import print_report

_FILE: Final = Path("routes_test.yaml")
_SECONDS: Final = 600.0  # a file of a thousand prompts takes a minute or two on one core
_PATIENT_SECONDS: Final = 60.0  # the most that a budget may be


def test(  # noqa: PLR0913 - each is an option
    file: Annotated[
        Path,
        Parameter(help="The tests; - reads them from standard input.", allow_leading_hyphen=True),
    ] = _FILE,
    /,
    *,
    config: ConfigOption = None,
    for_machines: JsonOption = False,
    to_junit: Annotated[
        Path | None, Parameter(name="--junit", help="Write JUnit XML to this file too.")
    ] = None,
    to_markdown: Annotated[
        Path | None, Parameter(name="--markdown", help="Write Markdown to this file too.")
    ] = None,
    show_prompts: Annotated[
        bool, Parameter(negative=(), help="Show prompts, in every report; otherwise only names.")
    ] = False,
    seed: Annotated[
        int | None,
        Parameter(help="What slips of the finger are drawn from, if not what the file says."),
    ] = None,
    timeout: Annotated[
        float, Parameter(validator=Number(gt=0), help="How many seconds all tests may take.")
    ] = _SECONDS,
    schema: Annotated[
        bool, Parameter(negative=(), help="Print the JSON Schema of such files instead.")
    ] = False,
) -> int:
    """Try whether prompts go where a file says, without Envoy and without any model.

    The file says what is asked and what is to become of it, and how prompts may be varied
    without going elsewhere. Exits with 1 if something is not as it says, and with 2 if it
    cannot be used.
    """
    if schema:
        print(json.dumps(json_schema(RouteTests, "semroute's routing tests"), indent=2))
        return Exit.OK
    for place in (to_junit, to_markdown):
        require_place(place)
    plan = read_plan(file, config, seed)
    started, begun = datetime.now(UTC), time.monotonic()
    results = trio.run(_results, plan, timeout)
    report = Report(
        file=file.name,
        config=Path(plan.configuration.name).name,  # a report is read elsewhere
        digest=policy_of(plan.configuration.settings).digest,
        seed=plan.seed,
        started=started,
        results=results,
        seconds=time.monotonic() - begun,
        shows_prompts=show_prompts,
    )
    if to_junit is not None:
        to_junit.write_bytes(junit(report))
    if to_markdown is not None:
        to_markdown.write_text(markdown(report), encoding="utf-8")
    if for_machines:
        print(json.dumps(as_json(report), indent=2))
    else:
        print_report(report)
    return Exit.OK if report.is_passed else Exit.FINDINGS


async def _results(plan: Plan, seconds: float) -> tuple[Result, ...]:
    """Tries everything on one router, as `semroute explain` tries a prompt."""
    policy = policy_of(plan.configuration.settings)
    settings, library = _patient(plan.configuration.settings), plan.configuration.library
    classifier = classifier_of(settings, library)
    detectors, fast = detectors_of(settings, classifier), fast_of(settings, library)
    with show_progress() as progress:
        async with (
            _empty_cache(settings, policy, classifier) as recall,
            trio.open_nursery() as nursery,
        ):
            await nursery.start(classifier.run, progress)
            route = route_of(settings, policy, classifier, detectors, recall, fast=fast)
            results = await Trial(route, policy, seconds)(plan.cases, progress)
            nursery.cancel_scope.cancel()
    return results


def _patient(settings: Settings) -> Settings:
    """Returns settings under which no ruling falls by the clock or by how much is asked at once.

    A test that a slow machine fails says nothing about where prompts go.
    """
    windows = settings.classifier.max_windows + settings.screening.max_windows
    waiting = max(settings.classifier.max_waiting, AT_ONCE * windows)
    return evolve(
        settings,
        classifier=evolve(settings.classifier, max_waiting=waiting),
        routing=evolve(settings.routing, budget_seconds=_PATIENT_SECONDS),
        screening=evolve(settings.screening, budget_seconds=_PATIENT_SECONDS),
        # Nothing is ever answered, so nobody may wait for another's answer.
        cache=evolve(settings.cache, follow_seconds=0.0),
    )


@asynccontextmanager
async def _empty_cache(
    settings: Settings, policy: Policy, embedder: Embedder
) -> AsyncIterator[Recall | None]:
    """Holds a cache in which nothing is, if there is to be one: it says what it would keep."""
    if not policy.cache_scopes:
        yield None
        return
    metrics = PrometheusObserver(__version__, policy.digest)
    async with opened_store(StoreSettings(kind="memory")) as store:
        yield recall_of(settings, policy, embedder, store, Flights(), metrics)
