"""A checkpoint's classes as attacks."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from attrs import frozen

from semroute.adapters.torch.checkpoint import CheckpointError
from semroute.adapters.torch.files import CheckpointFiles
from semroute.adapters.torch.impression import Impression
from semroute.domain.attack import AttackKind

from .labels import meanings_of, outputs_of
from .network import Head, Network
from .source import Source

BENIGN: Final = "benign"
ATTACK: Final = "attack"
MEANINGS: Final[Mapping[str, frozenset[AttackKind]]] = {
    **{kind.value: frozenset({kind}) for kind in AttackKind},
    ATTACK: frozenset(AttackKind),
    BENIGN: frozenset(),
}
"""What a label can mean: an attack of one kind, of any kind, or none."""

_NO_VECTOR: Final = np.zeros(0, np.float32)


@frozen(eq=False)
class AttackEye:
    """Reads how much a text is like an attack.

    Args:
        network: What reads.
        outputs: For each kind of attack, which outputs speak for it.
        is_exclusive: Whether the outputs are one choice; otherwise each is one of its own.
        temperature: What logits are divided by.
    """

    network: Network
    outputs: Mapping[AttackKind, npt.NDArray[np.bool_]]
    is_exclusive: bool
    temperature: float

    @classmethod
    def load(cls, source: Source, needed: Iterable[AttackKind]) -> "AttackEye":
        """Loads a checkpoint that tells attacks.

        Args:
            source: Which.
            needed: The kinds it must tell, because nobody else will.

        Raises:
            CheckpointError: It cannot be used; the operator's fault.
        """
        files = CheckpointFiles.open(source.directory)
        network = Network.load(files, Head.TEXT, source.max_tokens)
        names, labels = outputs_of(files, network.outputs, source.labels)
        meanings = meanings_of(names, labels, MEANINGS, files)
        speaking = [MEANINGS[meaning] for meaning in meanings if meaning is not None]
        is_exclusive = (
            network.outputs > 1 and files.config.get("problem_type") != "multi_label_classification"
        )
        outputs = {
            kind: np.array([kind in kinds for kinds in speaking])
            for kind in AttackKind
            if any(kind in kinds for kinds in speaking)
        }
        if not outputs or (is_exclusive and all(speaking)):
            message = (
                f"{files.config_file}: one label must mean an attack and one {BENIGN}; its labels "
                f"are {', '.join(names)}"
            )
            raise CheckpointError(message)
        missing = [kind.value for kind in needed if kind not in outputs]
        if missing:
            message = (
                f"{files.config_file} has no label for {', '.join(missing)}, which is checked for; "
                f"if one means any attack, say `{ATTACK}` with `labels`, or `use: average`"
            )
            raise CheckpointError(message)
        return cls(network, outputs, is_exclusive, source.temperature)

    def read(self, texts: Sequence[str]) -> list[Impression]:
        """Returns one impression per text; an attack in one part of it is one."""
        return [
            Impression(
                _NO_VECTOR,
                {
                    kind: max(self._logit(row.logits, outputs) for row in rows)
                    for kind, outputs in self.outputs.items()
                },
            )
            for rows in self.network.read(texts)
        ]

    def _logit(self, logits: npt.NDArray[np.float32], outputs: npt.NDArray[np.bool_]) -> float:
        """Returns the log odds of the outputs against the others."""
        scaled = logits.astype(np.float64) / self.temperature
        if not self.is_exclusive:
            return float(scaled[outputs].max())
        return float(np.logaddexp.reduce(scaled[outputs]) - np.logaddexp.reduce(scaled[~outputs]))
