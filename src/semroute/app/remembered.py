"""What was found in texts that were seen before, without the texts."""

import hashlib
import secrets
from collections import OrderedDict
from typing import Generic, TypeVar

from attrs import define, field

T = TypeVar("T")


@define(eq=False)
class Remembered(Generic[T]):
    """Keeps values by text, and forgets those that were not asked for longest.

    Texts are known by a digest under a key that nobody knows and that ends with the process, so
    what is kept says nothing of them.

    Args:
        most: How many values are kept; 0 keeps none.
    """

    most: int
    _key: bytes = field(init=False, factory=lambda: secrets.token_bytes(32), repr=False)
    _values: OrderedDict[bytes, T] = field(init=False, factory=OrderedDict, repr=False)

    def get(self, text: str) -> T | None:
        """Returns the value of a text, or None if it is not known."""
        digest = self._digest(text)
        value = self._values.get(digest)
        if value is not None:
            self._values.move_to_end(digest)
        return value

    def keep(self, text: str, value: T) -> None:
        """Keeps the value of a text."""
        if not self.most:
            return
        digest = self._digest(text)
        self._values[digest] = value
        self._values.move_to_end(digest)
        if len(self._values) > self.most:
            self._values.popitem(last=False)

    def _digest(self, text: str) -> bytes:
        data = text.encode("utf-8", "surrogatepass")
        return hashlib.blake2b(data, digest_size=16, key=self._key).digest()
