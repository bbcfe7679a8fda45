"""The encoder's vectors of many texts."""

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import Final
from zipfile import BadZipFile

import numpy as np
from attrs import field, frozen

from semroute.adapters.torch.encoder import Encoder
from semroute.adapters.torch.vectors import Vector, Vectors

from .passes import passes_of

# A head reads windows of about so many characters at a time; what follows says the same again.
_MAX_CHARS: Final = 2048
_KEPT_EVERY: Final = 100  # passes; so much is lost if the run is ended


class UnfitMemoryError(Exception):
    """A file is no memory of vectors; the fault of whoever named it."""


@frozen(eq=False)
class Vectorizer:
    """Encodes texts on all cores.

    Each text is encoded as if it were alone, because a vector's last bits may depend on what it is
    computed with: so the same text has the same vector, to the last bit, whatever else is encoded
    and whether or not it was remembered.

    Args:
        encoder: What encodes them.
        progress: Told what is being done and how much of it, from 0 to 1.
        memory: A file (.npz) to remember vectors in; None to remember nothing.
        workers: How many threads; one per core if not given.
    """

    encoder: Encoder
    progress: Callable[[str, float], None] = lambda _what, _share: None
    memory: Path | None = None
    workers: int | None = None
    _known: dict[str, Vector] = field(init=False, factory=dict[str, Vector])

    @property
    def fingerprint(self) -> str:
        """Identifies the encoder."""
        return self.encoder.checkpoint.fingerprint

    def vectors(self, texts: Sequence[str], what: str) -> Vectors:
        """Returns one vector per text; shape (len(texts), dimensions).

        Args:
            texts: The texts; of long ones the beginning is read.
            what: What to call them.

        Raises:
            UnfitMemoryError: The memory is a file of something else.
        """
        known = self._known  # two heads may learn from the same texts
        if not known:
            known |= self._remembered()
        keys = [self._key(text) for text in texts]
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        total, done = max(sum(len(text) for text in missing.values()), 1), 0
        passes = list(passes_of([*missing.items()], [len(text) for text in missing.values()]))
        with ThreadPoolExecutor(self.workers or len(os.sched_getaffinity(0))) as pool:
            encoded = pool.map(self._encoded, passes)
            for count, (some, vectors) in enumerate(zip(passes, encoded, strict=True), start=1):
                known |= zip((key for key, _ in some), vectors, strict=True)
                done += sum(len(text) for _, text in some)
                self.progress(f"encoding {what}", done / total)
                if count % _KEPT_EVERY == 0:
                    self._remember(known)
        if missing:
            self._remember(known)
        if not keys:
            return np.zeros((0, self.encoder.dimensions), np.float32)
        return np.stack([known[key] for key in keys])

    def token_vectors(self) -> Vectors:
        """Returns one vector per token, each read alone; shape (tokens, dimensions)."""
        return self.encoder.encode_tokens(lambda share: self.progress("encoding tokens", share))

    def lend(self, file: Path) -> None:
        """Writes all vectors that are known to a file (.npz), if there are any.

        Raises:
            UnfitMemoryError: The memory is a file of something else.
        """
        if known := self._known or self._remembered():
            _write(file, known)

    def regain(self, file: Path) -> None:
        """Remembers what somebody else wrote to a file, if anything."""
        if file.exists():
            self._known.update(_read(file, self.encoder.dimensions))
            self._remember(self._known)

    def _encoded(self, some: Sequence[tuple[str, str]]) -> Vectors:
        vectors, _ = self.encoder.encode_each([text[:_MAX_CHARS] for _, text in some])
        return vectors

    def _remembered(self) -> dict[str, Vector]:
        if self.memory is None or not self.memory.exists():
            return {}
        return _read(self.memory, self.encoder.dimensions)

    def _remember(self, known: Mapping[str, Vector]) -> None:
        if self.memory is not None:
            _write(self.memory, known)

    def _key(self, text: str) -> str:
        whole = "\0".join((self.fingerprint, text[:_MAX_CHARS]))
        return sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _read(file: Path, dimensions: int) -> dict[str, Vector]:
    try:
        # Opened here: numpy leaves open what turns out to be no archive.
        with file.open("rb") as opened, np.load(opened, allow_pickle=False) as stored:
            keys, vectors = stored["keys"], stored["vectors"]
    # What numpy says of files that are none of its archives; an array alone it returns.
    except (BadZipFile, EOFError, KeyError, TypeError, ValueError) as error:
        raise _unfit(file) from error
    if keys.shape != vectors.shape[:1] or vectors.shape[1:] != (dimensions,):
        raise _unfit(file)
    return dict(zip(keys.tolist(), vectors, strict=True))


def _unfit(file: Path) -> UnfitMemoryError:
    return UnfitMemoryError(f"{file} is no file that vectors of this encoder were remembered in")


def _write(file: Path, known: Mapping[str, Vector]) -> None:
    np.savez(file, keys=np.array(list(known)), vectors=np.stack(list(known.values())))
