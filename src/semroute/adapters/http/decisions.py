"""The last decisions of a router, for operators, over HTTP: who serves them, and who asks."""

import hmac
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import httpx2
import msgspec
from attrs import field, frozen
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from semroute.domain.address import Address

_PREFIX: Final = "/decisions/"
_OK, _UNAUTHORIZED, _NOT_FOUND = 200, 401, 404
_TIMEOUT_SECONDS: Final = 10.0


@frozen
class DecisionPages:
    """The page below `/decisions/`, which explains a decision in JSON.

    Args:
        explain: Explains a decision by its id; None if it is not remembered.
        token: Who does not present it as a bearer token gets 401: what an operator has configured
            is nobody else's business, nor is who asks for what.
    """

    explain: Callable[[str], Awaitable[Mapping[str, Any] | None]]
    token: str = field(repr=False)

    @property
    def routes(self) -> list[Route]:
        """The pages."""
        return [Route(f"{_PREFIX}{{id}}", self._page, methods=["GET"])]

    async def _page(self, request: Request) -> Response:
        presented = request.headers.get("authorization", "")
        if not hmac.compare_digest(presented.encode(), f"Bearer {self.token}".encode()):
            return _json({"error": "the cache's token is missing or wrong"}, _UNAUTHORIZED)
        document = await self.explain(request.path_params["id"])
        if document is None:
            return _json({"error": "this decision is not remembered"}, _NOT_FOUND)
        return _json(document, _OK)


@frozen
class NotRemembered:
    """The router does not know a decision: it was forgotten, or never made there."""


@frozen
class NotAnswered:
    """Nobody answered as a router does.

    Args:
        why: Why, in words.
    """

    why: str


@frozen
class RemoteDecisions:
    """The last decisions of a router that runs, by way of its admin pages.

    Args:
        admin: Where they are.
        token: What shows that an operator asks.
    """

    admin: Address
    token: str = field(repr=False)

    async def explained(self, decision_id: str) -> dict[str, Any] | NotRemembered | NotAnswered:
        """Asks for the explanation of a decision.

        Cancellation: Nothing is left behind.
        """
        headers = {"authorization": f"Bearer {self.token}"}
        url = f"http://{self.admin}{_PREFIX}"
        try:
            async with httpx2.AsyncClient(
                base_url=url, headers=headers, timeout=_TIMEOUT_SECONDS
            ) as client:
                response = await client.get(decision_id)
            told = msgspec.json.decode(response.content, type=dict[str, Any])
        except httpx2.TransportError:
            return NotAnswered("no router runs there")
        except msgspec.DecodeError:
            return NotAnswered("it remembers no decisions, or it is no router")
        match response.status_code:
            case 200:
                return told
            case 404:
                return NotRemembered()
            case 401:
                return NotAnswered("it has another key")
            case status:
                return NotAnswered(f"it answered with {status}")


def _json(document: Mapping[str, Any], status: int) -> Response:
    return Response(msgspec.json.encode(document), status, media_type="application/json")
