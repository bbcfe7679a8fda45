"""A checkpoint's labels of tokens as personal data."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

import numpy as np
from attrs import frozen

from semroute.adapters.torch.checkpoint import CheckpointError
from semroute.adapters.torch.files import CheckpointFiles
from semroute.adapters.torch.impression import Impression
from semroute.domain.labels import Tag, tags_of
from semroute.domain.pii import PiiKind
from semroute.domain.spans import merged

from .labels import meanings_of, outputs_of
from .network import Head, Network
from .source import Source
from .tagger import Tagger

_NO_VECTOR: Final = np.zeros(0, np.float32)


@frozen(eq=False)
class EntityEye:
    """Reads where in a text personal data is.

    Args:
        network: What reads.
        tagger: Puts together what it says of each token.
    """

    network: Network
    tagger: Tagger

    @classmethod
    def load(
        cls, source: Source, wanted: Collection[PiiKind], needed: Collection[PiiKind]
    ) -> "EntityEye":
        """Loads a checkpoint that finds entities.

        Args:
            source: Which.
            wanted: The kinds that somebody looks for; it reports no others.
            needed: The kinds it must find, because nobody else will.

        Raises:
            CheckpointError: It cannot be used; the operator's fault.
        """
        files = CheckpointFiles.open(source.directory)
        network = Network.load(files, Head.TOKEN, source.max_tokens)
        names, labels = outputs_of(files, network.outputs, source.labels)
        tags = tags_of(names)
        kinds = _kinds_of(tags, labels, files)
        if not any(kinds):
            message = f"{files.config_file} has no label that means personal data"
            raise CheckpointError(message)
        missing = [kind.value for kind in PiiKind if kind in needed and kind not in kinds]
        if missing:
            message = (
                f"{files.config_file} has no label for {', '.join(missing)}, which the guards look "
                "for; name one with `labels`, or `use: add`"
            )
            raise CheckpointError(message)
        begins = np.array([tag.begins for tag in tags])
        asked = tuple(kind if kind in wanted else None for kind in kinds)
        return cls(network, Tagger(asked, begins, source.temperature))

    def read(self, texts: Sequence[str]) -> list[Impression]:
        """Returns one impression per text."""
        return [
            Impression(
                _NO_VECTOR,
                entities=merged(span for row in rows for span in self.tagger.spans(text, row)),
            )
            for text, rows in zip(texts, self.network.read(texts), strict=True)
        ]


def _kinds_of(
    tags: Sequence[Tag], labels: Mapping[str, str], files: CheckpointFiles
) -> tuple[PiiKind | None, ...]:
    """Returns what each label means; operators may leave out what means nothing here."""
    entities = tuple(dict.fromkeys(tag.entity for tag in tags if tag.entity is not None))
    words = [kind.value for kind in PiiKind]
    meanings = meanings_of(entities, labels, words, files, drops=True)
    known = dict(zip(entities, meanings, strict=True))
    words_of_tags = [None if tag.entity is None else known[tag.entity] for tag in tags]
    return tuple(None if word is None else PiiKind(word) for word in words_of_tags)
