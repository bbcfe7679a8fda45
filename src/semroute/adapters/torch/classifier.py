"""The embedded classifier: one encoder pass, compared with what categories say of themselves."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeAlias

import numpy as np
import trio

from semroute.domain.chat import Prompt
from semroute.domain.classification import CategoryDefinition, Classification
from semroute.domain.errors import NotLoadedError

from .bank import CategoryBank, lines_of
from .batching import Batcher
from .encoder import Encoder, load_encoder
from .vectors import Vector, Vectors
from .windows import windows_of

Progress: TypeAlias = Callable[[str, float], None]
"""Told what is being done and how much of it, from 0 to 1."""

_LINES_AT_ONCE: Final = 32


class TorchClassifier:
    """Classifies prompts by meaning, in threads of its own.

    Args:
        definitions: The categories; each has a description or examples.
        load: Loads the encoder; called once, in a thread.
        workers: How many threads compute at once; best one per core.
        max_waiting: How many texts may wait for one.
        max_windows: How many windows are read of one prompt.
    """

    def __init__(
        self,
        definitions: Sequence[CategoryDefinition],
        *,
        load: Callable[[], Encoder] = load_encoder,
        workers: int = 1,
        max_waiting: int = 512,
        max_windows: int = 4,
    ) -> None:
        self._definitions = definitions
        self._load = load
        self._workers = workers
        self._max_waiting = max_waiting
        self._max_windows = max_windows
        self._loaded: tuple[Batcher, CategoryBank] | None = None

    @property
    def is_ready(self) -> bool:
        """Whether the model is loaded and warm."""
        return self._loaded is not None

    async def run(
        self,
        progress: Progress = lambda _what, _share: None,
        *,
        task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
    ) -> None:
        """Loads the model, then computes until cancelled. Started once ready.

        Raises:
            CheckpointError: The model cannot be loaded; the operator's fault.
        """
        progress("loading the encoder", 0.0)
        encoder = await trio.to_thread.run_sync(self._load, abandon_on_cancel=True)
        batcher = Batcher(encoder.encode, self._workers, self._max_waiting)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(batcher.run)
            # Encoding the categories also warms the model up.
            self._loaded = batcher, await self._built(batcher, progress)
            task_status.started()

    async def classify(self, prompt: Prompt) -> Classification:
        """Compares the prompt with every category. Long prompts are read in windows."""
        if self._loaded is None:
            message = "the model is not loaded"
            raise NotLoadedError(message)
        batcher, bank = self._loaded
        windows = windows_of(prompt.text, self._max_windows)
        vector = _mean(await batcher.encode(windows.pieces))
        return bank.classify(vector, windows.coverage)

    async def _built(self, batcher: Batcher, progress: Progress) -> CategoryBank:
        lines = [lines_of(definition) for definition in self._definitions]
        texts = [text for each in lines for text in each]
        order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
        vectors: list[Vector] = [np.empty(0, np.float32)] * len(texts)
        for done, indices in _slices(order, min(_LINES_AT_ONCE, self._max_waiting)):
            progress("reading the categories", done / len(texts))
            encoded = await batcher.encode([texts[index] for index in indices])
            for index, vector in zip(indices, encoded, strict=True):
                vectors[index] = vector
        progress("ready", 1.0)
        counts = [len(each) for each in lines]
        names = tuple(definition.name for definition in self._definitions)
        return CategoryBank(names, np.stack(vectors), np.cumsum([0, *counts[:-1]]))


def _slices(items: Sequence[int], size: int) -> Iterator[tuple[int, Sequence[int]]]:
    for start in range(0, len(items), size):
        yield start, items[start : start + size]


def _mean(vectors: Sequence[Vector]) -> Vector:
    """Returns the direction that vectors have in common."""
    if len(vectors) == 1:
        return vectors[0]
    stacked: Vectors = np.stack(vectors)
    mean: Vector = stacked.mean(axis=0)
    length = np.linalg.norm(mean)
    return mean / np.float32(max(float(length), 1e-12))
