"""Files with trained heads, and the encoder each belongs to."""

import json
import math
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from attrs import frozen

from .checkpoint import CheckpointError

HEADS: Final = Path(__file__).parent / "heads"
"""Where the heads for the embedded encoder are."""

_ENCODER: Final = "encoder"
_TEMPERATURE: Final = "temperature"
_TEMPERATURES: Final = "temperatures"


def place_of(file: str, own: Path | None, shipped: Path = HEADS) -> Path:
    """Returns the directory of a head's file: the operator's own, if it has that file."""
    return own if own is not None and (own / file).is_file() else shipped


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
        artefact = cls._read(path, are_weights_wanted=True)
        metadata = artefact.metadata
        if metadata.get(_ENCODER) != fingerprint:
            message = (
                f"{path} was trained on the encoder {metadata.get(_ENCODER, 'unknown')}, "
                f"and this is {fingerprint}: what it says of it would be noise"
            )
            raise CheckpointError(message)
        return artefact

    @classmethod
    def notes_of(cls, path: Path) -> "Artefact":
        """Reads what a file says of its weights, and not the weights, whatever their encoder.

        Raises:
            CheckpointError: There is no such file, or it is damaged; the operator's fault.
        """
        return cls._read(path, are_weights_wanted=False)

    @classmethod
    def _read(cls, path: Path, *, are_weights_wanted: bool) -> "Artefact":
        from safetensors import SafetensorError, safe_open  # noqa: PLC0415 - few commands need it

        try:
            with safe_open(path, framework="numpy") as file:
                names = file.keys() if are_weights_wanted else ()
                tensors = {name: file.get_tensor(name).astype(np.float32) for name in names}
                return cls(path, tensors, dict(file.metadata() or {}))
        except (OSError, SafetensorError) as error:
            message = f"{path} cannot be read: {error}"
            raise CheckpointError(message) from error

    @property
    def temperature(self) -> float:
        """What its logits are divided by for things to be as probable as it says; 1 if untold.

        Raises:
            CheckpointError: It is no number above 0.
        """
        if _TEMPERATURE not in self.metadata:
            return 1.0
        return self._temperature(self.note(_TEMPERATURE))

    def temperatures(self, count: int) -> tuple[float, ...]:
        """Returns so many temperatures; all of them the same if it has one.

        Raises:
            CheckpointError: One is no number above 0, or there are more or fewer.
        """
        if _TEMPERATURES not in self.metadata:
            return (self.temperature,) * count
        values = self.note(_TEMPERATURES)
        if not isinstance(values, list) or len(values) != count:
            raise self._unusable(_TEMPERATURES)
        return tuple(map(self._temperature, values))

    def _temperature(self, value: object) -> float:
        if not isinstance(value, float) or not 0 < value < math.inf:
            raise self._unusable(_TEMPERATURE)
        return value

    def _unusable(self, note: str) -> CheckpointError:
        return CheckpointError(f"{self.path} has no usable note {note!r}")

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
            raise self._unusable(name) from error
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """Returns what a note says, as a list of texts.

        Raises:
            CheckpointError: There is no such note, or it is none.
        """
        value = self.note(name)
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise self._unusable(name)
        return tuple(value)
