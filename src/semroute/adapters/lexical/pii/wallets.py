"""Addresses of crypto-currencies, by their checksums."""

import re
from base64 import b32decode
from binascii import crc_hqx
from collections.abc import Iterator
from typing import Final

from semroute.adapters.lexical.pii import base58, bech32
from semroute.adapters.lexical.pii.keccak import keccak256
from semroute.adapters.lexical.pii.lexicon import Topic
from semroute.adapters.lexical.pii.reading import Reading
from semroute.adapters.lexical.pii.scores import CONTEXT, DISTINCT, POSSIBLE, PROVEN
from semroute.domain.pii import PiiKind, PiiSpan

# 1, 3: Bitcoin; m, n, 2: its test net; L, M: Litecoin; D, A, 9: Dogecoin; X: Dash; T: Tron;
# t1, t3: Zcash; r: XRP, with an alphabet of its own.
_BASE58: Final = re.compile(r"[123mnLMDA9XTtr](?<![^\W_].)[1-9A-HJ-NP-Za-km-z]{24,34}+(?![^\W_])")
_BECH32: Final = re.compile(
    r"(?:bc1|tb1|ltc1|addr1|cosmos1|osmo1|BC1|TB1|LTC1)[02-9ac-hj-np-zAC-HJ-NP-Z]{38,99}+(?![^\W_])"
)
_ETHEREUM: Final = re.compile(r"0x(?<![^\W_]..)[0-9A-Fa-f]{40}(?![^\W_])")
_STELLAR: Final = re.compile(r"G(?<![^\W_].)[A-Z2-7]{55}(?![^\W_])")
_SOLANA: Final = re.compile(
    r"[1-9A-HJ-NP-Za-km-z](?<![^\W_].)[1-9A-HJ-NP-Za-km-z]{42,43}(?![^\W_])"
)

# Keccak in Python takes 0.5 ms. A text with more mixed-case addresses than this is rare, and what
# comes after is believed by its form, so that nobody can hide one behind many.
_ETHEREUM_PROOFS: Final = 16
# The others take 6 us at most, so those of a megabyte of near misses take an eightieth of a second.
_PROOFS: Final = 2048


def find_crypto_addresses(reading: Reading) -> Iterator[PiiSpan]:
    """Finds addresses whose checksum is right, and Solana's, which has none, beside a word."""
    if not reading.has_digit:
        return
    yield from _find_base58(reading.text)
    yield from _find_bech32(reading.text)
    yield from _find_ethereum(reading.text)
    yield from _find_stellar(reading.text)
    for match in reading.beside(_SOLANA, Topic.WALLET):
        if reading.near(Topic.WALLET, match.start(), match.end()):
            yield _span(match, POSSIBLE)


def _span(match: re.Match[str], score: float) -> PiiSpan:
    return PiiSpan(PiiKind.CRYPTO_ADDRESS, match.start(), match.end(), score)


def _find_base58(text: str) -> Iterator[PiiSpan]:
    for count, match in enumerate(_BASE58.finditer(text)):
        if count >= _PROOFS:
            yield _span(match, POSSIBLE)
            continue
        address = match[0]
        if base58.holds(address, base58.RIPPLE if address[0] == "r" else base58.BITCOIN):
            yield _span(match, PROVEN)


def _find_bech32(text: str) -> Iterator[PiiSpan]:
    for count, match in enumerate(_BECH32.finditer(text)):
        if match.start() and text[match.start() - 1].isalnum():
            continue
        address = match[0]
        if not (address.islower() or address.isupper()):
            continue
        if count >= _PROOFS:
            yield _span(match, POSSIBLE)
        elif bech32.holds(address):
            yield _span(match, PROVEN)


def _find_ethereum(text: str) -> Iterator[PiiSpan]:
    proofs = 0
    for match in _ETHEREUM.finditer(text):
        digits = match[0][2:]
        if digits.isdigit():
            yield _span(match, CONTEXT)
        elif digits.islower() or digits.isupper():
            yield _span(match, DISTINCT)
        elif proofs >= _ETHEREUM_PROOFS:
            yield PiiSpan(PiiKind.CRYPTO_ADDRESS, *match.span(), POSSIBLE)
        else:
            proofs += 1
            if _eip55(digits.lower()) == digits:
                yield _span(match, PROVEN)


def _eip55(folded: str) -> str:
    """Returns the digits with the capitals that EIP-55 gives them."""
    nibbles = keccak256(folded.encode()).hex()
    return "".join(
        digit.upper() if nibble >= "8" else digit
        for digit, nibble in zip(folded, nibbles, strict=False)
    )


def _find_stellar(text: str) -> Iterator[PiiSpan]:
    for match in _STELLAR.finditer(text):
        raw = b32decode(match[0])
        # CRC-16/XMODEM, lowest byte first (SEP-23).
        if crc_hqx(raw[:-2], 0) == int.from_bytes(raw[-2:], "little"):
            yield _span(match, PROVEN)
