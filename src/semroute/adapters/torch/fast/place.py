"""Where a model of this kind is, and which categories it knows."""

from collections.abc import Sequence
from pathlib import Path

from semroute.adapters.torch.artefact import HEADS, Artefact
from semroute.adapters.torch.category_head import CATEGORIES_FILE, digest_of
from semroute.domain.classification import CategoryDefinition

from .model import FAST_FILE


def place_of_fast(own: Path | None) -> Path | None:
    """Returns the directory of the model that says the same as the encoder's heads, if any.

    Args:
        own: The directory of the operator's heads. If they know categories of their own, the
            model that ships has not learnt those.
    """
    knows_others = own is not None and (own / CATEGORIES_FILE).is_file()
    directory = own if own is not None and knows_others else HEADS
    return directory if (directory / FAST_FILE).is_file() else None


def strangers_to_fast(
    own: Path | None, definitions: Sequence[CategoryDefinition]
) -> tuple[str, ...] | None:
    """Returns the names of categories that the model does not know, or not as they are now.

    Args:
        own: The directory of the operator's heads.
        definitions: The categories as they are now.

    Returns:
        None if there is no model.

    Raises:
        CheckpointError: The model cannot be read; the operator's fault.
    """
    directory = place_of_fast(own)
    if directory is None:
        return None
    notes = Artefact.notes_of(directory / FAST_FILE)
    known = dict(zip(notes.texts("names"), notes.texts("digests"), strict=False))
    return tuple(each.name for each in definitions if known.get(each.name) != digest_of(each))
