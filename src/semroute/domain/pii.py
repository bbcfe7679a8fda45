"""Personal data and secrets: what kinds there are, and where in a text they stand."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, Protocol

from attrs import frozen


class PiiKind(StrEnum):
    """A kind of personal data or secret. The value is its name in configuration and metrics."""

    PERSON = "person"
    ADDRESS = "address"
    EMAIL = "email"
    PHONE = "phone"
    CREDIT_CARD = "credit_card"
    IBAN = "iban"
    US_SSN = "us_ssn"
    NATIONAL_ID = "national_id"
    PASSPORT = "passport"
    DRIVER_LICENSE = "driver_license"
    IP_ADDRESS = "ip_address"
    MAC_ADDRESS = "mac_address"
    URL = "url"
    DOMAIN = "domain"
    CRYPTO_ADDRESS = "crypto_address"
    CLOUD_KEY = "cloud_key"
    TOKEN = "token"  # noqa: S105 - a kind of secret, not one
    PRIVATE_KEY = "private_key"
    JWT = "jwt"
    PASSWORD = "password"  # noqa: S105 - likewise


_DISTINCT = 0.9
_NAMED = 0.8

SUREST: Final[Mapping[PiiKind, float]] = {
    PiiKind.EMAIL: _DISTINCT,
    PiiKind.PHONE: _DISTINCT,
    PiiKind.US_SSN: _DISTINCT,
    PiiKind.PASSPORT: _NAMED,
    PiiKind.DRIVER_LICENSE: _NAMED,
    PiiKind.IP_ADDRESS: _DISTINCT,
    PiiKind.MAC_ADDRESS: _DISTINCT,
    PiiKind.URL: _DISTINCT,
    PiiKind.DOMAIN: _NAMED,
    PiiKind.CLOUD_KEY: _DISTINCT,
    PiiKind.TOKEN: _DISTINCT,
    PiiKind.PRIVATE_KEY: _DISTINCT,
    PiiKind.JWT: _DISTINCT,
    PiiKind.PASSWORD: _DISTINCT,
}
"""How sure the patterns that ship can be of one thing of a kind, at most; of other kinds, 1."""


@frozen
class PiiSpan:
    """One piece of personal data in a text.

    Args:
        kind: What it is.
        start: Where it begins, in characters.
        end: Where it has ended.
        score: How sure that is, from 0 to 1; 1 when a checksum proves it.

    Raises:
        ValueError: It begins before the text, or the score is out of range; the caller's fault.
    """

    kind: PiiKind
    start: int
    end: int
    score: float = 1.0

    def __attrs_post_init__(self) -> None:
        # A megabyte may hold 70,000 of these, and three validators take thrice the time of this.
        if self.start < 0 or not 0 <= self.score <= 1:
            wrong = f"A span from {self.start} with score {self.score} is none."
            raise ValueError(wrong)


class PiiFinder(Protocol):
    """Finds personal data in a text, at once."""

    def find(self, text: str) -> tuple[PiiSpan, ...]:
        """Returns what is in a text, in order. Linear in its length.

        Nothing overlaps, except that a URL may have other data inside, and so may a text that has
        more of a kind than is looked at: all of it counts as that. Who undoes disguises may find
        several things in the place of one.
        """
        ...
