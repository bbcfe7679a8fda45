"""The gateways by name."""

from enum import StrEnum


class Host(StrEnum):
    """A gateway that can consult the router."""

    ENVOY = "envoy"
    ENVOY_GATEWAY = "envoy-gateway"
    AI_GATEWAY = "ai-gateway"
    ISTIO = "istio"
    AGENTGATEWAY = "agentgateway"

    @property
    def may_have_a_picker(self) -> bool:
        """Whether an endpoint picker may come after the router.

        Everyone who knows `InferencePool`, which is all of those in Kubernetes.
        """
        return self is not Host.ENVOY

    @property
    def has_shadow(self) -> bool:
        """Whether it can consult a router without heeding it."""
        return self is not Host.AGENTGATEWAY
