"""Metrics and health, read-only."""

from collections.abc import Awaitable, Callable, Sequence

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

_PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8"
_UNAVAILABLE = 503


def admin_app(
    metrics: Callable[[], Awaitable[bytes]],
    unreadiness: Callable[[], Awaitable[str | None]],
    version: str,
    more: Sequence[BaseRoute] = (),
) -> Starlette:
    """Returns the pages `/metrics`, `/livez`, `/readyz` and `/version`.

    Args:
        metrics: Renders the metrics in Prometheus' text format.
        unreadiness: Says why traffic should go elsewhere; None when it may come.
        version: Of semroute.
        more: Further pages.
    """

    async def show_metrics(_: Request) -> Response:
        return Response(await metrics(), media_type=_PROMETHEUS_TEXT)

    async def show_liveness(_: Request) -> Response:
        return PlainTextResponse("alive\n")

    async def show_readiness(_: Request) -> Response:
        reason = await unreadiness()
        if reason is None:
            return PlainTextResponse("ready\n")
        return PlainTextResponse(f"{reason}\n", _UNAVAILABLE)

    async def show_version(_: Request) -> Response:
        return JSONResponse({"version": version})

    return Starlette(
        routes=[
            Route("/metrics", show_metrics),
            Route("/livez", show_liveness),
            Route("/readyz", show_readiness),
            Route("/version", show_version),
            *more,
        ]
    )
