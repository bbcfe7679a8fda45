"""Keccak-256 as Ethereum uses it; the standard library has only its successor SHA-3."""

from typing import Final

_MASK: Final = (1 << 64) - 1
_RATE: Final = 136  # bytes that one permutation absorbs
_ROUNDS: Final = 24


def _round_constants() -> tuple[int, ...]:
    constants = []
    register = 1
    for _ in range(_ROUNDS):
        constant = 0
        for bit in range(7):
            register = (register << 1 ^ (register >> 7) * 0x71) & 0xFF
            if register & 2:
                constant ^= 1 << ((1 << bit) - 1)
        constants.append(constant)
    return tuple(constants)


_CONSTANTS: Final = _round_constants()


def _rotated(value: int, by: int) -> int:
    return (value << by | value >> (64 - by)) & _MASK if by else value


def _permuted(lanes: list[list[int]]) -> list[list[int]]:
    for constant in _CONSTANTS:
        parity = [a[0] ^ a[1] ^ a[2] ^ a[3] ^ a[4] for a in lanes]
        for x in range(5):
            change = parity[x - 1] ^ _rotated(parity[(x + 1) % 5], 1)
            lanes[x] = [lane ^ change for lane in lanes[x]]
        x, y, current = 1, 0, lanes[1][0]
        for step in range(_ROUNDS):
            x, y = y, (2 * x + 3 * y) % 5
            current, lanes[x][y] = (
                lanes[x][y],
                _rotated(current, (step + 1) * (step + 2) // 2 % 64),
            )
        for y in range(5):
            row = [lanes[x][y] for x in range(5)]
            for x in range(5):
                lanes[x][y] = row[x] ^ (~row[(x + 1) % 5] & row[(x + 2) % 5])
        lanes[0][0] ^= constant
    return lanes


def keccak256(message: bytes) -> bytes:
    """Returns the hash of a message shorter than one block, which an address is.

    Raises:
        ValueError: The message is longer; the caller's fault.
    """
    if len(message) >= _RATE:
        longer = f"{len(message)} bytes are more than one block."
        raise ValueError(longer)
    block = bytearray(message.ljust(_RATE, b"\0"))
    block[len(message)] ^= 1
    block[-1] ^= 0x80
    lanes = [[0] * 5 for _ in range(5)]
    for place in range(_RATE // 8):
        lanes[place % 5][place // 5] = int.from_bytes(block[8 * place : 8 * place + 8], "little")
    lanes = _permuted(lanes)
    return b"".join(lanes[x][0].to_bytes(8, "little") for x in range(4))
