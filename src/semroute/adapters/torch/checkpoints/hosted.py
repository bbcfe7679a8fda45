"""A checkpoint that is loaded once, and then read in threads of its own."""

from collections.abc import Callable, Sequence
from typing import Final, Generic, Protocol, TypeVar

import trio
from attrs import frozen

from semroute.adapters.torch.batching import Batcher
from semroute.adapters.torch.classifier import Progress
from semroute.adapters.torch.impression import Impression
from semroute.adapters.torch.memo import MEMO_ENTRIES, Memo
from semroute.domain.errors import NotLoadedError

from .network import Network

# How many texts one caller hands over at once; the queue has room for others beside them.
_TEXTS_AT_ONCE: Final = 32


class Eye(Protocol):
    """Something loaded that reads texts. Synchronous."""

    @property
    def network(self) -> Network:
        """What it reads with."""
        ...

    def read(self, texts: Sequence[str]) -> Sequence[Impression]:
        """Returns one impression per text."""
        ...


_E = TypeVar("_E", bound=Eye)


@frozen
class Capacity:
    """How much a checkpoint may do.

    Args:
        workers: How many threads compute at once; best one per core.
        max_waiting: How many texts may wait for one.
        max_windows: How many windows are read of one prompt to classify it.
        max_remembered: How many texts' results are kept.
    """

    workers: int = 1
    max_waiting: int = 512
    max_windows: int = 4
    max_remembered: int = MEMO_ENTRIES


@frozen(eq=False)
class _Loaded(Generic[_E]):
    eye: _E
    batcher: Batcher


class Hosted(Generic[_E]):
    """Loads an eye, and lets it read for whoever asks.

    Args:
        name: What is loaded, for whoever watches.
        load: Loads it; called once, in a thread.
        capacity: How much it may do.
    """

    def __init__(self, name: str, load: Callable[[], _E], capacity: Capacity) -> None:
        self._name = name
        self._load = load
        self._capacity = capacity
        self._at_once = min(_TEXTS_AT_ONCE, capacity.max_waiting)
        self._loaded: _Loaded[_E] | None = None

    @property
    def is_ready(self) -> bool:
        """Whether it is loaded."""
        return self._loaded is not None

    @property
    def eye(self) -> _E:
        """What was loaded.

        Raises:
            NotLoadedError: Nothing yet.
        """
        return self._required().eye

    async def run(
        self,
        progress: Progress,
        *,
        task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
    ) -> None:
        """Loads it, then computes until cancelled. Started once ready.

        Raises:
            CheckpointError: It cannot be loaded; the operator's fault.
        """
        progress(f"loading {self._name}", 0.0)
        eye = await trio.to_thread.run_sync(self._load, abandon_on_cancel=True)
        capacity = self._capacity
        workers = eye.network.device.threads(capacity.workers)
        memo = Memo(capacity.max_remembered)
        self._loaded = _Loaded(eye, Batcher(eye.read, workers, capacity.max_waiting, memo))
        progress("ready", 1.0)
        task_status.started()
        await self._loaded.batcher.run()

    async def read(self, texts: Sequence[str]) -> list[Impression]:
        """Returns one impression per text, however many there are.

        Raises:
            NotLoadedError: It is not ready yet.
            OverloadedError: Too many texts are waiting.
            ClassifierError: A text could not be read.
        """
        batcher = self._required().batcher
        impressions: list[Impression] = []
        for start in range(0, len(texts), self._at_once):
            impressions += await batcher.read(texts[start : start + self._at_once])
        return impressions

    def _required(self) -> _Loaded[_E]:
        if self._loaded is None:
            message = f"{self._name} is not loaded"
            raise NotLoadedError(message)
        return self._loaded
