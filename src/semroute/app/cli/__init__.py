"""The command line. Each command lives in its own file and is imported only when it runs."""

import logging
import os
import sys

from cyclopts import App, CycloptsError

from semroute import __version__

from .exits import Exit, fail

app = App(
    name="semroute",
    help="A semantic router for LLM traffic that Envoy consults over External Processing.",
    version=f"semroute {__version__}",
)

_COMMANDS = {
    "serve": "Serve Envoy's External Processing calls, and nothing else.",
    "up": "Run the router and an Envoy in front of it, from one configuration.",
    "envoy": "Print the configuration of Envoy, or of another gateway, that consults the router.",
    "check": "Check a configuration; every mistake is reported at once.",
    "explain": "Say which model a prompt would go to, and why.",
    "test": "Try whether prompts go where a file says, without Envoy and without any model.",
    "cache": "Look into the answer cache, and clear it.",
    "eval": "Measure the router on labelled data.",
    "calibrate": "Choose the confidence from which on the router may be believed.",
    "train": "Train the heads that read prompts off the encoder's vectors.",
    "import": "Turn the configuration of another router into ours.",
    "schema": "Print the JSON Schema of the configuration, for editors.",
    "demo": "Start a whole gateway with model servers, and send it fifteen prompts.",
    "version": "Print the versions of semroute and of what it is built on.",
}

for _name, _help in _COMMANDS.items():
    # What these are called is a word of Python's.
    _module = {"eval": "evaluate", "import": "import_"}.get(_name, _name)
    app.command(f"semroute.app.cli.{_module}:{_module}", name=_name, help=_help)
app.command("semroute.app.cli.worker:worker", name="worker", show=False)
app.command("semroute.app.cli.learn:learn", name="learn", show=False)


def main() -> None:
    """Runs the command line and exits: 0 fine, 1 findings, 2 usage, 3 trouble while running."""
    try:
        status = app(exit_on_error=False, result_action="return_value")
    except CycloptsError:
        status = Exit.USAGE  # the message is printed already
    except (Exception, KeyboardInterrupt, BaseExceptionGroup) as error:  # noqa: BLE001 - the outermost boundary, which knows what is whose fault
        status = fail(error)
    _exit(status or Exit.OK)


def _exit(status: int) -> None:
    """Ends the process, and with it a thread that may still compute what nobody waits for.

    The interpreter cannot be taken down around such a thread of torch's: it aborts.
    """
    if "torch" not in sys.modules:
        sys.exit(status)
    try:
        logging.shutdown()
        if sys.stdout is not None:  # it is when it was closed from the start
            sys.stdout.flush()
    except OSError:
        status = status or Exit.RUNTIME  # what was printed has not arrived
    finally:
        os._exit(status)
