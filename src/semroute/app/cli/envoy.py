"""`semroute envoy`."""

import json
from typing import Annotated

import yaml
from cyclopts import Parameter

from semroute.adapters.envoy import validate
from semroute.adapters.envoy.bootstrap import bootstrap_of
from semroute.app.assemble import gateway_of

from .configuration import ConfigOption, JsonOption, WorkersOption, read_configuration
from .exits import UsageError


def envoy(
    *,
    config: ConfigOption = None,
    workers: WorkersOption = None,
    as_json: JsonOption = False,
    validate_it: Annotated[
        bool, Parameter(name="--validate", negative=(), help="Let Envoy itself check it first.")
    ] = False,
) -> None:
    """Print the Envoy configuration that `up` would run.

    It is complete: `semroute envoy > envoy.yaml` and `envoy -c envoy.yaml` run the gateway, with
    the router's processes at the addresses that `server.extproc` and `server.workers` name.
    """
    gateway = gateway_of(read_configuration(config, workers).settings)
    if any(router.path is None and not router.port for router in gateway.routers):
        message = "server.extproc: Envoy must know the port, so it cannot be 0"
        raise UsageError(message)
    document = bootstrap_of(gateway)
    if validate_it:
        validate(document)
    if as_json:
        print(json.dumps(document, indent=2))
    else:
        print(yaml.safe_dump(document, sort_keys=False, width=100), end="")
