"""A checkpoint that finds attacks or personal data, as a reader of texts."""

from collections.abc import Callable, Collection, Sequence
from functools import partial

import trio

from semroute.adapters.torch.classifier import Progress
from semroute.adapters.torch.impression import reading_of
from semroute.adapters.torch.windows import spans_of
from semroute.domain.attack import AttackKind
from semroute.domain.pii import PiiKind
from semroute.domain.reading import Reading

from .attacks import AttackEye
from .entities import EntityEye
from .hosted import Capacity, Eye, Hosted
from .source import Source


class CheckpointReader:
    """Reads texts with a checkpoint, in threads of its own.

    Args:
        source: Which checkpoint.
        load: Loads it.
        capacity: How much it may do.
    """

    def __init__(self, source: Source, load: Callable[[], Eye], capacity: Capacity) -> None:
        self._hosted = Hosted(str(source.directory), load, capacity)
        self._window_chars = source.window_chars

    @classmethod
    def of_attacks(
        cls, source: Source, needed: Collection[AttackKind], capacity: Capacity
    ) -> "CheckpointReader":
        """Returns a reader of attacks; it must know the kinds that nobody else will tell."""
        return cls(source, partial(AttackEye.load, source, needed), capacity)

    @classmethod
    def of_entities(
        cls,
        source: Source,
        wanted: Collection[PiiKind],
        needed: Collection[PiiKind],
        capacity: Capacity,
    ) -> "CheckpointReader":
        """Returns a reader of personal data.

        Args:
            source: Which checkpoint.
            wanted: The kinds that somebody looks for; it reports no others.
            needed: The kinds it must know, because nobody else will find them.
            capacity: How much it may do.
        """
        return cls(source, partial(EntityEye.load, source, wanted, needed), capacity)

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

    async def read(self, texts: Sequence[str]) -> list[Reading]:
        """Reads every window of every text. How long texts may be is the caller's to bound."""
        spans = [spans_of(text, len(text) + 1, self._window_chars) for text in texts]
        impressions = await self._hosted.read(
            [
                text[start:end]
                for text, each in zip(texts, spans, strict=True)
                for start, end in each
            ]
        )
        remaining = iter(impressions)
        return [reading_of([(span, next(remaining)) for span in each]) for each in spans]
