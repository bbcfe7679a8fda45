"""How the bodies of an API are read, edited and written."""

from collections.abc import Sequence
from typing import Literal, Protocol

from semroute.domain.caching.answer import FitAnswer, Replayed, Unfit
from semroute.domain.caching.question import Question
from semroute.domain.chat import ChatRequest, Refusal
from semroute.domain.errors import InvalidRequestError
from semroute.domain.filtering import AnswerFilter, NewFilter
from semroute.domain.headers import Headers
from semroute.domain.http import LocalReply
from semroute.domain.passage import Texts
from semroute.domain.record import UpstreamAnswer, Usage
from semroute.domain.routing import ChatEdit


class CacheCodec(Protocol):
    """Reads requests and answers of one chat API for the cache, and gives answers again."""

    def question(self, body: bytes) -> Question:
        """Returns what a request asks. `body` must have been parsed before."""
        ...

    def fit(self, answer: UpstreamAnswer) -> FitAnswer | Unfit:
        """Returns an answer as it is kept, or why it is not. It must have come to its end."""
        ...

    def replay(self, document: bytes, chat: ChatRequest, named: Replayed) -> LocalReply:
        """Gives an answer again, as the client asks: whole, or as server-sent events."""
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

    def error(self, status: int, error: InvalidRequestError, decision_id: str) -> LocalReply:
        """Returns the error as this API words it.

        Args:
            status: The status.
            error: What is wrong.
            decision_id: What the decision is known by, for APIs whose errors have an id.
        """
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


class ContinuableCodec(Protocol):
    """Speaks an API whose answers can be gone on from by their id."""

    def answer_id(self, answer: UpstreamAnswer) -> str | None:
        """Returns the id of an answer, or None if it has none or cannot be read."""
        ...


class TextCodec(Protocol):
    """Speaks an API that we do not route, as far as its texts and errors go."""

    def read(self, body: bytes, content_type: str) -> Texts:
        """Reads every text of a request.

        Args:
            body: The request's body.
            content_type: What it says of it.

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

    def error(self, status: int, error: InvalidRequestError, decision_id: str) -> LocalReply:
        """Returns the error as this API words it.

        Args:
            status: The status.
            error: What is wrong.
            decision_id: What the decision is known by, for APIs whose errors have an id.
        """
        ...


class ModelDirectory(Protocol):
    """Shows clients the models they may ask for."""

    def listing(self, names: Sequence[str]) -> LocalReply:
        """Returns the list of models."""
        ...

    def card(self, name: str) -> LocalReply:
        """Returns the description of one model."""
        ...
