"""A router with the real encoder and nothing else.

python -m bench.router ADDRESS [unscreened]
"""

import sys

import trio
from attrs import evolve

from semroute.adapters.structlog import configure_logging
from semroute.app.assemble import router_of
from semroute.app.cli.configuration import read_configuration
from semroute.app.guards import AttackGuardSettings, GuardSettings, PiiGuardSettings

OFF = AttackGuardSettings(mode="off")
UNGUARDED = GuardSettings(
    jailbreak=OFF, injection=OFF, pii=PiiGuardSettings(mode="off"), unscannable="off"
)


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
    if sys.argv[2:] == ["unscreened"]:
        settings = evolve(settings, guards=UNGUARDED)
    # Nobody reads what is said after "ready", and a full pipe would hold up the router.
    configure_logging("warning", "json")
    router = router_of(settings, configuration.library)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(router.run, trio.Event())
        await router.settled.wait()
        print("ready", flush=True)


if __name__ == "__main__":
    trio.run(main)
