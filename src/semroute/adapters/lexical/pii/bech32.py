"""Bech32 and Bech32m (BIP 173, 350): the checksum of Bitcoin's later addresses and of Cosmos."""

from functools import reduce
from operator import getitem, xor
from typing import Final

_ALPHABET: Final = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_VALUES: Final = {character: value for value, character in enumerate(_ALPHABET)}
_GENERATORS: Final = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_VARIANTS: Final = (1, 0x2BC830A3)


def _reduced(top: int) -> int:
    result = 0
    for bit, generator in enumerate(_GENERATORS):
        if top >> bit & 1:
            result ^= generator
    return result


_REDUCED: Final = tuple(_reduced(top) for top in range(32))


def _shares(longest: int) -> tuple[tuple[int, ...], ...]:
    """Returns what each value adds to the checksum, place by place, the last place first."""
    places = [tuple(range(32))]
    for _ in range(longest):
        places.append(
            tuple((share & 0x1FFFFFF) << 5 ^ _REDUCED[share >> 25] for share in places[-1])
        )
    return tuple(places)


# The checksum is linear: that of an address is the sum, bit by bit, of what its values add where
# they stand. Looking these up takes half the time of dividing.
_SHARES: Final = _shares(longest=128)


def holds(address: str) -> bool:
    """Returns whether the checksum is right.

    Args:
        address: At most 107 characters of one case, with a `1` and at most nine before it.
    """
    prefix, _, data = address.lower().rpartition("1")
    # The division begins with a one.
    values = [1, *[ord(character) >> 5 for character in prefix], 0]
    values += [ord(character) & 31 for character in prefix]
    values += map(_VALUES.__getitem__, data)
    return reduce(xor, map(getitem, _SHARES, reversed(values))) in _VARIANTS
