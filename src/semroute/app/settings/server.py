"""The router's listeners, and what it writes."""

from typing import Annotated, Literal

from attrs import frozen
from msgspec import Meta

from semroute.app.limits import MiB


@frozen
class ServerSettings:
    """The router's own listeners and limits."""

    extproc: Annotated[
        str, Meta(description="Where Envoy reaches the router: host:port, or unix:/path.")
    ] = "127.0.0.1:50051"
    workers: Annotated[
        int,
        Meta(
            ge=1,
            le=256,
            description="Router processes that `serve` runs. Each has an address of its own: the "
            "ports that follow `extproc`'s, or sockets with a number added to the name.",
        ),
    ] = 1
    admin: Annotated[
        str, Meta(description="Where metrics and health pages are served: host:port.")
    ] = "127.0.0.1:9190"
    allow_remote: Annotated[
        bool,
        Meta(description="Allow listening on addresses that other machines can reach, in clear."),
    ] = False
    max_body_bytes: Annotated[
        int,
        Meta(
            ge=1024,
            le=256 * MiB,
            description="The longest request body; Envoy buffers as much, and longer is 413.",
        ),
    ] = 16 * MiB
    notice_seconds: Annotated[
        float,
        Meta(
            ge=0,
            le=3600,
            description="How long a router that is to stop serves on while it says NOT_SERVING, so "
            "that Envoy turns to others first; not if nobody asks for its health.",
        ),
    ] = 3.0
    drain_seconds: Annotated[
        float,
        Meta(ge=0, le=3600, description="How long exchanges in flight may finish at shutdown."),
    ] = 25.0


@frozen
class LogSettings:
    """Logs, on standard error. No prompt is ever in them."""

    level: Annotated[
        Literal["debug", "info", "warning", "error"],
        Meta(description="`debug` also shows requests that pass through, and token counts."),
    ] = "info"
    format: Annotated[
        Literal["auto", "json", "console"],
        Meta(description="`auto` is `console` on a terminal and `json` elsewhere."),
    ] = "auto"
    remembered_decisions: Annotated[
        int,
        Meta(
            ge=0,
            le=100_000,
            description="Decisions that `semroute explain --decision` can tell of, in memory, a "
            "few kB each, without the prompt; 0: none.",
        ),
    ] = 1000
