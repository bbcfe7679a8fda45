"""What texts have said before."""

import hashlib
import secrets
from collections import OrderedDict
from typing import Final, TypeAlias

from .impression import Impression

Key: TypeAlias = bytes
"""Stands for a text, and cannot be turned back into it."""

# A conversation sends all its earlier turns again with each new one. An entry takes some 2 KB.
MEMO_ENTRIES: Final = 4096


class Memo:
    """The impressions of the texts seen last. Keeps no text; belongs to one thread.

    Keys are digests under a salt that lives as long as the process: a dump of its memory says
    of no text whether it was seen, and nobody can prepare two texts of one key.

    Args:
        size: How many impressions are kept.
    """

    def __init__(self, size: int = MEMO_ENTRIES) -> None:
        self._size = size
        self._salt = secrets.token_bytes(32)
        self._entries: OrderedDict[Key, Impression] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def key_of(self, text: str) -> Key:
        """Returns what stands for a text."""
        # JSON can spell half a surrogate pair, which has no UTF-8.
        data = text.encode("utf-8", "surrogatepass")
        return hashlib.blake2b(data, key=self._salt, digest_size=16).digest()

    def recall(self, key: Key) -> Impression | None:
        """Returns what is remembered of a text."""
        impression = self._entries.get(key)
        if impression is not None:
            self._entries.move_to_end(key)
        return impression

    def remember(self, key: Key, impression: Impression) -> None:
        """Keeps an impression, and forgets what was longest out of use."""
        self._entries[key] = impression
        self._entries.move_to_end(key)
        while len(self._entries) > self._size:
            self._entries.popitem(last=False)
