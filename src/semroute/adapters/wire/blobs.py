"""Bytes as text: base64, and data URLs."""

import re
from typing import Final

BYTES_CHARS: Final = 64
"""Where a file is expected, so many characters are enough to be one."""

# Words can be written in base64's letters too, with dashes for blanks. They are nearly all small
# letters, or all capitals; of random bytes less than half are, and every sixth is a digit.
_BLOCK_CHARS: Final = 256
_MOST_OF_A_CASE: Final = 0.65
_LEAST_DIGITS: Final = 0.03
_SMALL: Final = b"abcdefghijklmnopqrstuvwxyz"
_DIGITS: Final = b"0123456789"
_BASE64: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=\r\n"
_DATA_URL: Final = re.compile(r"data:[\w.+/;=-]{0,100};base64,", re.IGNORECASE | re.ASCII)


def is_bytes(text: str, min_chars: int) -> bool:
    """Whether a text of so many characters, or a data URL of any, is nothing but base64."""
    return (len(text) >= min_chars and _is_base64(text)) or _is_data_url(text)


def is_random(text: str) -> bool:
    """Whether all of a text in base64's letters, or a data URL, looks like bytes."""
    start = _DATA_URL.match(text)
    data = text[start.end() if start else 0 :].encode()
    blocks = [data[at : at + _BLOCK_CHARS] for at in range(0, len(data), _BLOCK_CHARS)]
    return len(data) >= BYTES_CHARS and all(map(_is_random_block, (*blocks, data[-_BLOCK_CHARS:])))


def _is_random_block(block: bytes) -> bool:
    size = len(block)
    if size < BYTES_CHARS:
        return True  # the end; it is looked at again together with what stands before it
    small = size - len(block.translate(None, _SMALL))
    capitals = size - len(block.translate(None, _SMALL.upper()))
    digits = size - len(block.translate(None, _DIGITS))
    return max(small, capitals) <= _MOST_OF_A_CASE * size and digits >= _LEAST_DIGITS * size


def _is_data_url(text: str) -> bool:
    if text[4:5] != ":":
        return False
    start = _DATA_URL.match(text)
    return start is not None and _is_base64(text[start.end() :])


def _is_base64(text: str) -> bool:
    # Ten times as fast as a regular expression, and images have megabytes.
    return text.isascii() and not text.encode().translate(None, _BASE64)
