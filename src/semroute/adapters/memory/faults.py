"""Models with faults, for rehearsing what happens when the real ones have them."""

import math
import time
from collections.abc import Callable, Sequence
from typing import Final

import trio
from attrs import define, evolve, field

from semroute.domain.attack import AttackKind, AttackScorer, LexicalScore
from semroute.domain.chat import Prompt
from semroute.domain.classification import Classification
from semroute.domain.errors import ClassifierError
from semroute.domain.pii import PiiFinder, PiiSpan
from semroute.domain.reading import Reading

from .classifier import WordClassifier
from .embedder import WordEmbedder
from .reader import WordReader

_COUNTED: Final = 2000  # some 20 us


@define(eq=False)
class FaultyClassifier:
    """Another classifier, made slow or broken. The faults may be changed at any time.

    Args:
        classifier: The one that works.
        delay_seconds: How long it dawdles before it answers.
        error: What it raises instead of answering.
    """

    classifier: WordClassifier
    delay_seconds: float = 0.0
    error: ClassifierError | None = None

    @property
    def is_ready(self) -> bool:
        """Whether the one that works is ready."""
        return self.classifier.is_ready

    async def run(
        self,
        progress: Callable[[str, float], None] = lambda _what, _share: None,
        *,
        task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
    ) -> None:
        """Runs the one that works."""
        await self.classifier.run(progress, task_status=task_status)

    async def classify(self, prompt: Prompt) -> Classification:
        """Dawdles, fails, or answers."""
        await trio.sleep(self.delay_seconds)
        if self.error is not None:
            raise self.error
        return await self.classifier.classify(prompt)


@define(eq=False)
class FaultyReader:
    """Another reader, made slow, broken or senseless. The faults may be changed at any time.

    Args:
        reader: The one that works.
        delay_seconds: How long it dawdles before it answers; `math.inf` hangs.
        error: What it raises instead of answering.
        is_senseless: Whether its logits are no numbers. A model can come to that, and whoever
            trusts `nan < threshold` or `nan >= threshold` finds out which.
    """

    reader: WordReader
    delay_seconds: float = 0.0
    error: ClassifierError | None = None
    is_senseless: bool = False

    @property
    def is_ready(self) -> bool:
        """Whether the one that works is ready."""
        return self.reader.is_ready

    async def read(self, texts: Sequence[str]) -> list[Reading]:
        """Dawdles, fails, talks nonsense, or answers."""
        await trio.sleep(self.delay_seconds)
        if self.error is not None:
            raise self.error
        readings = await self.reader.read(texts)
        if self.is_senseless:
            return [
                evolve(reading, attacks=dict.fromkeys(reading.attacks, math.nan))
                for reading in readings
            ]
        return readings


@define(eq=False)
class FaultyFinder:
    """Another finder of personal data, made slow, broken or senseless. The faults may be changed.

    Args:
        finder: The one that works.
        error: What it raises instead of answering.
        busy_seconds: How long it works before it answers, and keeps the processor from others.
        score: How sure it says it is of whatever it has found; None to let the other speak. What
            is no score, such as `math.nan`, makes no span, and fails before anybody compares it.
    """

    finder: PiiFinder
    error: Exception | None = None
    busy_seconds: float = 0.0
    score: float | None = None

    def find(self, text: str) -> tuple[PiiSpan, ...]:
        """Works, fails, talks nonsense, or answers."""
        _be_busy(self.busy_seconds)
        if self.error is not None:
            raise self.error
        spans = self.finder.find(text)
        if self.score is None:
            return spans
        return tuple(evolve(span, score=self.score) for span in spans)


@define(eq=False)
class FaultyScorer:
    """Another scorer of attacks, made slow, broken or senseless. The faults may be changed.

    Args:
        scorer: The one that works.
        error: What it raises instead of answering.
        busy_seconds: How long it works before it answers, and keeps the processor from others.
        logit: What it says of every text, whatever that is; None to let the other speak.
    """

    scorer: AttackScorer
    error: Exception | None = None
    busy_seconds: float = 0.0
    logit: float | None = None

    def score(self, text: str, kind: AttackKind) -> LexicalScore:
        """Works, fails, talks nonsense, or answers."""
        _be_busy(self.busy_seconds)
        if self.error is not None:
            raise self.error
        score = self.scorer.score(text, kind)
        return score if self.logit is None else evolve(score, logit=self.logit)


@define(eq=False)
class FaultyEmbedder:
    """Another embedder, made broken. The fault may be changed at any time.

    Args:
        embedder: The one that works.
        error: What it raises instead of answering.
    """

    embedder: WordEmbedder = field(factory=WordEmbedder)
    error: ClassifierError | None = None

    @property
    def revision(self) -> str:
        """That of the one that works."""
        return self.embedder.revision

    async def embed(self, text: str) -> bytes:
        """Fails, or answers."""
        if self.error is not None:
            raise self.error
        return await self.embedder.embed(text)


def _be_busy(seconds: float) -> None:
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        # To ask what time it is is the system's time, and what counts is mostly our own.
        sum(range(_COUNTED))
