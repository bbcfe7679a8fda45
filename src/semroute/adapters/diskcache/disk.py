"""diskcache's way to and from its database, without pickle and without files."""

import sqlite3
from typing import Final, Never

import diskcache

# No row of ours reaches this size, above which diskcache would write a file.
INLINE_BYTES: Final = 2**26

_RAW: Final = 1  # diskcache's word for a value that is the column's


# What a type checker infers of the base is narrower than what it may return.
# pyright: reportIncompatibleMethodOverride=false


class BytesDisk(diskcache.Disk):  # type: ignore[misc]  # it is untyped
    """Takes keys that are strings and values that are bytes, and gives nothing else back.

    diskcache unpickles what its database says is pickled, and opens and removes the files that
    it names, so whoever can write to the database could run code in this process and remove
    other people's files. Here neither pickle nor files exist. (CVE-2025-69872)
    """

    def put(self, key: object) -> tuple[str, bool]:
        """Returns a key as its column, and that it is not pickled."""
        if type(key) is not str:
            _refuse("a key that is no string")
        return key, True

    def get(self, key: object, raw: object) -> str:
        """Returns a key from its column."""
        if type(key) is not str or not raw:
            _refuse("a key that is no string")
        return key

    def store(
        self,
        value: object,
        read: object,
        key: object = None,  # noqa: ARG002 - it has no part in the value
    ) -> tuple[int, int, None, sqlite3.Binary]:
        """Returns a value as its columns: size, mode, file name, value."""
        if type(value) is not bytes or read or len(value) >= INLINE_BYTES:
            _refuse("a value that is not a few bytes")
        return 0, _RAW, None, sqlite3.Binary(value)

    def fetch(self, mode: object, filename: object, value: object, read: object) -> bytes:
        """Returns a value from its columns."""
        if mode != _RAW or filename is not None or type(value) is not bytes or read:
            _refuse("a value that is not inline bytes")
        return value

    def filename(self, key: object = None, value: object = None) -> Never:  # noqa: ARG002 - likewise
        """Names no file."""
        _refuse("a file")

    def remove(self, file_path: object) -> None:
        """Removes nothing: there are no files, so whoever names one is not us."""


def _refuse(what: str) -> Never:
    message = f"the store holds {what}"
    raise ValueError(message)
