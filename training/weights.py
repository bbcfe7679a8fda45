"""Weights as a safetensors file, the same bytes every time."""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

_ALIGNMENT = 8


def save(
    path: Path, tensors: Mapping[str, npt.NDArray[np.float16]], metadata: Mapping[str, str]
) -> None:
    """Writes a file of half-precision tensors.

    The library's own writer puts the notes in an order that changes from run to run, so this
    writes the format itself: the header's length, the header as JSON, and the numbers.
    """
    header: dict[str, object] = {"__metadata__": dict(sorted(metadata.items()))}
    data = b""
    for name, tensor in sorted(tensors.items()):
        raw = np.ascontiguousarray(tensor, "<f2").tobytes()
        header[name] = {
            "dtype": "F16",
            "shape": list(tensor.shape),
            "data_offsets": [len(data), len(data) + len(raw)],
        }
        data += raw
    head = json.dumps(header, separators=(",", ":")).encode()
    head += b" " * (-len(head) % _ALIGNMENT)
    path.write_bytes(len(head).to_bytes(8, "little") + head + data)
