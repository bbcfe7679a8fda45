"""Files of weights that are the same bytes every time."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

_ALIGNMENT: Final = 8  # tensors begin at multiples of eight bytes
_TYPES: Final = {np.dtype("i1"): "I8", np.dtype("<f2"): "F16", np.dtype("<f4"): "F32"}


def write_weights(
    path: Path,
    tensors: Mapping[str, npt.NDArray[np.int8] | npt.NDArray[np.float16] | npt.NDArray[np.float32]],
    notes: Mapping[str, str],
) -> None:
    """Writes a safetensors file.

    The library's own writer puts the notes in an order that changes from run to run, so this
    writes the format itself: the header's length, the header as JSON, and the numbers.
    """
    header: dict[str, object] = {"__metadata__": dict(sorted(notes.items()))}
    data = b""
    for name, tensor in sorted(tensors.items()):
        raw = np.ascontiguousarray(tensor).tobytes()
        header[name] = {
            "dtype": _TYPES[tensor.dtype],
            "shape": list(tensor.shape),
            "data_offsets": [len(data), len(data) + len(raw)],
        }
        data += raw
    head = json.dumps(header, separators=(",", ":")).encode()
    head += b" " * (-len(head) % _ALIGNMENT)
    path.write_bytes(len(head).to_bytes(8, "little") + head + data)
