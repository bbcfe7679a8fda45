"""Files of tensors that are the same bytes every time."""

import json
from pathlib import Path
from typing import Any

import numpy.typing as npt
from safetensors.numpy import save


def write(tensors: dict[str, npt.NDArray[Any]], path: Path, metadata: dict[str, str]) -> None:
    """Writes a safetensors file whose header is in alphabetical order.

    The library keeps metadata in whatever order its hash table has in this process.
    """
    written = save(tensors, metadata=metadata)
    size = int.from_bytes(written[:8], "little")
    header = json.dumps(json.loads(written[8 : 8 + size]), sort_keys=True).encode()
    header += b" " * (-len(header) % 8)  # tensors begin at multiples of eight bytes
    path.write_bytes(len(header).to_bytes(8, "little") + header + written[8 + size :])
