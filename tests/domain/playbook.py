"""Exchanges written down as traces: an event, the reply to expect, the next event, and so on."""

from collections.abc import Callable
from typing import Self

from attrs import define, field

from semroute.domain.exchange.events import BodyMode, BodyModes, Event
from semroute.domain.exchange.machine import Exchange
from semroute.domain.exchange.replies import NeedsRouting, Reply
from semroute.domain.headers import HeaderEdit, Headers
from semroute.domain.http import HttpRequest, LocalReply
from semroute.domain.reasons import Reason
from semroute.domain.record import DecisionRecord
from semroute.domain.routing import RoutingDecision
from semroute.domain.ruling import RequestEdit, RequestFacts, Ruling
from semroute.domain.verdict import Answered, Routed

OWNED = ("x-endpoint", "x-model")
MAX_BODY = 1000
BUFFERED = BodyModes(BodyMode.BUFFERED, BodyMode.NONE)
STREAMED = BodyModes(BodyMode.STREAMED, BodyMode.STREAMED)

ROUTED = Ruling(
    Routed(RoutingDecision("big", "a", Reason.CLASSIFIER, "math", 0.9)),
    RequestEdit(HeaderEdit({"x-endpoint": "a", "x-model": "big"}), b'{"model":"big"}'),
    RequestFacts("id"),
    response_headers={"x-model": "big"},
    metadata={"model": "big"},
    watch_bytes=100,
)
UNTOUCHED = Ruling(
    ROUTED.verdict,
    RequestEdit(HeaderEdit({"x-endpoint": "a"})),
    RequestFacts("id"),
)
LISTED = Ruling(
    Answered(),
    LocalReply(200, Headers.of({"content-type": "application/json"}), b"{}"),
    RequestFacts("id"),
)


def head(method: str = "POST", path: str = "/v1/chat/completions", **fields: str) -> Headers:
    names = {name.replace("_", "-"): value for name, value in fields.items()}
    return Headers.of({":method": method, ":path": path} | names)


def status(code: int = 200, **fields: str) -> Headers:
    names = {name.replace("_", "-"): value for name, value in fields.items()}
    return Headers.of({":status": str(code)} | names)


@define
class Playbook:
    """Plays events to a machine, and checks every answer on the way."""

    ruling: Ruling = ROUTED
    exchange: Exchange = field(factory=lambda: Exchange(OWNED, MAX_BODY))
    asked: list[HttpRequest] = field(factory=list)

    def __call__(
        self, event: Event, expected: Reply | tuple[Reply, ...] | Callable[[Reply], bool]
    ) -> Self:
        """Sends an event; the ruling answers whatever the machine asks.

        Expects one reply, or exactly these, or one that a function likes.
        """
        step = self.exchange.receive(event)
        if isinstance(step, NeedsRouting):
            self.asked.append(step.request)
            step = self.exchange.decide(self.ruling)
        if isinstance(expected, tuple):
            assert step == expected
        elif callable(expected):
            (reply,) = step
            assert expected(reply), reply
        else:
            assert step == (expected,)
        return self

    def close(self) -> DecisionRecord:
        return self.exchange.close()
