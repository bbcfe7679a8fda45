"""A classifier with faults, for rehearsing what happens when the real one has them."""

from collections.abc import Callable

import trio
from attrs import define

from semroute.domain.chat import Prompt
from semroute.domain.classification import Classification
from semroute.domain.errors import ClassifierError

from .classifier import WordClassifier


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
