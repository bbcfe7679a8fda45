"""What the core needs from outside, named by role."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Literal, Protocol

from .caching.answer import FitAnswer, Replayed, Unfit
from .caching.entry import Entry, Neighbour, Selection, Verification
from .caching.question import Question
from .chat import ChatRequest, Prompt, Refusal, Tool
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
from .signals.result import SignalResult


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


class QuickClassifier(Protocol):
    """Says what a prompt is about at once, by its words alone."""

    def classify(self, prompt: Prompt) -> Classification:
        """Returns the probability of every category. It takes well under a millisecond.

        Of a long prompt its beginning and its end are read, and `coverage` says how much that
        is. It raises nothing.
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


class Embedder(Protocol):
    """Turns a text into a vector that says what it means."""

    @property
    def revision(self) -> str:
        """Identifies the encoder; vectors of different ones must not be compared."""
        ...

    async def embed(self, text: str) -> bytes:
        """Returns the text's vector: little-endian float16 of unit length.

        Raises:
            NotLoadedError: It is not ready yet.
            OverloadedError: Too many texts are waiting already.
            ClassifierError: It failed; our own fault.

        Cancellation: The text is dropped before it costs anything more.
        """
        ...


class TextSensor(Protocol):
    """Finds out whether a signal shows in a text, by its letters alone and at once."""

    def sense(self, text: str) -> SignalResult:
        """Says whether it shows. It takes time in proportion to the text, whatever that is.

        Args:
            text: What a user says, raw, of any length and in any script.
        """
        ...


class MeaningSensor(Protocol):
    """Finds out whether a signal shows in what a text means."""

    async def sense(self, text: str) -> SignalResult:
        """Says whether it shows.

        Raises:
            ClassifierError: Nobody could say; our own fault.

        Cancellation: Nothing is left behind.
        """
        ...


class ToolRanker(Protocol):
    """Says how well tools serve what somebody asks for."""

    async def rank(self, text: str, tools: Sequence[Tool]) -> Sequence[float]:
        """Returns how relevant each tool is to a text: higher is more so, on any scale.

        Args:
            text: What the user asks for.
            tools: The tools, in any order.

        Raises:
            ClassifierError: Nobody could say; our own fault.

        Cancellation: Nothing is left behind but tools that are known from now on.
        """
        ...


class AnswerStore(Protocol):
    """Keeps answers, for whoever asks the same again.

    Expired entries are never returned.
    """

    async def exact(self, key: bytes) -> Entry | None:
        """Returns the entry whose `exact` this is.

        Raises:
            CacheError: The store is in trouble. A damaged entry is a miss and no error.

        Cancellation: Harmless.
        """
        ...

    async def nearest(self, partition: bytes, vector: bytes, count: int) -> Sequence[Neighbour]:
        """Returns the entries of one partition that are nearest to a vector, nearest first.

        Args:
            partition: Nothing outside it is looked at.
            vector: As `Embedder.embed` returns it.
            count: How many at most.

        Raises:
            CacheError: The store is in trouble. A damaged entry is left out.

        Cancellation: Harmless.
        """
        ...

    async def put(self, entry: Entry) -> None:
        """Keeps an entry, in the place of another with the same `exact`. Returns once it is safe.

        Raises:
            CacheError: It is not kept.

        Cancellation: It is kept whole or not at all.
        """
        ...

    async def remove(self, ids: Sequence[str]) -> int:
        """Removes entries by id, and returns how many there were.

        Raises:
            CacheError: The store is in trouble.

        Cancellation: Each is removed or not.
        """
        ...


class AnswerArchive(Protocol):
    """Lets operators look into a store and clear it."""

    async def get(self, id: str) -> Entry | None:  # noqa: A002 - it is the entry's word
        """Returns an entry.

        Raises:
            CacheError: The store is in trouble.
        """
        ...

    def scan(self, selection: Selection) -> AsyncIterator[Entry]:
        """Yields entries, oldest first. What is put meanwhile may be missing.

        Raises:
            CacheError: The store is in trouble.
        """
        ...

    async def flush(self, selection: Selection, *, dry_run: bool) -> int:
        """Removes entries for good, and returns how many there were.

        Args:
            selection: Which.
            dry_run: Only count them.

        Raises:
            CacheError: The store is in trouble.
        """
        ...

    async def verify(self) -> Verification:
        """Reads every entry, and removes those that are damaged.

        Raises:
            CacheError: The store is in trouble.
        """
        ...


class Claims(Protocol):
    """Says which of all routers that share answers asks the model for one."""

    def claim(self, key: bytes) -> AbstractAsyncContextManager[bool]:
        """Claims a key while the context lasts. Yields at once whether it was free.

        A claim ends with the router that has it, however that ends.

        Raises:
            CacheError: Nobody can say; on entering only.

        Cancellation: The claim is given up.
        """
        ...


class CacheObserver(Protocol):
    """Is told what happens in the cache. It never raises, never blocks and never sees a word."""

    def store_asked(self, operation: str, result: str, seconds: float) -> None:
        """The store was asked for something.

        Args:
            operation: `exact`, `nearest` or `put`.
            result: `hit`, `miss`, `done`, `timeout`, `error`, or `paused` if it was not asked
                because it had failed too often.
            seconds: How long it took.
        """
        ...

    def neighbour_judged(self, similarity: float, verdict: str) -> None:
        """A near entry was an answer (`hit`) or not, and then why not."""
        ...

    def answer_judged(self, fate: str) -> None:
        """An answer was `kept`, or the word says why not."""
        ...

    def flight_joined(self, role: str) -> None:
        """A request is to `lead` others like it, to `follow` one, or was `promoted`.

        A leader may have to wait `elsewhere`: for another router.
        """
        ...


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


class ContinuableCodec(Protocol):
    """Speaks an API whose answers can be gone on from by their id."""

    def answer_id(self, answer: UpstreamAnswer) -> str | None:
        """Returns the id of an answer, or None if it has none or cannot be read."""
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
