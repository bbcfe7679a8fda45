"""Digits of the alphabets in which bytes are written as text, as those bytes."""

import binascii
import string
from collections.abc import Callable
from typing import Final

_OCTET: Final = 8
_BASE32_BITS: Final = 5
# Python counts up to 32 with digits before letters, in time that grows with the digits only.
_COUNTED: Final = str.maketrans(
    string.ascii_uppercase + string.ascii_lowercase + "234567",
    "0123456789ABCDEFGHIJKLMNOP" * 2 + "QRSTUV",
)
_URL_SAFE: Final = str.maketrans("-_", "+/")


def from_base64(digits: str) -> bytes:
    """Returns the bytes of base64 in either alphabet, without the digit too many of a cut."""
    digits = digits.translate(_URL_SAFE)
    whole = digits[:-1] if len(digits) % 4 == 1 else digits
    return binascii.a2b_base64(whole + "=" * (-len(whole) % 4))


def from_base32(digits: str) -> bytes:
    """Returns the bytes of base32 in either case, without what is no whole byte."""
    size = len(digits) * _BASE32_BITS // _OCTET
    spare = len(digits) * _BASE32_BITS - size * _OCTET
    return (int(digits.translate(_COUNTED), 32) >> spare).to_bytes(size)


def from_hex(digits: str) -> bytes:
    """Returns the bytes of hexadecimal digits, without half a byte."""
    return bytes.fromhex(digits[: len(digits) // 2 * 2])


def from_units(digits: str) -> bytes:
    """Returns in UTF-8 what hexadecimal digits say that are four for each unit of UTF-16."""
    return from_hex(digits).decode("utf-16-be", "replace").encode()


def from_bits(digits: str, size: int = _OCTET) -> bytes:
    """Returns bytes that are written with so many bits each, without what is no whole one."""
    whole = len(digits) // size * size
    return bytes(int(digits[at : at + size], 2) for at in range(0, whole, size))


FromDigits = Callable[[str], bytes]
"""Reads digits of one alphabet; all of them must be of it, and at least one whole byte."""
