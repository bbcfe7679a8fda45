"""A checkpoint's classes as categories."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from attrs import frozen

from semroute.adapters.torch.checkpoint import CheckpointError
from semroute.adapters.torch.files import CheckpointFiles
from semroute.adapters.torch.impression import Impression
from semroute.adapters.torch.vectors import Vector
from semroute.domain.suggestions import did_you_mean

from .labels import meanings_of, outputs_of
from .network import Head, Network, Row
from .source import Source

_LEAST_LABELS: Final = 2


@frozen(eq=False)
class CategoryEye:
    """Reads what a text is about. An impression's vector has one probability per category.

    Args:
        network: What reads.
        categories: Those it can tell, in the order of the vector.
        owners: For each output, the category it counts for; shape (outputs,).
        temperature: What logits are divided by.
    """

    network: Network
    categories: tuple[str, ...]
    owners: npt.NDArray[np.intp]
    temperature: float

    @classmethod
    def load(
        cls, source: Source, categories: Sequence[str], *, must_know_all: bool
    ) -> "CategoryEye":
        """Loads a checkpoint that tells categories.

        Args:
            source: Which.
            categories: Those that are configured.
            must_know_all: Whether its word will count alone.

        Raises:
            CheckpointError: It cannot be used; the operator's fault.
        """
        files = CheckpointFiles.open(source.directory)
        if files.config.get("problem_type") == "multi_label_classification":
            message = f"{files.config_file}: its labels do not exclude each other; categories do"
            raise CheckpointError(message)
        network = Network.load(files, Head.TEXT, source.max_tokens)
        if network.outputs < _LEAST_LABELS:
            message = f"{files.config_file} has one label only; categories are at least two"
            raise CheckpointError(message)
        names, labels = outputs_of(files, network.outputs, source.labels)
        meanings = meanings_of(names, labels, categories, files)
        known = tuple(name for name in categories if name in meanings)
        missing = [
            f"{name!r}{did_you_mean(name, names)}" for name in categories if name not in known
        ]
        if missing and must_know_all:
            message = (
                f"{files.config_file} has no label for {', '.join(missing)}, so nothing would ever "
                "be that; name one with `labels`, or `use: average`"
            )
            raise CheckpointError(message)
        owners = [known.index(meaning) for meaning in meanings if meaning is not None]
        return cls(network, known, np.array(owners), source.temperature)

    def read(self, texts: Sequence[str]) -> list[Impression]:
        """Returns one impression per text; of long ones, the mean of their parts."""
        return [Impression(self._mean(rows)) for rows in self.network.read(texts)]

    def _mean(self, rows: Sequence[Row]) -> Vector:
        weights = np.array([max(row.weight, 1) for row in rows], np.float32)
        each = np.stack([self._probabilities(row.logits) for row in rows])
        mean: Vector = np.average(each, axis=0, weights=weights).astype(np.float32)
        return mean

    def _probabilities(self, logits: npt.NDArray[np.float32]) -> Vector:
        scaled = logits / np.float32(self.temperature)
        likely = np.exp(scaled - scaled.max())
        sums = np.zeros(len(self.categories), np.float32)
        np.add.at(sums, self.owners, likely / likely.sum())
        return sums
