"""Check digits: the arithmetic that tells a number from a number-like string."""

from collections.abc import Iterable
from operator import mul
from typing import Final

_ZERO: Final = ord("0")
_DOUBLED: Final = bytes(
    sum(divmod(2 * (code - _ZERO), 10)) if _ZERO <= code <= _ZERO + 9 else 0 for code in range(256)
)
_PLAIN: Final = bytes(code - _ZERO if _ZERO <= code <= _ZERO + 9 else 0 for code in range(256))

# Verhoeff's dihedral group of order ten and his permutation.
_DIHEDRAL: Final = tuple(
    tuple(
        (a + b) % 5 + 5 * (b > 4) if a < 5 else (a - b) % 5 + 5 * (b < 5)  # noqa: PLR2004
        for b in range(10)
    )
    for a in range(10)
)
_FIRST: Final = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def _permutations() -> tuple[tuple[int, ...], ...]:
    rows = [tuple(range(10))]
    for _ in range(7):
        rows.append(tuple(_FIRST[value] for value in rows[-1]))
    return tuple(rows)


_PERMUTED: Final = _permutations()


def luhn(digits: str) -> bool:
    """Returns whether the last digit is Luhn's check digit of the others."""
    codes = digits.encode("ascii", "replace")
    return (sum(codes[-1::-2].translate(_PLAIN)) + sum(codes[-2::-2].translate(_DOUBLED))) % 10 == 0


def verhoeff(digits: str) -> bool:
    """Returns whether the last digit is Verhoeff's check digit of the others."""
    check = 0
    for place, digit in enumerate(reversed(digits)):
        check = _DIHEDRAL[check][_PERMUTED[place % 8][int(digit)]]
    return check == 0


def weighted(digits: str, weights: Iterable[int]) -> int:
    """Returns the sum of digits times weights; what has no partner does not count."""
    return sum(map(mul, map(int, digits), weights))
