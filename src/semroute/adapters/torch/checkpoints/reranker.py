"""A checkpoint that says how well a text fits a question."""

from collections.abc import Sequence
from functools import partial
from typing import Final

import trio
from attrs import frozen

from semroute.adapters.torch.checkpoint import CheckpointError
from semroute.adapters.torch.classifier import Progress
from semroute.adapters.torch.files import CheckpointFiles
from semroute.adapters.torch.impression import Impression

from .hosted import Capacity, Hosted
from .network import Head, Network
from .source import Source

# Between question and text, on their way to the model as one. No question has it.
_BORDER: Final = "\0"

# More of a text is not taken into tokens: it would not be read. Few words are as long as that.
_CHARS_A_TOKEN: Final = 16


@frozen(eq=False)
class _PairEye:
    """Reads pairs of texts. An impression's vector is one logit."""

    network: Network

    @classmethod
    def load(cls, source: Source) -> "_PairEye":
        files = CheckpointFiles.open(source.directory)
        network = Network.load(files, Head.TEXT, source.max_tokens)
        if network.outputs != 1:
            message = f"{files.config_file}: a reranker has one output, and this has more"
            raise CheckpointError(message)
        network.try_out_pairs()
        return cls(network)

    def read(self, texts: Sequence[str]) -> list[Impression]:
        pairs = [(query, text) for query, _, text in (each.partition(_BORDER) for each in texts)]
        return [Impression(logits) for logits in self.network.read_pairs(pairs)]


class TorchReranker:
    """A `Reranker` that is a cross-encoder of one output.

    Of a question and a text that are too long together, the ends are not read.

    Args:
        source: Which checkpoint. Of labels it has none, and its temperature changes no order.
        capacity: How much it may do.
    """

    def __init__(self, source: Source, capacity: Capacity) -> None:
        self._hosted = Hosted(str(source.directory), partial(_PairEye.load, source), capacity)
        self._most_chars = _CHARS_A_TOKEN * source.max_tokens

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

    async def score(self, query: str, texts: Sequence[str]) -> list[float]:
        """Returns one logit for each text, in order; higher fits better.

        Raises:
            NotLoadedError: It is not ready yet.
            OverloadedError: Too many texts are waiting already.
            ClassifierError: It failed on one of the texts; our own fault.

        Cancellation: Texts that nobody else asked for are dropped before they cost anything
        more; work that has begun on them finishes unheard.
        """
        asked = query[: self._most_chars].replace(_BORDER, " ") + _BORDER
        impressions = await self._hosted.read([asked + text[: self._most_chars] for text in texts])
        return [float(each.vector[0]) for each in impressions]
