"""Base58Check: the checksum of Bitcoin's first addresses and of its descendants'."""

import hashlib
from typing import Final

BITCOIN: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
RIPPLE: Final = "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz"

_CHECK: Final = 4


def _pairs(alphabet: str) -> dict[str, int]:
    return {a + b: 58 * i + j for i, a in enumerate(alphabet) for j, b in enumerate(alphabet)}


_PAIRS: Final = {alphabet: _pairs(alphabet) for alphabet in (BITCOIN, RIPPLE)}
# A version of one or two bytes, a hash of twenty, four to check.
_LENGTHS: Final = (25, 26)


def holds(address: str, alphabet: str = BITCOIN) -> bool:
    """Returns whether the checksum of an address of the alphabet is right."""
    zero = alphabet[0]
    # Pairs halve the work; a leading zero changes no value.
    even = address if len(address) % 2 == 0 else zero + address
    pairs = _PAIRS[alphabet]
    value = 0
    for place in range(0, len(even), 2):
        value = value * 3364 + pairs[even[place : place + 2]]
    zeros = len(address) - len(address.lstrip(zero))
    raw = bytes(zeros) + value.to_bytes((value.bit_length() + 7) // 8)
    if len(raw) not in _LENGTHS:
        return False
    digest = hashlib.sha256(hashlib.sha256(raw[:-_CHECK]).digest()).digest()
    return digest[:_CHECK] == raw[-_CHECK:]
