"""A router with the real encoder and nothing else. `python -m bench.router ADDRESS`."""

import sys

import trio
from attrs import evolve

from semroute.app.assemble import router_of
from semroute.app.cli.configuration import read_configuration


async def main() -> None:
    configuration = read_configuration(None)
    settings = evolve(
        configuration.settings,
        server=evolve(configuration.settings.server, extproc=sys.argv[1], admin="127.0.0.1:0"),
        routing=evolve(configuration.settings.routing, budget_seconds=60),
        classifier=evolve(configuration.settings.classifier, workers=1),
        # Every exchange asks the same; each is to cost what a new prompt costs.
        screening=evolve(configuration.settings.screening, remembered=0),
    )
    router = router_of(settings, configuration.library)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(router.run, trio.Event())
        await router.settled.wait()
        print("ready", flush=True)


if __name__ == "__main__":
    trio.run(main)
