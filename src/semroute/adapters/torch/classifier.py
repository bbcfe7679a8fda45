"""The embedded model: one pass over a text, and what categories and screening learn from it."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, TypeAlias, TypeVar

import numpy as np
import trio
from attrs import frozen

from semroute.domain.chat import Prompt
from semroute.domain.classification import CategoryDefinition, Classification
from semroute.domain.errors import NotLoadedError
from semroute.domain.reading import Reading

from .artefact import HEADS, place_of
from .batching import Batcher
from .category_head import CATEGORIES_FILE, CategoryHead
from .category_model import CategoryModel, lines_to_encode
from .complexity_head import COMPLEXITY_FILE, ComplexityHead
from .encoder import Encoder, load_encoder
from .fast import FastModel
from .impression import Impression, reading_of
from .memo import MEMO_ENTRIES, Memo
from .senses import Senses
from .vectors import Vector, Vectors
from .windows import Windows, spans_of, windows_of

_T = TypeVar("_T")

Progress: TypeAlias = Callable[[str, float], None]
"""Told what is being done and how much of it, from 0 to 1."""

_WARM_UP: Final = "Hello."  # the first pass of all is slow

# How many texts one caller hands over at once; the queue has room for others beside them.
_TEXTS_AT_ONCE: Final = 32


@frozen(eq=False)
class _Loaded:
    batcher: Batcher
    categories: CategoryModel
    revision: str


class TorchClassifier:
    """Classifies prompts and reads texts by meaning, in threads of its own.

    It is a `Classifier`, an `Embedder` and, if at least one kind of finding is wanted, a
    `TextReader`. A text that is classified, embedded and read costs one pass, and so does one
    that comes again while it is remembered. Longer texts are divided into the same windows for
    all of that, as long as a prompt has no more than `max_windows`.

    Heads belong to one encoder. With another, those that are wanted stop the start: a screen
    that silently finds nothing would be worse than none.

    Args:
        definitions: The categories; each has a description or examples.
        load: Loads the encoder; called once, in a thread.
        workers: How many threads compute at once; best one per core.
        max_waiting: How many texts may wait for one.
        max_windows: How many windows are read of one prompt to classify or embed it.
        trained: Whether the heads speak for the categories they know, and say how complex a
            prompt is; otherwise what the definitions say is all there is.
        attacks: Whether `read` looks for attacks.
        entities: Whether `read` looks for people and addresses.
        words: Says of a prompt's words what a head says of their meaning, which is then heeded
            too; it knows all the categories.
        heads: The directory of the heads' files.
        own_heads: A directory whose files take the place of those.
        max_remembered: How many texts' results are kept, some 2 KB each.
    """

    def __init__(  # noqa: PLR0913 - each is a decision of the composition root
        self,
        definitions: Sequence[CategoryDefinition],
        *,
        load: Callable[[], Encoder] = load_encoder,
        workers: int = 1,
        max_waiting: int = 512,
        max_windows: int = 4,
        trained: bool = False,
        attacks: bool = False,
        entities: bool = False,
        words: FastModel | None = None,
        heads: Path = HEADS,
        own_heads: Path | None = None,
        max_remembered: int = MEMO_ENTRIES,
    ) -> None:
        self._definitions = definitions
        self._load = load
        self._workers = workers
        self._max_waiting = max_waiting
        self._max_windows = max_windows
        self._trained = trained
        self._attacks = attacks
        self._entities = entities
        self._words = words
        self._heads = heads
        self._own_heads = own_heads
        self._memo = Memo(max_remembered)
        self._at_once = min(_TEXTS_AT_ONCE, max_waiting)
        self._loaded: _Loaded | None = None

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
            CheckpointError: The model or a wanted head cannot be loaded; the operator's fault.
        """
        progress("loading the encoder", 0.0)
        senses, head, complexity = await trio.to_thread.run_sync(
            self._read_heads, abandon_on_cancel=True
        )
        workers = senses.encoder.device.threads(self._workers)
        batcher = Batcher(
            senses.read, workers, self._max_waiting, self._memo, pads=senses.encoder.pads
        )
        revision = senses.encoder.checkpoint.fingerprint
        async with trio.open_nursery() as nursery:
            nursery.start_soon(batcher.run)
            vectors = await self._encoded(
                batcher, lines_to_encode(self._definitions, head), progress
            )
            categories = CategoryModel.of(self._definitions, vectors, head, complexity, self._words)
            self._loaded = _Loaded(batcher, categories, revision)
            task_status.started()

    async def classify(self, prompt: Prompt) -> Classification:
        """Compares the prompt with every category. Long prompts are read in windows."""
        loaded = self._required()
        windows = windows_of(prompt.text, self._max_windows)
        vector = await _vector(loaded, windows)
        return loaded.categories.classify(vector, prompt.text, windows.coverage)

    @property
    def revision(self) -> str:
        """The fingerprint of the encoder's weights and tokenizer, as its checkpoint has it.

        Raises:
            NotLoadedError: It is not ready yet.
        """
        return self._required().revision

    async def embed(self, text: str) -> bytes:
        """Returns the vector that `classify` compares with the categories.

        Of a text of more than `max_windows` windows, what they are spread over.
        """
        loaded = self._required()
        vector = await _vector(loaded, windows_of(text, self._max_windows))
        return vector.astype("<f2").tobytes()

    async def read(self, texts: Sequence[str]) -> list[Reading]:
        """Reads every window of every text. How long texts may be is the caller's to bound."""
        loaded = self._required()
        if not (self._attacks or self._entities):
            # An empty reading would say that nothing was found.
            message = "the model was loaded for classification only"
            raise NotLoadedError(message)
        spans = [spans_of(text, limit=len(text) + 1) for text in texts]
        pieces = [
            text[start:end] for text, each in zip(texts, spans, strict=True) for start, end in each
        ]
        impressions: list[Impression] = []
        for _, some in _slices(pieces, self._at_once):
            impressions += await loaded.batcher.read(some)
        remaining = iter(impressions)
        return [reading_of([(span, next(remaining)) for span in each]) for each in spans]

    def _read_heads(self) -> tuple[Senses, CategoryHead | None, ComplexityHead | None]:
        encoder = self._load()
        senses = Senses.load(
            encoder,
            self._heads,
            attacks=self._attacks,
            entities=self._entities,
            own_heads=self._own_heads,
        )
        if not self._trained:
            return senses, None, None
        origin = encoder.checkpoint.fingerprint, encoder.dimensions
        categories = place_of(CATEGORIES_FILE, self._own_heads, self._heads)
        complexity = place_of(COMPLEXITY_FILE, self._own_heads, self._heads)
        return (
            senses,
            CategoryHead.load(categories, *origin),
            ComplexityHead.load(complexity, *origin),
        )

    def _required(self) -> _Loaded:
        if self._loaded is None:
            message = "the model is not loaded"
            raise NotLoadedError(message)
        return self._loaded

    async def _encoded(
        self, batcher: Batcher, lines: Sequence[str], progress: Progress
    ) -> dict[str, Vector]:
        """Encodes what categories say of themselves, which also warms the model up."""
        order = sorted((*lines, _WARM_UP), key=len)
        vectors: dict[str, Vector] = {}
        for done, some in _slices(order, self._at_once):
            progress("reading the categories", done / len(order))
            impressions = await batcher.read(some)
            vectors |= {
                line: impression.vector for line, impression in zip(some, impressions, strict=True)
            }
        progress("ready", 1.0)
        return vectors


async def _vector(loaded: _Loaded, windows: Windows) -> Vector:
    impressions = await loaded.batcher.read(windows.pieces)
    return _mean([impression.vector for impression in impressions])


def _slices(items: Sequence[_T], size: int) -> Iterator[tuple[int, Sequence[_T]]]:
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
