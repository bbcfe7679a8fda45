"""The encoder's vectors of passages, remembered from one run to the next."""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from semroute.adapters.torch.encoder import Encoder

_BATCH: Final = 64


def encoded(encoder: Encoder, texts: Sequence[str], cache: Path | None) -> npt.NDArray[np.float32]:
    """Returns one vector per text; shape (len(texts), dimensions)."""
    known = _known(cache)
    keys = [_key(text) for text in texts]
    missing = sorted(
        {key: text for key, text in zip(keys, texts, strict=True) if key not in known}.items(),
        key=lambda item: (len(item[1]), item[0]),
    )
    for start in range(0, len(missing), _BATCH):
        batch = missing[start : start + _BATCH]
        vectors = encoder.encode([text for _, text in batch])
        known |= {key: vector for (key, _), vector in zip(batch, vectors, strict=True)}
        if start % (20 * _BATCH) == 0:
            print(f"encoded {start} of {len(missing)}", flush=True)
            _keep(known, cache)
    _keep(known, cache)
    return np.stack([known[key] for key in keys])


def _known(cache: Path | None) -> dict[str, npt.NDArray[np.float32]]:
    if cache is None or not cache.exists():
        return {}
    with np.load(cache, allow_pickle=False) as stored:
        return dict(zip(stored["keys"].tolist(), stored["vectors"], strict=True))


def _keep(known: dict[str, npt.NDArray[np.float32]], cache: Path | None) -> None:
    if cache is not None and known:
        np.savez(cache, keys=np.array(list(known)), vectors=np.stack(list(known.values())))


def _key(text: str) -> str:
    return sha256(text.encode("utf-8", "replace")).hexdigest()[:24]
