"""What the core needs from outside, named by role."""

from collections.abc import Sequence
from typing import Literal, Protocol

from .chat import ChatRequest, Prompt, Refusal
from .classification import Classification
from .errors import InvalidRequestError
from .exchange.events import Event
from .exchange.replies import Reply
from .filtering import AnswerFilter, NewFilter
from .headers import Headers
from .http import LocalReply
from .passage import Texts
from .reading import Reading
from .record import DecisionRecord, UpstreamAnswer, Usage
from .routing import ChatEdit, RoutingDecision


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


class Classifier(Protocol):
    """Says what a prompt is about."""

    @property
    def is_ready(self) -> bool:
        """Whether `classify` can answer yet."""
        ...

    async def classify(self, prompt: Prompt) -> Classification:
        """Returns the probability of every category.

        Raises:
            NotLoadedError: It is not ready yet.
            OverloadedError: Too many prompts are waiting already.
            ClassifierError: It failed; our own fault.

        Cancellation: The prompt is dropped before it costs anything more; work that has
        begun on it finishes unheard.
        """
        ...


class TextReader(Protocol):
    """Reads texts by meaning for what screening looks for: attacks, people, addresses."""

    @property
    def is_ready(self) -> bool:
        """Whether `read` can answer yet."""
        ...

    async def read(self, texts: Sequence[str]) -> list[Reading]:
        """Returns one reading for each text, in order. All of every text is read.

        Raises:
            NotLoadedError: It is not ready yet.
            OverloadedError: Too many texts are waiting already.
            ClassifierError: It failed on one of the texts; our own fault.

        Cancellation: Texts that nobody else asked for are dropped before they cost anything
        more; work that has begun on them finishes unheard.
        """
        ...


class ChatCodec(Protocol):
    """Speaks one chat API."""

    def parse(self, body: bytes) -> ChatRequest:
        """Reads a request.

        Raises:
            InvalidRequestError: It is not one; the client's fault.
        """
        ...

    def edit(self, body: bytes, edit: ChatEdit) -> bytes:
        """Returns the request with the edit applied and every other value byte for byte.

        `body` must have been parsed before.

        Raises:
            LookupError: The edit names a place where the request has no string; our own fault.
        """
        ...

    def error(self, status: int, error: InvalidRequestError) -> LocalReply:
        """Returns the error as this API words it."""
        ...

    def refusal(self, chat: ChatRequest, refusal: Refusal) -> LocalReply:
        """Returns the answer of a model that refuses, in the form the client asked for."""
        ...


class AnswerCodec(Protocol):
    """Reads and changes what models answer in one chat API."""

    def answer_filter(
        self,
        headers: Headers,
        new_filter: NewFilter,
        refusal: Refusal,
        *,
        on_unreadable: Literal["pass", "stop"],
    ) -> AnswerFilter | None:
        """Returns a filter for the body of an answer, or None if nobody can read such a body.

        None is for what the headers say already: another content type, or compression. Then
        whoever asks must decide at once, because headers that are sent on announce that body.

        Args:
            headers: The answer's.
            new_filter: Makes the filter of one text. A text that it stops ends the answer with
                a refusal, and nothing that comes later goes on.
            refusal: What to say instead of what turns out to be unreadable. Its id, model and
                time also stand in for those of an answer that does not say them.
            on_unreadable: Whether what is unreadable goes on as it is, or ends the answer.
        """
        ...

    def usage(self, answer: UpstreamAnswer) -> Usage | None:
        """Returns what an answer cost, or None if it does not say or cannot be read."""
        ...


class TextCodec(Protocol):
    """Speaks an API that we do not route, as far as its texts and errors go."""

    def read(self, body: bytes) -> Texts:
        """Reads every text of a request.

        Raises:
            InvalidRequestError: It is not one; the client's fault.
        """
        ...

    def edit(self, body: bytes, edit: ChatEdit) -> bytes:
        """Returns the request with the edit applied and every other value byte for byte.

        `body` must have been read before.

        Raises:
            LookupError: The edit names a place where the request has no string; our own fault.
        """
        ...

    def error(self, status: int, error: InvalidRequestError) -> LocalReply:
        """Returns the error as this API words it."""
        ...


class ModelDirectory(Protocol):
    """Shows clients the models they may ask for."""

    def listing(self, names: Sequence[str]) -> LocalReply:
        """Returns the list of models."""
        ...

    def card(self, name: str) -> LocalReply:
        """Returns the description of one model."""
        ...


class Observer(Protocol):
    """Is told what happens. It never raises, never blocks and never sees a prompt."""

    def message_answered(self, phase: str, status: str, seconds: float | None) -> None:
        """One message was dealt with.

        Args:
            phase: As `request_headers` or `response_body`.
            status: `continue`, `immediate`, `held` or `observed`.
            seconds: How long Envoy waited for the answer, or None if it did not wait.
        """
        ...

    def exchange_failed(self, error_type: str) -> None:
        """A stream ended in an error; `error_type` is one word of a small vocabulary."""
        ...

    def exchange_finished(self, record: DecisionRecord) -> None:
        """An exchange is over, however it ended."""
        ...

    def answer_metered(self, decision: RoutingDecision, usage: Usage) -> None:
        """A model's answer said what it cost."""
        ...
