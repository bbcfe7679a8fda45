"""Sealing what is private in a row, for who has a key."""

import os
from typing import ClassVar, Final, Protocol, TypeAlias

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16


class LockedError(Exception):
    """A row is sealed in another way, or with another key; the operator's fault."""


class Seal(Protocol):
    """Closes data, and opens what it has closed."""

    magic: ClassVar[bytes]

    def close(self, data: bytes, bound: bytes) -> bytes:
        """Returns data closed, in such a way that it opens only beside `bound`."""
        ...

    def open(self, data: bytes, bound: bytes) -> bytes:
        """Returns what was closed.

        Raises:
            LockedError: It was closed with another key, or beside something else.
        """
        ...


class NoSeal:
    """Leaves everything readable."""

    magic: ClassVar = b"SRA1"

    def close(self, data: bytes, bound: bytes) -> bytes:  # noqa: ARG002 - nothing is bound
        """Returns the data."""
        return data

    def open(self, data: bytes, bound: bytes) -> bytes:  # noqa: ARG002 - nothing is bound
        """Returns the data."""
        return data


class AesGcmSeal:
    """Encrypts and authenticates, with a random nonce each time.

    Random nonces are safe for 2**32 uses of a key, which is two thousand million entries.

    Args:
        key: 16, 24 or 32 random bytes.

    Raises:
        ValueError: The key has another length.
    """

    magic: ClassVar = b"SRX1"

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def close(self, data: bytes, bound: bytes) -> bytes:
        """Encrypts the data."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, data, bound)

    def open(self, data: bytes, bound: bytes) -> bytes:
        """Decrypts the data."""
        if len(data) < _NONCE_BYTES + _TAG_BYTES:
            raise LockedError
        try:
            return self._cipher.decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], bound)
        except InvalidTag as error:
            raise LockedError from error


AnySeal: TypeAlias = NoSeal | AesGcmSeal


def seal_of(key: bytes | None) -> AnySeal:
    """Returns the seal for a key, or the one that leaves everything readable."""
    return NoSeal() if key is None else AesGcmSeal(key)
