"""What Envoy is to do, in the few words that differ from one installation to the next."""

from typing import Final, Literal

from attrs import Factory, field, frozen

from semroute.domain.address import Address

ROUTER_CLUSTER: Final = "semroute"
"""What Envoy calls the router's processes."""


@frozen
class Upstream:
    """A place where models are served; Envoy knows it as a cluster of this name.

    Args:
        name: The endpoint's name.
        address: Where it is.
        health_path: What Envoy asks to see whether it is alive; None: it never asks.
        tls: Whether to speak TLS to it.
        chosen_by: What the endpoint header says to choose it; its name if not given.
    """

    name: str
    address: Address
    health_path: str | None = None
    tls: bool = False
    chosen_by: str = field(default=Factory(lambda self: self.name, takes_self=True))


@frozen
class Gateway:
    """An Envoy in front of models, with the router as its external processor.

    Args:
        listen: Where clients connect.
        admin: Envoy's own admin page.
        routers: Where the router's processes listen; Envoy spreads requests over them.
        upstreams: Where models are served.
        fallback: The upstream of requests that nobody has routed.
        endpoint_header: Carries what chooses an upstream.
        owned_headers: Headers only the router may set; clients' copies are removed before
            the first route lookup.
        failure_mode: `closed` refuses requests when the router fails, `open` sends them to
            the fallback unprocessed.
        message_timeout_seconds: How long to wait for the router, per message.
        longest_wait_seconds: The same at most, if the router asks for more.
        request_timeout_seconds: How long a model may take to answer.
        max_body_bytes: How much of a request is buffered; more is refused with 413.
        max_streams: Concurrent exchanges per connection to a router.
        metadata_namespace: Where the router's dynamic metadata is accepted.
        service: The name under which the router answers gRPC health checks.
        ca_file: The certificate authorities that upstreams with TLS are checked against.
        is_shadow: Whether the router is only told of requests, and changes nothing.
    """

    listen: Address
    admin: Address
    routers: tuple[Address, ...]
    upstreams: tuple[Upstream, ...]
    fallback: str
    endpoint_header: str
    owned_headers: tuple[str, ...]
    failure_mode: Literal["closed", "open"]
    message_timeout_seconds: float
    longest_wait_seconds: float
    request_timeout_seconds: float
    max_body_bytes: int
    max_streams: int
    metadata_namespace: str
    service: str
    ca_file: str
    is_shadow: bool = False

    @property
    def fails_open(self) -> bool:
        """Whether requests pass when the router fails.

        Those of a shadow always do: Envoy would refuse them although it waits for no answer.
        """
        return self.is_shadow or self.failure_mode == "open"
