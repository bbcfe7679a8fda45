"""Fifteen prompts sent through a whole gateway by OpenAI's own client, and what became of each."""

from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

import trio
from attrs import frozen
from openai import OpenAI, OpenAIError

from semroute.adapters.http import SERVED_BY
from semroute.app.explaining import why
from semroute.domain.address import Address
from semroute.domain.policy import Policy
from semroute.domain.reasons import Reason

Turn = dict[str, Any]

# One grey dot: the smallest PNG that there is.
_PICTURE: Final = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCB"
    "d81ytgAAAABJRU5ErkJggg=="
)
_STACK_TRACE: Final = """\
It has died over night. Why?

Traceback (most recent call last):
  File "report.py", line 41, in <module>
    total += row["amount"]
KeyError: 'amount'"""


def _asks(text: str) -> tuple[Turn, ...]:
    return ({"role": "user", "content": text},)


def _shows(text: str, picture: str) -> tuple[Turn, ...]:
    parts = [{"type": "text", "text": text}, {"type": "image_url", "image_url": {"url": picture}}]
    return ({"role": "user", "content": parts},)


@frozen
class Request:
    """One request of the demonstration."""

    messages: tuple[Turn, ...]
    model: str = "auto"
    is_streaming: bool = False

    @property
    def prompt(self) -> str:
        """The last thing the user says, on one line."""
        match self.messages[-1]["content"]:
            case str() as text:
                return " ".join(text.split())
            case parts:
                texts = [part["text"] for part in parts if "text" in part]
                return " ".join([*texts, "(with a picture)"])


REQUESTS: Final = (
    Request(_asks("Why is my Python dict lookup slow once it holds ten million keys?")),
    Request(_asks("Integrate x^2 e^x from 0 to 1, step by step.")),
    Request(_asks("Can my landlord keep my deposit for normal wear and tear?")),
    Request(_asks("My toddler has had a fever of 39 since last night. When do we see a doctor?")),
    Request(_asks("Write a haiku about rain on a tin roof.")),
    Request(
        _asks(
            "My best friend is marrying my ex. Write the toast I can give without lying or "
            "hurting anyone."
        )
    ),
    Request(_asks(_STACK_TRACE)),
    Request(_shows("Which mushroom is this, and can I eat it?", _PICTURE)),
    Request(_asks("Why did the Weimar Republic collapse?")),
    Request(_asks("What shaft diameter carries 30 kW at 1500 rpm with a 40 MPa shear limit?")),
    Request(_asks("How do central banks bring inflation down?")),
    Request(_asks("Balance MnO4- + Fe2+ in acid, please."), is_streaming=True),
    Request(
        (
            {"role": "user", "content": "How do trees lift water thirty metres up?"},
            {"role": "assistant", "content": "Mostly by transpiration pull in the xylem."},
            {"role": "user", "content": "And at night?"},
        )
    ),
    Request(_asks("How does that work?")),
    Request(_asks("Summarise the minutes of our last meeting."), model="llama-3.1-8b"),
)


@frozen
class Outcome:
    """What became of one request.

    Args:
        request: The request.
        headers: The answer's headers; empty if there was no answer.
        answered_by: The model that says it answered; empty if none did.
        error: Why there was no answer; empty if there was.
    """

    request: Request
    headers: Mapping[str, str]
    answered_by: str = ""
    error: str = ""

    @property
    def model(self) -> str:
        """The model the router chose."""
        return self.headers.get("x-semroute-model", "")

    @property
    def endpoint(self) -> str:
        """The server that answered, by its own account."""
        return self.headers.get(SERVED_BY, "")

    @property
    def category(self) -> str:
        """What the prompt was found to be about; `none` if nobody looked."""
        return self.headers.get("x-semroute-route", "none")

    @property
    def decision(self) -> str:
        """The operator's decision that it is of; `none` if it is of none."""
        return self.headers.get("x-semroute-decision", "none")

    @property
    def confidence(self) -> float:
        """How sure the router was."""
        return float(self.headers.get("x-semroute-confidence", "0"))

    @property
    def added_milliseconds(self) -> float:
        """How long the decision took."""
        return float(self.headers.get("x-semroute-overhead-ms", "0"))

    def why(self, policy: Policy) -> str:
        """Why it went there, in a few words."""
        if self.error:
            return self.error
        reason = Reason(self.headers["x-semroute-reason"])
        if reason is Reason.RULE:
            return f"decision {self.decision}"
        return why(reason, self.confidence, policy.min_confidence)

    def is_routed(self, policy: Policy) -> bool:
        """Whether the chosen model really answered, on a server that runs it."""
        model = policy.models.get(self.model)
        runs_there = model is not None and any(
            place.endpoint == self.endpoint for place in model.endpoints
        )
        return not self.error and runs_there and self.answered_by == self.model

    def as_json(self, policy: Policy) -> dict[str, Any]:
        """Returns it for machines."""
        return {
            "prompt": self.request.prompt,
            "requested_model": self.request.model,
            "stream": self.request.is_streaming,
            "routed": self.is_routed(policy),
            "category": self.category,
            "decision": self.decision,
            "confidence": self.confidence,
            "model": self.model,
            "endpoint": self.endpoint,
            "reason": self.headers.get("x-semroute-reason"),
            "why": self.why(policy),
            "added_ms": self.added_milliseconds,
        }


async def demonstrate(gateway: Address) -> AsyncIterator[Outcome]:
    """Sends every request in turn, as a client with nothing but a base URL would."""
    with OpenAI(
        base_url=f"http://{gateway}/v1", api_key="none", max_retries=0, timeout=30
    ) as client:
        for request in REQUESTS:
            yield await trio.to_thread.run_sync(_send, client, request, abandon_on_cancel=True)


def _send(client: OpenAI, request: Request) -> Outcome:
    create: Any = client.chat.completions.with_raw_response.create
    try:
        raw = create(
            model=request.model, messages=list(request.messages), stream=request.is_streaming
        )
        answers = list(raw.parse()) if request.is_streaming else [raw.parse()]
    except OpenAIError as error:
        return Outcome(request, {}, error=str(error))
    return Outcome(request, dict(raw.headers), answered_by=answers[-1].model)
