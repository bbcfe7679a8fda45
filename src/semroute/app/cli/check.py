"""`semroute check`."""

import json
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console

from semroute.adapters.settings import SettingsError

from .configuration import ConfigOption, JsonOption, read_configuration, variable
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
    settings = configuration.settings
    if as_json:
        print(json.dumps({"ok": True, "problems": []}, indent=2))
    else:
        counts = (
            f"{len(settings.models)} models on {len(settings.endpoints)} endpoints, "
            f"{len(settings.categories)} categories"
        )
        Console().print(f"[green]ok[/green]: {configuration.name}: {counts}", soft_wrap=True)
    return Exit.OK
