import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semroute.adapters.lexical.pii import base58, bech32
from semroute.adapters.lexical.pii.checksums import luhn, luhn_of_each, verhoeff
from semroute.adapters.lexical.pii.keccak import keccak256
from semroute.domain.pii import PiiKind
from tests.adapters.lexical.pii.marked import FINDER

DIGITS = "0123456789"


def completed(number: str) -> str:
    """Returns the number with the check digit that Luhn's rule gives it."""
    return next(number + digit for digit in DIGITS if luhn(number + digit))


def kinds(text: str) -> set[PiiKind]:
    return {span.kind for span in FINDER.find(text)}


@given(st.text(DIGITS, min_size=14, max_size=14), st.integers(1, 15), st.integers(1, 9))
def test_a_card_with_one_digit_changed_is_none(rest: str, place: int, by: int) -> None:
    card = completed("4" + rest)
    assert PiiKind.CREDIT_CARD in kinds(f"card {card}.")
    changed = card[:place] + str((int(card[place]) + by) % 10) + card[place + 1 :]
    assert PiiKind.CREDIT_CARD not in kinds(f"card {changed}.")


@given(st.lists(st.text(DIGITS, min_size=1, max_size=20), max_size=40))
def test_many_numbers_at_once_are_judged_as_each_alone(numbers: list[str]) -> None:
    judged = luhn_of_each([number.encode() for number in numbers])
    assert list(map(bool, judged)) == list(map(luhn, numbers))


def iban(bank: str) -> str:
    spelled = "".join(str(int(character, 36)) for character in bank + "GB00")
    return f"GB{98 - int(spelled) % 97:02}{bank}"


@given(st.from_regex(r"[A-Z]{4}[0-9]{14}", fullmatch=True), st.integers(2, 21), st.integers(1, 9))
def test_an_account_with_one_digit_changed_is_none(bank: str, place: int, by: int) -> None:
    account = iban(bank)
    assert PiiKind.IBAN in kinds(f"to {account}")
    if account[place].isdigit():
        changed = account[:place] + str((int(account[place]) + by) % 10) + account[place + 1 :]
        assert PiiKind.IBAN not in kinds(f"to {changed}")


@given(st.text(DIGITS, min_size=1, max_size=20))
def test_verhoeff_sees_every_changed_digit_and_every_swap(number: str) -> None:
    right = [number + digit for digit in DIGITS if verhoeff(number + digit)]
    assert len(right) == 1
    whole = right[0]
    for place in range(len(whole) - 1):
        swapped = whole[:place] + whole[place + 1] + whole[place] + whole[place + 2 :]
        assert verhoeff(swapped) == (swapped == whole)


def encoded(payload: bytes) -> str:
    raw = payload + hashlib.sha256(hashlib.sha256(payload).digest()).digest()[:4]
    value, text = int.from_bytes(raw), ""
    while value:
        value, rest = divmod(value, 58)
        text = base58.BITCOIN[rest] + text
    return base58.BITCOIN[0] * (len(raw) - len(raw.lstrip(b"\0"))) + text


@given(st.binary(min_size=20, max_size=20), st.data())
def test_a_wallet_with_one_character_changed_is_none(digest: bytes, data: st.DataObject) -> None:
    address = encoded(b"\0" + digest)
    assert base58.holds(address)
    assert PiiKind.CRYPTO_ADDRESS in kinds(address)
    place = data.draw(st.integers(0, len(address) - 1))
    other = data.draw(st.sampled_from(base58.BITCOIN.replace(address[place], "")))
    assert not base58.holds(address[:place] + other + address[place + 1 :])


@pytest.mark.parametrize(
    "address",
    [
        "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",
        "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
    ],
)
def test_both_checksums_of_segregated_witness_hold(address: str) -> None:
    assert bech32.holds(address)
    assert not bech32.holds(address[:-1] + ("q" if address[-1] != "q" else "p"))


def test_keccak_is_the_one_before_sha3() -> None:
    empty = "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"
    assert keccak256(b"").hex() == empty
    assert keccak256(b"").hex() != hashlib.sha3_256(b"").hexdigest()
    with pytest.raises(ValueError, match="136 bytes"):
        keccak256(bytes(136))
