"""`semroute cache get`, `flush`, `forget-wrong` and `verify`."""

import json
import time
from datetime import UTC, datetime
from typing import Annotated, Any, Final

import trio
from cyclopts import Parameter
from rich.console import Console
from rich.table import Table
from rich.text import Text

from semroute.domain.caching.entry import Entry, Verification

from .cache_store import (
    AgeOption,
    ModelOption,
    RouteOption,
    TenantOption,
    Wanted,
    operators_store,
)
from .configuration import ConfigOption, Configuration, JsonOption, read_configuration
from .exits import CommandError, Exit

_YEAR_SECONDS: Final = 31_536_000.0
_DAY_SECONDS: Final = 86_400.0

IdArgument = Annotated[str, Parameter(help="The answer's id.")]


def get(id_: IdArgument, *, config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Show one answer: whose it is, what was asked, and what was answered.

    It shows people's words; whoever may read the cache's key may use it.
    """
    entry = trio.run(_get, read_configuration(config), id_)
    told = as_told(entry)
    if as_json:
        print(json.dumps(told, indent=2))
        return
    table = Table.grid(padding=(0, 2))
    for name, value in told.items():
        shown = json.dumps(value, indent=2) if isinstance(value, dict) else str(value)
        table.add_row(Text(name, "bold"), Text(shown))
    Console().print(table)


async def _get(configuration: Configuration, id_: str) -> Entry:
    async with operators_store(configuration.settings) as store:
        return _there(await store.archive.get(id_), id_)


def flush(  # noqa: PLR0913 - each is an option
    *,
    tenant: TenantOption = (),
    route: RouteOption = None,
    model: ModelOption = None,
    older_than: AgeOption = None,
    yes: Annotated[bool, Parameter(negative=(), help="Really remove them.")] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Remove answers; all that fit every option, and all if there is none.

    Without --yes it only says how many there are.
    """
    wanted = Wanted(tenant, route, model, older_than)
    count = trio.run(_flush, read_configuration(config), wanted, yes)
    if as_json:
        print(json.dumps({"entries": count, "removed": yes}))
    elif yes:
        print(f"{count} removed")
    else:
        print(f"{count} would be removed; --yes removes them")


async def _flush(configuration: Configuration, wanted: Wanted, yes: bool) -> int:  # noqa: FBT001 - as trio.run calls it
    async with operators_store(configuration.settings) as store:
        return await store.archive.flush(wanted.selection(store.keys), dry_run=not yes)


def forget_wrong(
    id_: IdArgument,
    *,
    days: Annotated[
        float, Parameter(help="For how long no answer to such a question is kept or given.")
    ] = 30.0,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Remove a wrong answer, and see to it that nothing like it comes back.

    For so many days no answer to this question, or to one that means the same, is kept or given.
    """
    trio.run(_forget, read_configuration(config), id_, min(days * _DAY_SECONDS, _YEAR_SECONDS))
    print(json.dumps({"forgotten": id_}) if as_json else f"{id_} is forgotten for {days:g} days")


async def _forget(configuration: Configuration, id_: str, seconds: float) -> None:
    async with operators_store(configuration.settings) as store:
        entry = _there(await store.archive.get(id_), id_)
        await store.answers.put(entry.as_tombstone(time.time(), seconds))


def verify(*, config: ConfigOption = None, as_json: JsonOption = False) -> int:
    """Read every answer, and remove those that are damaged. Exits with 1 if there were any."""
    found = trio.run(_verify, read_configuration(config))
    if as_json:
        print(json.dumps({"entries": found.entries, "damaged": found.damaged}))
    else:
        print(f"{found.entries} sound, {found.damaged} damaged and removed")
    return Exit.FINDINGS if found.damaged else Exit.OK


async def _verify(configuration: Configuration) -> Verification:
    async with operators_store(configuration.settings) as store:
        return await store.archive.verify()


def as_told(entry: Entry) -> dict[str, Any]:
    """Returns an entry as people read it."""
    return {
        "id": entry.id,
        "tenant": entry.tenant,
        "route": entry.route,
        "model": entry.model,
        "asked": entry.text,
        "answer": None if entry.answer is None else json.loads(entry.answer),
        "is_tombstone": entry.answer is None,
        "tokens": entry.tokens,
        "created": datetime.fromtimestamp(entry.created, UTC).isoformat(),
        "expires": datetime.fromtimestamp(entry.expires, UTC).isoformat(),
        "partition": entry.partition.hex(),
        "exact": entry.exact.hex(),
        "found_by_meaning": bool(entry.vector),
    }


def _there(entry: Entry | None, id_: str) -> Entry:
    if entry is None:
        message = f"there is no answer {id_}"
        raise CommandError(message)
    return entry
