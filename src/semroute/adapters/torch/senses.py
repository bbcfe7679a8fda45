"""The encoder and the heads on it: all that one pass is used for."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from attrs import frozen

from semroute.domain.attack import AttackKind

from .artefact import place_of
from .attack_head import ATTACKS_FILE, AttackHead
from .encoder import Encoder
from .entity_head import ENTITIES_FILE, LAYERS, EntityHead
from .impression import Impression
from .vectors import Vector


@frozen(eq=False)
class Senses:
    """Reads texts, each in one pass. Synchronous; meant for a thread.

    Args:
        encoder: What reads.
        attacks: Looks for attacks, if that is wanted.
        entities: Looks for people and addresses, if that is wanted.
    """

    encoder: Encoder
    attacks: AttackHead | None = None
    entities: EntityHead | None = None

    @classmethod
    def load(
        cls,
        encoder: Encoder,
        heads: Path,
        *,
        attacks: bool,
        entities: bool,
        own_heads: Path | None = None,
    ) -> "Senses":
        """Loads the wanted heads, which must have been trained on this very encoder.

        Those in `own_heads` take the place of those in `heads`.

        Raises:
            CheckpointError: A wanted head cannot be used; the operator's fault.
        """
        fingerprint, dimensions = encoder.checkpoint.fingerprint, encoder.dimensions

        def place(file: str) -> Path:
            return place_of(file, own_heads, heads)

        return cls(
            encoder,
            AttackHead.load(place(ATTACKS_FILE), fingerprint, dimensions) if attacks else None,
            EntityHead.load(place(ENTITIES_FILE), fingerprint, dimensions) if entities else None,
        )

    def read(self, texts: Sequence[str]) -> list[Impression]:
        """Returns what one pass says of each text."""
        if self.entities is None:
            return [
                Impression(vector, self._attacks_in(vector))
                for vector in self.encoder.encode(texts)
            ]
        vectors, parts = self.encoder.encode_with_parts(texts, LAYERS)
        return [
            Impression(vector, self._attacks_in(vector), self.entities.spans(text, each))
            for text, vector, each in zip(texts, vectors, parts, strict=True)
        ]

    def _attacks_in(self, vector: Vector) -> Mapping[AttackKind, float]:
        return {} if self.attacks is None else self.attacks.logits(vector)
