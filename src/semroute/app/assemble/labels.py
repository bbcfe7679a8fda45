"""What labels of checkpoints mean, wherever an operator says so."""

from collections.abc import Mapping
from pathlib import Path

from semroute.adapters.settings import load_file
from semroute.app.checkpoints import CheckpointSettings


def labels_of(checkpoint: CheckpointSettings) -> Mapping[str, str]:
    """Returns what the labels mean, out of their file if they have one.

    Raises:
        OSError: The file cannot be read; the operator's fault.
        SettingsError: It holds no labels; the operator's fault.
    """
    match checkpoint.labels:
        case str(name):
            return load_file(Path(name), dict[str, str])
        case labels:
            return labels
