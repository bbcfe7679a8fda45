"""`semroute check`."""

import json
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console

from semroute.adapters.settings import SettingsError
from semroute.app.config import definitions_of, policy_of
from semroute.app.fast import FastPlan, plan_of

from .configuration import ConfigOption, Configuration, JsonOption, read_configuration, variable
from .exits import Exit, UsageError, fail


def check(
    file: Annotated[
        Path | None, Parameter(help="The same as --config.", allow_leading_hyphen=True)
    ] = None,
    /,
    *,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> int:
    """Check a configuration; every mistake is reported at once.

    Exits with 0 if there is none and with 2 otherwise.
    """
    if file is not None and config not in (None, variable()):
        message = f"which one: {file} or {config}?"
        raise UsageError(message)
    try:
        configuration = read_configuration(file or config)
    except SettingsError as error:
        if not as_json:
            return fail(error)
        problems = [
            {"line": each.line, "path": each.place, "message": each.message}
            for each in error.problems
        ]
        print(json.dumps({"ok": False, "problems": problems}, indent=2))
        return Exit.USAGE
    settings, fast = configuration.settings, _fast_plan_of(configuration)
    if as_json:
        print(json.dumps({"ok": True, "problems": [], "fast": dict(fast.as_json())}, indent=2))
    else:
        counts = (
            f"{len(settings.models)} models on {len(settings.endpoints)} endpoints, "
            f"{len(settings.categories)} categories"
        )
        Console().print(f"[green]ok[/green]: {configuration.name}: {counts}", soft_wrap=True)
        Console().print(f"fast tier {fast.words}", soft_wrap=True, highlight=False)
    return Exit.OK


def _fast_plan_of(configuration: Configuration) -> FastPlan:
    # Not from `app.assemble`, which takes all the parts of a router to import.
    from semroute.adapters.torch import knows_attacks  # noqa: PLC0415 - mistakes are told without
    from semroute.adapters.torch.fast import strangers_to_fast  # noqa: PLC0415 - likewise

    settings, library = configuration.settings, configuration.library
    own = None if settings.classifier.heads is None else Path(settings.classifier.heads)
    return plan_of(
        settings,
        policy_of(settings),
        strangers_to_fast(own, definitions_of(settings, library)),
        reads_every_text=own is not None and knows_attacks(own),
    )
