"""`semroute demo`."""

import json
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Final

import trio
from attrs import evolve, frozen
from cyclopts import Parameter
from cyclopts.validators import Number
from rich import box
from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from semroute.adapters.envoy import EnvoyProcess
from semroute.adapters.http import bound_socket, model_server, serve_http
from semroute.adapters.structlog import configure_logging
from semroute.app.assemble import router_of, run_gateway
from semroute.app.config import policy_of
from semroute.app.lifecycle import first_of, stop_on_signals
from semroute.app.settings import Settings
from semroute.domain.address import Address
from semroute.domain.policy import Policy

from .configuration import Configuration, JsonOption, read_configuration
from .exits import CommandError, Exit
from .progress import show_progress

if TYPE_CHECKING:
    from semroute.app.cli.demonstration import Outcome

_TITLE: Final = "Fifteen prompts through Envoy"
_WIDE: Final = 132  # columns; narrower terminals get two lines a prompt
_OTHER_COLUMNS: Final = 34  # what a narrow table needs beside the prompts
_HOST: Final = "127.0.0.1"
_CURL: Final = """
The gateway is running; try it, and press Ctrl-C when you have seen enough:

  curl -si http://{address}/v1/chat/completions -H 'content-type: application/json' -d \\
    '{{"model": "auto", "messages": [{{"role": "user", "content": "Is my lease binding?"}}]}}'
"""


@frozen
class _Options:
    once: bool
    as_json: bool


def demo(
    *,
    once: Annotated[
        bool, Parameter(negative=(), help="Exit after the table, with 1 if anything went astray.")
    ] = False,
    port: Annotated[
        int,
        Parameter(
            validator=Number(gte=0, lte=65535),
            help="Where clients connect on 127.0.0.1; 0 lets the system choose.",
        ),
    ] = 8801,
    as_json: JsonOption = False,
) -> int:
    """Start a whole gateway with model servers, and send it fifteen prompts.

    Everything is real but the models: Envoy, the router with its encoder, and small servers that
    answer over HTTP. Afterwards the gateway keeps running until Ctrl-C.
    """
    configure_logging("warning", "console")
    return trio.run(_demo, read_configuration(None), port, _Options(once, as_json))


async def _demo(configuration: Configuration, port: int, options: _Options) -> int:
    stop = trio.Event()
    async with trio.open_nursery() as signals:
        await signals.start(stop_on_signals, stop)
        with TemporaryDirectory(prefix="semroute-") as directory:
            async with trio.open_nursery() as models:
                settings = _private(configuration.settings, port, Path(directory))
                settings = await _with_models(settings, models)
                configuration = evolve(configuration, settings=settings)
                is_fine = await _run(configuration, stop, Path(directory), options)
                models.cancel_scope.cancel()
        signals.cancel_scope.cancel()
    return Exit.OK if is_fine else Exit.FINDINGS


def _private(settings: Settings, port: int, directory: Path) -> Settings:
    """Returns settings that get in nobody's way."""
    if port:
        try:
            bound_socket(Address(_HOST, port))[1].close()
        except OSError as error:
            message = f"{_HOST}:{port} cannot be used ({error.strerror}); choose another --port"
            raise CommandError(message) from error
    anywhere = f"{_HOST}:0"
    return evolve(
        settings,
        server=evolve(settings.server, extproc=f"unix:{directory}/extproc.sock", admin=anywhere),
        envoy=evolve(settings.envoy, listen=f"{_HOST}:{port}", admin=anywhere),
    )


async def _with_models(settings: Settings, nursery: trio.Nursery) -> Settings:
    """Starts a model server for every endpoint, and returns settings that lead there."""
    endpoints = {}
    for name, endpoint in settings.endpoints.items():
        address, sock = bound_socket(Address(_HOST, 0))
        await nursery.start(serve_http, model_server(name), sock)
        endpoints[name] = evolve(endpoint, address=str(address))
    return evolve(settings, endpoints=endpoints)


