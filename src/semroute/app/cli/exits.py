"""How commands end."""

import sys
import traceback
from enum import IntEnum

from rich.console import Console
from rich.text import Text


class Exit(IntEnum):
    """Exit statuses. Scripts rely on them."""

    OK = 0
    FINDINGS = 1
    USAGE = 2
    RUNTIME = 3
    INTERRUPTED = 130


def fail(error: BaseException) -> int:
    """Prints what went wrong to standard error, and returns the exit status for it.

    Mistakes of the operator's are one line each. Only what nobody expected has a traceback.
    """
    # Imported here: a command that succeeds needs none of these.
    from semroute.adapters.envoy import EnvoyError, RefusedByEnvoyError  # noqa: PLC0415
    from semroute.adapters.processes import WorkerError  # noqa: PLC0415
    from semroute.adapters.settings import SettingsError  # noqa: PLC0415
    from semroute.adapters.torch import CheckpointError  # noqa: PLC0415
    from semroute.app.lifecycle import InterruptedTwiceError  # noqa: PLC0415
    from semroute.domain.errors import CacheError  # noqa: PLC0415

    cause = _single(error)
    match cause:
        case KeyboardInterrupt():
            return Exit.INTERRUPTED
        case InterruptedTwiceError():
            return 128 + cause.signal_number
        case SettingsError() | UsageError() | RefusedByEnvoyError():
            _print(str(cause))
            return Exit.USAGE
        case OSError(filename=str(place), strerror=str(reason)):
            _print(f"{place}: {reason}")
            return Exit.RUNTIME
        case (
            EnvoyError()
            | CheckpointError()
            | WorkerError()
            | OSError()
            | CommandError()
            | CacheError()
        ):
            _print(str(cause))
            return Exit.RUNTIME
        case _:
            traceback.print_exception(error, file=sys.stderr)
            return Exit.RUNTIME


class CommandError(Exception):
    """A command cannot do its work, for a reason that one sentence explains."""


class UsageError(Exception):
    """A command was given what it cannot use."""


def _single(error: BaseException) -> BaseException:
    """Returns the one exception that a nursery wrapped, or the group if there are several."""
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error


def _print(message: str) -> None:
    console = Console(stderr=True, soft_wrap=True)
    for line in message.splitlines():
        console.print(Text("error: ", "bold red"), Text(line), sep="")
