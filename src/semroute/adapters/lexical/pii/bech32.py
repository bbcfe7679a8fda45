"""Bech32 and Bech32m (BIP 173, 350): the checksum of Bitcoin's later addresses and of Cosmos."""

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


def holds(address: str) -> bool:
    """Returns whether the checksum is right; the address has one case and a `1` in it."""
    folded = address.lower()
    prefix, _, data = folded.rpartition("1")
    values = [ord(character) >> 5 for character in prefix]
    values.append(0)
    values.extend(ord(character) & 31 for character in prefix)
    values.extend(map(_VALUES.__getitem__, data))
    check = 1
    for value in values:
        check = (check & 0x1FFFFFF) << 5 ^ value ^ _REDUCED[check >> 25]
    return check in _VARIANTS
