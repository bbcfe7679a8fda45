"""What can tell what a text is about."""

from collections.abc import Sequence
from typing import Protocol

from semroute.domain.chat import Prompt, Tool
from semroute.domain.classification import Classification
from semroute.domain.reading import Reading
from semroute.domain.signals.result import SignalResult


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


class Reranker(Protocol):
    """Says how well texts fit a question, each read together with it."""

    @property
    def is_ready(self) -> bool:
        """Whether it can score now."""
        ...

    async def score(self, query: str, texts: Sequence[str]) -> Sequence[float]:
        """Returns one finite score for each text, in order; higher fits better, on any scale.

        Args:
            query: What is asked.
            texts: What might fit. Of a query and a text that are too long together, the ends may
                remain unread.

        Raises:
            NotLoadedError: It is not ready yet.
            OverloadedError: Too many texts are waiting already.
            ClassifierError: It failed on one of the texts; our own fault.

        Cancellation: Texts that nobody else asked for are dropped before they cost anything more.
        """
        ...
