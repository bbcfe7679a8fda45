"""`semroute import`."""

from cyclopts import App

import_ = App(name="import", help="Turn the configuration of another router into ours.")

import_.command(
    "semroute.app.cli.import_vsr:vsr",
    name="vsr",
    help="Import a configuration of vLLM Semantic Router.",
)
