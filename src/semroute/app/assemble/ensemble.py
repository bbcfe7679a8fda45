"""The embedded model and checkpoints beside it, loaded together and answering like one."""

from collections.abc import Sequence
from typing import Protocol

import trio
from attrs import frozen

from semroute.adapters.torch import Progress, TorchClassifier
from semroute.app.opinions import ComposedClassifier, ComposedReader
from semroute.app.rank_tools import ToolOpinion
from semroute.domain.chat import Prompt
from semroute.domain.classification import Classification
from semroute.domain.reading import Reading


class Loadable(Protocol):
    """A model that has to be loaded, and needs a task to work in."""

    async def run(
        self,
        progress: Progress = ...,
        *,
        task_status: trio.TaskStatus[None] = ...,
    ) -> None:
        """Loads, then works until cancelled. Started once ready.

        Raises:
            CheckpointError: It cannot be loaded; the operator's fault.
        """
        ...


@frozen(eq=False)
class Ensemble:
    """A `Classifier`, an `Embedder` and a `TextReader` made of several models.

    Args:
        embedded: The embedded model; what texts mean, it alone says.
        checkpoints: Those beside it.
        classifier: Asks them what prompts are about.
        reader: Asks them what is in texts.
        tool_opinions: Who of them says which tools serve best.
    """

    embedded: TorchClassifier
    checkpoints: Sequence[Loadable]
    classifier: ComposedClassifier
    reader: ComposedReader
    tool_opinions: Sequence[ToolOpinion] = ()

    @property
    def is_ready(self) -> bool:
        """Whether all are loaded."""
        return (
            self.embedded.is_ready
            and self.classifier.is_ready
            and self.reader.is_ready
            and all(each.reranker.is_ready for each in self.tool_opinions)
        )

    @property
    def revision(self) -> str:
        """Identifies the embedded encoder.

        Raises:
            NotLoadedError: It is not ready yet.
        """
        return self.embedded.revision

    async def run(
        self,
        progress: Progress = lambda _what, _share: None,
        *,
        task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
    ) -> None:
        """Loads them one after the other, then works until cancelled. Started once all are ready.

        Raises:
            CheckpointError: One cannot be loaded, alone in a group; the operator's fault.
        """
        async with trio.open_nursery() as nursery:
            # Those that come from elsewhere first: they are the ones that may be refused.
            for model in (*self.checkpoints, self.embedded):
                await nursery.start(model.run, progress)
            task_status.started()

    async def classify(self, prompt: Prompt) -> Classification:
        """Asks those whose word counts."""
        return await self.classifier.classify(prompt)

    async def embed(self, text: str) -> bytes:
        """Asks the embedded model."""
        return await self.embedded.embed(text)

    async def read(self, texts: Sequence[str]) -> list[Reading]:
        """Asks those whose word counts."""
        return await self.reader.read(texts)
