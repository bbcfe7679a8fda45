"""`semroute envoy`."""

import json
import sys
from typing import Annotated, Literal, TypeAlias

import yaml
from attrs import evolve
from cyclopts import Parameter

from semroute.adapters.envoy import validate
from semroute.adapters.envoy.bootstrap import bootstrap_of
from semroute.adapters.envoy.hosts import Host, Placement
from semroute.adapters.envoy.hosts.page import as_comments, as_list, as_yaml
from semroute.adapters.envoy.hosts.pages import SHADOW_NOTE, page_of
from semroute.app.assemble import deployment_of, gateway_of
from semroute.app.settings import Settings

from .configuration import ConfigOption, JsonOption, WorkersOption, read_configuration
from .exits import UsageError

Name: TypeAlias = Annotated[
    Literal["envoy", "envoy-gateway", "ai-gateway", "istio", "agentgateway"],
    Parameter(name="--for", help="Whom the configuration is for."),
]

_NOWHERE = Placement()


def envoy(  # noqa: PLR0913 - one for each option
    action: Annotated[Literal["print"], Parameter(show=False)] = "print",  # noqa: ARG001 - a word that may be said
    /,
    *,
    host: Name = "envoy",
    config: ConfigOption = None,
    workers: WorkersOption = None,
    as_json: JsonOption = False,
    validate_it: Annotated[
        bool, Parameter(name="--validate", negative=(), help="Let Envoy itself check it first.")
    ] = False,
    shadow: Annotated[
        bool, Parameter(negative=(), help="Only tell the router of requests; change nothing.")
    ] = False,
    namespace: Annotated[
        str, Parameter(help="In Kubernetes: the namespace of the gateway and of the router.")
    ] = _NOWHERE.namespace,
    gateway: Annotated[
        str, Parameter(help="In Kubernetes: the name of the Gateway.")
    ] = _NOWHERE.gateway,
    listener: Annotated[
        str, Parameter(help="For ai-gateway: the name of the Gateway's listener.")
    ] = _NOWHERE.listener,
    service: Annotated[
        str, Parameter(help="In Kubernetes: the name of the router's Service.")
    ] = _NOWHERE.service,
) -> None:
    """Print the configuration of the gateway that consults the router.

    For a plain Envoy it is complete: `semroute envoy > envoy.yaml` and `envoy -c envoy.yaml` run
    the gateway, with the router's processes at the addresses that `server.extproc` and
    `server.workers` name. For the others it is resources for `kubectl apply -f -`.
    """
    settings = read_configuration(config, workers).settings
    chosen = Host(host)
    if shadow and not chosen.has_shadow:
        message = f"--shadow: {host} has no shadow mode; it heeds whatever it consults"
        raise UsageError(message)
    if chosen is Host.ENVOY:
        _print_bootstrap(settings, as_json=as_json, validate_it=validate_it, is_shadow=shadow)
        return
    if validate_it:
        message = "--validate: Envoy can check its own configuration only, --for envoy"
        raise UsageError(message)
    if settings.server.extproc.startswith("unix:"):
        message = "server.extproc: a gateway in Kubernetes reaches the router at host:port"
        raise UsageError(message)
    placement = Placement(namespace, gateway, listener, service)
    _print_resources(settings, chosen, placement, as_json=as_json, is_shadow=shadow)


def _print_bootstrap(
    settings: Settings, *, as_json: bool, validate_it: bool, is_shadow: bool
) -> None:
    gateway = evolve(gateway_of(settings), is_shadow=is_shadow)
    if any(router.path is None and not router.port for router in gateway.routers):
        message = "server.extproc: Envoy must know the port, so it cannot be 0"
        raise UsageError(message)
    document = bootstrap_of(gateway)
    if validate_it:
        validate(document)
    if as_json:
        print(json.dumps(document, indent=2))
    else:
        for line in as_comments(SHADOW_NOTE) if is_shadow else ():
            print(line)
        print(yaml.safe_dump(document, sort_keys=False, width=100), end="")


def _print_resources(
    settings: Settings, host: Host, placement: Placement, *, as_json: bool, is_shadow: bool
) -> None:
    deployment = deployment_of(settings, host, placement, is_shadow=is_shadow)
    page = page_of(host, deployment)
    if as_json:
        print(json.dumps(as_list(page), indent=2))
    else:
        print(as_yaml(page), end="")
    # Comments are lost in pipes; without these the router and the routes do not agree.
    for key, value in deployment.demands.items():
        print(f"note: the router's configuration must say {key}: {value}", file=sys.stderr)
