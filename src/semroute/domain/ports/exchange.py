"""The wire between Envoy and the core."""

from typing import Protocol

from semroute.domain.exchange.events import Event
from semroute.domain.exchange.replies import Reply


class ExchangeStream(Protocol):
    """One ExtProc stream: what Envoy says, and a way to answer."""

    async def receive(self) -> Event | None:
        """Returns the next event, or None when Envoy has nothing more to say.

        Raises:
            UnexpectedEventError: Envoy said something that makes no sense; Envoy's fault.

        Cancellation: Envoy ends ordinary exchanges by resetting the stream, which cancels
        whoever waits here. It loses nothing.
        """
        ...

    async def reply(self, reply: Reply) -> None:
        """Answers the event received last.

        Raises:
            StreamGoneError: Envoy has ended the stream; whoever waits for an event then is
                cancelled, but an event and its end may come at once.

        Cancellation: The answer may or may not have been sent.
        """
        ...

    async def extend(self, seconds: float) -> None:
        """Asks Envoy to wait longer for the reply to the event received last; once per event.

        Envoy heeds it up to its `max_message_timeout`. It is no answer.

        Args:
            seconds: How long, from now on.

        Raises:
            StreamGoneError: Envoy has ended the stream.

        Cancellation: Envoy may or may not have been asked.
        """
        ...
