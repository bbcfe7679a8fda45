"""Envoy, and where it sends requests."""

from typing import Annotated, Final, Literal

from attrs import frozen
from msgspec import Meta

# Envoy must wait longer than we may think, or it gives up on answers that are on their way.
BUDGET_SHARE: Final = 0.8


@frozen
class EnvoySettings:
    """What the generated Envoy configuration says."""

    listen: Annotated[str, Meta(description="Where clients connect: host:port.")] = "127.0.0.1:8801"
    admin: Annotated[str, Meta(description="Envoy's own admin page: host:port.")] = "127.0.0.1:9901"
    failure_mode: Annotated[
        Literal["closed", "open"],
        Meta(
            description="When the router does not answer: `closed` refuses the request with 503, "
            "`open` sends it unprocessed to the default model's endpoint."
        ),
    ] = "closed"
    message_timeout_seconds: Annotated[
        float,
        Meta(gt=0, le=60, description="How long Envoy waits for the router, per message."),
    ] = 2.0
    request_timeout_seconds: Annotated[
        float, Meta(gt=0, le=86400, description="How long a model may take to answer.")
    ] = 300.0
    ca_file: Annotated[
        str,
        Meta(description="Certificate authorities that endpoints with TLS are checked against."),
    ] = "/etc/ssl/certs/ca-certificates.crt"

    @property
    def ruling_seconds(self) -> float:
        """How long a ruling may take, so that Envoy still hears of it."""
        return self.message_timeout_seconds * BUDGET_SHARE


@frozen
class EndpointSettings:
    """A place where models are served."""

    address: Annotated[str, Meta(description="host:port of an OpenAI-compatible server.")]
    health_path: Annotated[
        Annotated[str, Meta(pattern=r"^/[!-~]*$(?!\n)")] | None,
        Meta(description="Envoy asks this path whether the server is alive; null: it never asks."),
    ] = None
    tls: Annotated[bool, Meta(description="Speak TLS to it; its certificate must be valid.")] = (
        False
    )
    private: Annotated[
        bool, Meta(description="It may see personal data whose action is `route`.")
    ] = False
