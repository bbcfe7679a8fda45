"""A gateway in Kubernetes, with the router as its external processor."""

from collections.abc import Mapping

from attrs import field, frozen

from semroute.adapters.envoy.gateway import Gateway


@frozen
class Placement:
    """Where things are in Kubernetes.

    Args:
        namespace: Of the gateway, of the router, and of what is printed.
        gateway: The name of the `Gateway`.
        listener: The name of its listener.
        service: The name of the router's `Service`.
    """

    namespace: str = "default"
    gateway: str = "semroute"
    listener: str = "http"
    service: str = "semroute"

    @property
    def service_host(self) -> str:
        """The name under which DNS knows the router."""
        return f"{self.service}.{self.namespace}.svc.cluster.local"


@frozen
class Serving:
    """Where one model runs.

    Args:
        model: Its name.
        shares: The upstreams, each with its share of the model's traffic.
    """

    model: str
    shares: Mapping[str, float]


@frozen
class Deployment:
    """What is to be printed.

    Args:
        gateway: What the gateway is to do; the router's address is its `Service`.
        placement: Where things are.
        servings: Where models run.
        patience_seconds: How long a message may take where the router cannot ask for more time.
        demands: What the router's configuration must say too, and does not: values by key.
        shares_a_pickers_header: Whether the endpoint header is also that of endpoint pickers,
            because the operator says so.
    """

    gateway: Gateway
    placement: Placement
    servings: tuple[Serving, ...]
    patience_seconds: float
    demands: Mapping[str, str] = field(factory=dict)
    shares_a_pickers_header: bool = False

    @property
    def port(self) -> int:
        """Where the router listens."""
        return self.gateway.routers[0].port
