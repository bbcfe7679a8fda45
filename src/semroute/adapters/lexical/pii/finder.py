"""Every recogniser over one text."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Final

from semroute.adapters.lexical.pii.cards import find_cards
from semroute.adapters.lexical.pii.crowds import Crowd, found_by
from semroute.adapters.lexical.pii.documents import find_driver_licenses, find_passports
from semroute.adapters.lexical.pii.emails import find_emails
from semroute.adapters.lexical.pii.ibans import find_ibans
from semroute.adapters.lexical.pii.keys import (
    find_cloud_keys,
    find_jwts,
    find_private_keys,
    find_tokens,
)
from semroute.adapters.lexical.pii.national import find_national_ids
from semroute.adapters.lexical.pii.network import find_ip_addresses, find_mac_addresses
from semroute.adapters.lexical.pii.overlaps import without_overlaps
from semroute.adapters.lexical.pii.passwords import find_passwords
from semroute.adapters.lexical.pii.phones import find_phones
from semroute.adapters.lexical.pii.reading import Reading, Recogniser
from semroute.adapters.lexical.pii.ssn import find_us_ssns
from semroute.adapters.lexical.pii.wallets import find_crypto_addresses
from semroute.adapters.lexical.pii.web import find_domains, find_urls
from semroute.domain.pii import PiiKind, PiiSpan

# Secrets first, names of hosts last: of two findings that are equal in all else, the first stays.
RECOGNISERS: Final[dict[PiiKind, Recogniser]] = {
    PiiKind.PRIVATE_KEY: find_private_keys,
    PiiKind.JWT: find_jwts,
    PiiKind.CLOUD_KEY: find_cloud_keys,
    PiiKind.TOKEN: find_tokens,
    PiiKind.PASSWORD: find_passwords,
    PiiKind.CRYPTO_ADDRESS: find_crypto_addresses,
    PiiKind.CREDIT_CARD: find_cards,
    PiiKind.IBAN: find_ibans,
    PiiKind.NATIONAL_ID: find_national_ids,
    PiiKind.US_SSN: find_us_ssns,
    PiiKind.DRIVER_LICENSE: find_driver_licenses,
    PiiKind.PASSPORT: find_passports,
    PiiKind.EMAIL: find_emails,
    PiiKind.PHONE: find_phones,
    PiiKind.MAC_ADDRESS: find_mac_addresses,
    PiiKind.IP_ADDRESS: find_ip_addresses,
    PiiKind.URL: find_urls,
    PiiKind.DOMAIN: find_domains,
}
"""What finds each kind. Names of persons and addresses have no form and are not among them."""


class PatternFinder:
    """Finds personal data and secrets that have a form.

    It keeps nothing between texts, so any number of threads may use one. The time it takes grows
    with the length of the text and not faster.

    Args:
        kinds: What is wanted; all that have a form, if not given. Those without are ignored.
    """

    def __init__(self, kinds: Collection[PiiKind] = tuple(RECOGNISERS)) -> None:
        self._recognisers = {kind: find for kind, find in RECOGNISERS.items() if kind in kinds}

    def find(self, text: str) -> tuple[PiiSpan, ...]:
        """Returns what is found, sorted by start, without overlaps, but for URLs and crowds.

        Of two findings that share characters, a proven one beats an unproven one, then the longer
        stays, then the surer. A URL may have others inside: whoever lets URLs pass may not want
        the address or the key in one to pass. Host names in a URL or beside one are part of it.
        A crowd of one kind covers the text, and what is found of other kinds stands inside.
        """
        reading = Reading(text)
        found: list[PiiSpan] = []
        urls: tuple[PiiSpan, ...] = ()
        crowds: list[PiiSpan] = []
        for kind, find in self._recognisers.items():
            match found_by(find, reading):
                case Crowd() as crowd:
                    crowds += crowd.spans(kind)
                case spans if kind is PiiKind.URL:
                    urls = without_overlaps(spans)
                case spans:
                    found += spans
        apart = without_overlaps(found)
        if not urls and not crowds:
            return apart
        return tuple(sorted((*crowds, *urls, *_outside(apart, urls)), key=attrgetter("start")))


def _outside(found: Iterable[PiiSpan], urls: Sequence[PiiSpan]) -> Iterator[PiiSpan]:
    """Yields what is found, apart from host names of URLs."""
    remaining = iter(urls)
    url = next(remaining, None)
    for span in found:
        while url is not None and url.end <= span.start:
            url = next(remaining, None)
        is_in_url = url is not None and url.start < span.end
        if span.kind is not PiiKind.DOMAIN or not is_in_url:
            yield span
