"""`semroute cache export` and `import`."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final

import msgspec
import trio
from cyclopts import Parameter

from semroute.adapters.openai import OpenAICache
from semroute.domain.caching.answer import Unfit
from semroute.domain.caching.entry import Entry
from semroute.domain.headers import Headers
from semroute.domain.record import UpstreamAnswer

from .cache_store import (
    AgeOption,
    ModelOption,
    RouteOption,
    TenantOption,
    Wanted,
    operators_store,
)
from .configuration import ConfigOption, Configuration, read_configuration, read_input, read_text
from .exits import UsageError
from .progress import show_progress

_JSON: Final = Headers.of({":status": "200", "content-type": "application/json"})


def export(
    *,
    tenant: TenantOption = (),
    route: RouteOption = None,
    model: ModelOption = None,
    older_than: AgeOption = None,
    config: ConfigOption = None,
) -> None:
    """Print answers, one a line, as JSON; all that fit every option.

    They are people's words: keep what is printed as you keep the cache. Only a cache with the
    same key finds them again.
    """
    wanted = Wanted(tenant, route, model, older_than)
    trio.run(_export, read_configuration(config), wanted)


async def _export(configuration: Configuration, wanted: Wanted) -> None:
    async with operators_store(configuration.settings) as store:
        async for entry in store.archive.scan(wanted.selection(store.keys)):
            sys.stdout.write(msgspec.json.encode(entry).decode() + "\n")


def import_(
    path: Annotated[
        Path,
        Parameter(help="What `export` printed; - for standard input.", allow_leading_hyphen=True),
    ],
    *,
    config: ConfigOption = None,
) -> None:
    """Keep answers that `export` printed. Nothing is kept unless every line can be read."""
    text = read_input() if str(path) == "-" else read_text(path)
    entries = list(_entries(text, str(path)))
    trio.run(_import, read_configuration(config), entries)
    print(f"{len(entries)} kept")


async def _import(configuration: Configuration, entries: list[Entry]) -> None:
    async with operators_store(configuration.settings) as store:
        with show_progress() as progress:
            for number, entry in enumerate(entries):
                progress("keeping answers", number / len(entries))
                await store.answers.put(entry)
            progress("keeping answers", 1.0)


def _entries(text: str, name: str) -> Iterator[Entry]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                entry = msgspec.json.decode(line, type=Entry)
            except msgspec.DecodeError as error:
                message = f"{name}:{number}: this is no answer: {error}"
                raise UsageError(message) from error
            unfit = None if entry.answer is None else _unfit(entry.answer)
            if unfit is not None:
                message = f"{name}:{number}: this is no answer that could be given: {unfit.value}"
                raise UsageError(message)
            yield entry


def _unfit(answer: bytes) -> Unfit | None:
    """Returns why an answer would not have been kept."""
    fit = OpenAICache().fit(UpstreamAnswer(_JSON, answer))
    return fit if isinstance(fit, Unfit) else None
