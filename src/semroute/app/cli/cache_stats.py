"""`semroute cache stats`."""

import json
from collections import Counter
from typing import Any

import trio
from attrs import define, field
from rich.console import Console
from rich.table import Table

from semroute.domain.caching.entry import Entry, Selection

from .cache_store import operators_store
from .configuration import ConfigOption, Configuration, JsonOption, read_configuration

_SHOWN = 10


@define
class Tally:
    """What is in a cache."""

    entries: int = 0
    tombstones: int = 0
    compared: int = 0
    size_bytes: int = 0
    tokens: int = 0
    by: dict[str, Counter[str]] = field(
        factory=lambda: {"tenant": Counter(), "route": Counter(), "model": Counter()}
    )

    def count(self, entry: Entry) -> None:
        """Counts one entry."""
        self.entries += 1
        self.tombstones += entry.answer is None
        self.compared += bool(entry.vector)
        self.size_bytes += entry.size
        self.tokens += entry.tokens
        for name, counter in self.by.items():
            counter[getattr(entry, name)] += 1

    def as_json(self) -> dict[str, Any]:
        """Returns it for machines; the ten largest of each kind."""
        return {
            "entries": self.entries,
            "tombstones": self.tombstones,
            "compared_by_meaning": self.compared,
            "bytes": self.size_bytes,
            "tokens": self.tokens,
            **{
                f"by_{name}": dict(counter.most_common(_SHOWN)) for name, counter in self.by.items()
            },
        }


def stats(*, config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Count the answers, and show whose there are most, by tenant, route and model."""
    tally = trio.run(_tally, read_configuration(config))
    if as_json:
        print(json.dumps(tally.as_json(), indent=2))
        return
    table = Table.grid(padding=(0, 2))
    table.add_row("answers", f"{tally.entries - tally.tombstones:,}")
    table.add_row("tombstones", f"{tally.tombstones:,}")
    table.add_row("compared by meaning", f"{tally.compared:,}")
    table.add_row("size", f"{tally.size_bytes / 2**20:,.1f} MiB")
    table.add_row("tokens they cost", f"{tally.tokens:,}")
    for name, counter in tally.by.items():
        for value, count in counter.most_common(_SHOWN):
            table.add_row(f"{name} {value}", f"{count:,}")
    Console().print(table)


async def _tally(configuration: Configuration) -> Tally:
    tally = Tally()
    async with operators_store(configuration.settings) as store:
        async for entry in store.archive.scan(Selection()):
            tally.count(entry)
    return tally
