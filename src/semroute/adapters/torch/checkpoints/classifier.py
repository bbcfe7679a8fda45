"""A checkpoint that tells categories, as a classifier."""

from collections.abc import Sequence
from functools import partial

import numpy as np
import trio

from semroute.adapters.torch.classifier import Progress
from semroute.adapters.torch.windows import windows_of
from semroute.domain.chat import Prompt
from semroute.domain.classification import Classification

from .categories import CategoryEye
from .hosted import Capacity, Hosted
from .source import Source


class CheckpointClassifier:
    """Classifies prompts with a checkpoint, in threads of its own.

    Args:
        source: Which checkpoint.
        categories: Those that are configured.
        capacity: How much it may do.
        must_know_all: Whether it must have a label for each of them; otherwise it says nothing
            of those it does not know.
    """

    def __init__(
        self,
        source: Source,
        categories: Sequence[str],
        capacity: Capacity,
        *,
        must_know_all: bool,
    ) -> None:
        load = partial(CategoryEye.load, source, categories, must_know_all=must_know_all)
        self._hosted = Hosted(str(source.directory), load, capacity)
        self._max_windows = capacity.max_windows
        self._window_chars = source.window_chars

    @property
    def is_ready(self) -> bool:
        """Whether the checkpoint is loaded."""
        return self._hosted.is_ready

    async def run(
        self,
        progress: Progress = lambda _what, _share: None,
        *,
        task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
    ) -> None:
        """Loads the checkpoint, then computes until cancelled. Started once ready.

        Raises:
            CheckpointError: It cannot be used; the operator's fault.
        """
        await self._hosted.run(progress, task_status=task_status)

    async def classify(self, prompt: Prompt) -> Classification:
        """Reads a prompt; of a long one, the mean of its windows by their length."""
        windows = windows_of(prompt.text, self._max_windows, self._window_chars)
        impressions = await self._hosted.read(windows.pieces)
        mean = np.average(
            np.stack([impression.vector for impression in impressions]),
            axis=0,
            weights=[max(len(piece), 1) for piece in windows.pieces],
        )
        probabilities: list[float] = mean.tolist()
        scores = dict(zip(self._hosted.eye.categories, probabilities, strict=True))
        return Classification.ranked(scores, windows.coverage)
