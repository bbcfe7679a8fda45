"""`semroute test`."""

# ruff: noqa: PT028 - a command of this name, and no test

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import trio
from cyclopts import Parameter
from cyclopts.validators import Number

from semroute.adapters.settings import json_schema
from semroute.app.config import policy_of
from semroute.app.routetests import (
    Report,
    RouteTests,
    as_json,
    junit,
    markdown,
)

from .configuration import ConfigOption, JsonOption
from .exits import Exit
from .pages import require_place
from .routes_file import read_plan
from .routes_page import print_report

_FILE: Final = Path("routes_test.yaml")
_SECONDS: Final = 600.0  # a file of a thousand prompts takes a minute or two on one core


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
    # Imported here: mistakes are told without all the parts of a router.
    from .routes_run import results_of  # noqa: PLC0415

    started, begun = datetime.now(UTC), time.monotonic()
    results = trio.run(results_of, plan, timeout)
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