async def _run(
    configuration: Configuration, stop: trio.Event, directory: Path, options: _Options
) -> bool:
    """Runs the gateway for as long as it is wanted; says whether every prompt was routed."""
    settings = configuration.settings
    router = router_of(settings, configuration.library)
    envoys: list[EnvoyProcess] = []
    announced = trio.Event()

    def announce(envoy: EnvoyProcess) -> None:
        envoys.append(envoy)
        announced.set()

    is_fine = False
    async with trio.open_nursery() as nursery:
        with show_progress() as progress:
            run = partial(
                run_gateway,
                progress=progress,
                announce=announce,
                access_log=directory / "access.log",
            )
            nursery.start_soon(run, router, stop)
            await first_of(announced, stop)
        for envoy in envoys:
            is_fine = await _show(envoy.listen, policy_of(settings), as_json=options.as_json)
            if options.once:
                stop.set()
            else:
                Console().print(_CURL.format(address=envoy.listen), soft_wrap=True, highlight=False)
    return is_fine


async def _show(gateway: Address, policy: Policy, *, as_json: bool) -> bool:
    try:
        from semroute.app.cli.demonstration import demonstrate  # noqa: PLC0415 - openai is optional
    except ModuleNotFoundError as error:
        message = f"{error.name} is not installed; pip install 'semroute[demo]' brings it"
        raise CommandError(message) from error
    console = Console(stderr=as_json)
    is_wide = console.width >= _WIDE
    table = _wide_table() if is_wide else _narrow_table(console.width)
    add_row = _add_wide_row if is_wide else _add_narrow_row
    outcomes = []
    with Live(table, console=console, auto_refresh=False) as live:
        async for outcome in demonstrate(gateway):
            outcomes.append(outcome)
            add_row(table, outcome, policy)
            live.refresh()
    if not console.is_terminal:
        console.print()  # elsewhere, Live leaves the cursor at the end of the table
    if as_json:
        print(json.dumps([outcome.as_json(policy) for outcome in outcomes], indent=2))
    return all(outcome.is_routed(policy) for outcome in outcomes)


def _wide_table() -> Table:
    table = Table(title=_TITLE, title_justify="left", row_styles=["", "dim"])
    table.add_column("prompt", max_width=36, no_wrap=True, overflow="ellipsis")
    for name in ("category", "conf.", "model", "endpoint", "why", "added ms"):
        table.add_column(name, justify="right" if name in {"conf.", "added ms"} else "left")
    return table


def _add_wide_row(table: Table, outcome: "Outcome", policy: Policy) -> None:
    table.add_row(
        outcome.request.prompt,
        outcome.category,
        f"{outcome.confidence:.2f}",
        _model(outcome, policy),
        outcome.endpoint,
        outcome.why(policy),
        f"{outcome.added_milliseconds:.1f}",
    )


def _narrow_table(width: int) -> Table:
    table = Table(title=_TITLE, title_justify="left", box=box.SIMPLE_HEAD, row_styles=["", "dim"])
    room = max(width - _OTHER_COLUMNS, 20)
    heading = "prompt; category and why"
    table.add_column(heading, max_width=room, no_wrap=True, overflow="ellipsis")
    table.add_column("model, endpoint", no_wrap=True)
    table.add_column("added ms", justify="right")
    return table


def _add_narrow_row(table: Table, outcome: "Outcome", policy: Policy) -> None:
    table.add_row(
        f"{outcome.request.prompt}\n  {outcome.category}: {outcome.why(policy)}",
        Text("\n").join([_model(outcome, policy), Text(f"  {outcome.endpoint}")]),
        f"{outcome.added_milliseconds:.1f}",
    )


def _model(outcome: "Outcome", policy: Policy) -> Text:
    return Text(outcome.model, "" if outcome.is_routed(policy) else "bold red")
