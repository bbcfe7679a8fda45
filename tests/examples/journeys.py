"""The requests that lie beside an example, and what is to become of each."""

import datetime as dt
from pathlib import Path
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

import msgspec
import yaml

_BERLIN: Final = ZoneInfo("Europe/Berlin")
_NIGHT_BEGINS, _NIGHT_ENDS = dt.time(22), dt.time(6)


class Arrival(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a model server must get. What is null must not be there.

    Attributes:
        endpoint: Which one.
        headers: Among others.
        body: Of objects the fields that matter, of everything else all.
        tools: The names of the tools, in order; None if they do not matter.
    """

    endpoint: str | None = None
    headers: dict[str, str | None] = {}
    body: dict[str, Any] = {}
    tools: list[str] | None = None


class Expectation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a client must hear. What is not said here must not be said to it.

    Attributes:
        status: The status.
        model: Who answers; None if nobody does.
        reason: Why.
        decision: Of which decision the request is; None for none.
        tools: How many tools were offered, and how many stayed, as `50->3`.
        headers: Others of the answer, if they matter.
        code: The code of the error.
        arrived: What a model server must get; None for nothing.
    """

    status: int = 200
    model: str | None = None
    reason: str | None = None
    decision: str | None = None
    tools: str | None = None
    headers: dict[str, str | None] = {}
    code: str | None = None
    arrived: Arrival | None = Arrival()


class Journey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One request, and what is to become of it.

    Attributes:
        name: What it shows.
        api: Which API it comes by.
        headers: Its headers.
        prompt: Short for a body that asks `auto` this.
        body: Its body.
        expect: What is to become of it.
        expect_by_night: The same from 22 to 6 in Berlin; None if it is no different.
    """

    name: str
    expect: Expectation
    api: Literal["chat", "completions", "embeddings", "responses", "messages"] = "chat"
    headers: dict[str, str] = {}
    prompt: str | None = None
    body: dict[str, Any] = {}
    expect_by_night: Expectation | None = None

    @property
    def sent(self) -> dict[str, Any]:
        """The body, written out."""
        if self.prompt is None:
            return self.body
        return {"model": "auto", "messages": [{"role": "user", "content": self.prompt}]} | self.body

    @property
    def expected(self) -> Expectation:
        """What is to become of it now."""
        time = dt.datetime.now(_BERLIN).time()
        is_night = time >= _NIGHT_BEGINS or time < _NIGHT_ENDS
        return (self.expect_by_night if is_night else None) or self.expect


class Journeys(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The requests of an example, in the order in which they are sent.

    Attributes:
        requests: The requests.
        down: The endpoints at which nobody listens.
    """

    requests: list[Journey]
    down: list[str] = []


def journeys_in(directory: Path) -> Journeys:
    """Reads the requests that lie in a directory; strictly, so that nothing is not checked."""
    text = (directory / "requests.yaml").read_text(encoding="utf-8")
    return msgspec.convert(yaml.safe_load(text), Journeys)
