"""Files with trained heads, and the encoder each belongs to."""

import json
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from attrs import frozen

from .checkpoint import CheckpointError

HEADS: Final = Path(__file__).parent / "heads"
"""Where the heads for the embedded encoder are."""

_ENCODER: Final = "encoder"


@frozen(eq=False)
class Artefact:
    """Weights read from a safetensors file, and what the file says of them.

    Args:
        path: The file.
        tensors: Its weights by name.
        metadata: Its notes by name.
    """

    path: Path
    tensors: dict[str, npt.NDArray[np.float32]]
    metadata: dict[str, str]

    @classmethod
    def open(cls, path: Path, fingerprint: str) -> "Artefact":
        """Reads a head that was trained on the encoder with this fingerprint.

        Raises:
            CheckpointError: There is no such file, it is damaged, or it belongs to another
                encoder; the operator's fault.
        """
        from safetensors import SafetensorError, safe_open  # noqa: PLC0415 - only in a thread

        try:
            with safe_open(path, framework="numpy") as file:
                metadata = dict(file.metadata() or {})
                tensors = {
                    name: file.get_tensor(name).astype(np.float32)
                    for name in file.keys()  # noqa: SIM118 - it is no mapping
                }
        except (OSError, SafetensorError) as error:
            message = f"{path} cannot be read: {error}"
            raise CheckpointError(message) from error
        if metadata.get(_ENCODER) != fingerprint:
            message = (
                f"{path} was trained on the encoder {metadata.get(_ENCODER, 'unknown')}, "
                f"and this is {fingerprint}: what it says of it would be noise"
            )
            raise CheckpointError(message)
        return cls(path, tensors, metadata)

    def tensor(self, name: str, *shape: int | None) -> npt.NDArray[np.float32]:
        """Returns weights of a certain shape; None stands for any length.

        Raises:
            CheckpointError: They are missing, of another shape, or not finite.
        """
        tensor = self.tensors.get(name)
        fits = (
            tensor is not None
            and len(tensor.shape) == len(shape)
            and all(want in (None, size) for want, size in zip(shape, tensor.shape, strict=True))
        )
        if tensor is None or not fits or not np.isfinite(tensor).all():
            message = f"{self.path} has no usable tensor {name!r}"
            raise CheckpointError(message)
        return tensor

    def note(self, name: str) -> object:
        """Returns what a note says, as JSON.

        Raises:
            CheckpointError: There is no such note, or it is not JSON.
        """
        try:
            value: object = json.loads(self.metadata[name])
        except (KeyError, ValueError) as error:
            message = f"{self.path} has no usable note {name!r}"
            raise CheckpointError(message) from error
        return value
