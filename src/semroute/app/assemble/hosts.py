"""What a gateway in Kubernetes must be told, made from settings."""

from collections.abc import Iterator
from typing import Final

from attrs import evolve

from semroute.adapters.envoy.hosts import Deployment, Host, Placement, Serving
from semroute.app.config import policy_of
from semroute.app.settings import Settings
from semroute.domain.address import Address
from semroute.domain.naming import ENDPOINT_HEADER, PICKER_HEADER

from .parts import gateway_of

DEFAULT_PORT: Final = 50051


def deployment_of(
    settings: Settings, host: Host, placement: Placement, *, is_shadow: bool
) -> Deployment:
    """Returns the deployment that these settings ask for.

    Where an endpoint picker may come after the router, its header is used only if the settings
    name it; `demands` says what they should name instead.
    """
    wanted = settings.headers.endpoint
    is_moved = wanted is None and host.may_have_a_picker
    if is_moved:
        headers = evolve(settings.headers, endpoint=ENDPOINT_HEADER)
        settings = evolve(settings, headers=headers)
    listens_at = Address.parse(settings.server.extproc)
    router = Address(placement.service_host, listens_at.port or DEFAULT_PORT)
    gateway = evolve(gateway_of(settings, router), is_shadow=is_shadow)
    has_cache = bool(policy_of(settings).cache_scopes)
    return Deployment(
        gateway=gateway,
        placement=placement,
        servings=tuple(Serving(name, model.endpoints) for name, model in settings.models.items()),
        # Whoever follows somebody else's question asks Envoy for more time, which some cannot give.
        patience_seconds=(
            gateway.longest_wait_seconds if has_cache else gateway.message_timeout_seconds
        ),
        demands=dict(_demands(settings, listens_at, is_moved=is_moved)),
        shares_a_pickers_header=wanted == PICKER_HEADER,
    )


def _demands(
    settings: Settings, listens_at: Address, *, is_moved: bool
) -> Iterator[tuple[str, str]]:
    if is_moved:
        yield "headers.endpoint", ENDPOINT_HEADER
    if listens_at.is_local:
        yield "server.extproc", f"0.0.0.0:{listens_at.port or DEFAULT_PORT}"
        yield "server.allow_remote", "true"
    if settings.server.workers > 1:
        yield "server.workers", "1"  # each has a port of its own; pods are what a Service counts
