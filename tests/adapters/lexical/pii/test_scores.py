"""How sure the patterns are: at most what the configuration takes them to be."""

import pytest

from semroute.adapters.lexical import PatternFinder
from semroute.domain.pii import SUREST, PiiKind
from tests.hostile import DATA

# One of each kind, as sure as can be.
SURE = {
    PiiKind.EMAIL: "ann@example.org",
    PiiKind.PHONE: "+44 20 7946 0123",
    PiiKind.CREDIT_CARD: "4111 1111 1111 1111",
    PiiKind.IBAN: "GB82WEST12345698765432",
    PiiKind.US_SSN: "social security number 516-46-6380",
    PiiKind.NATIONAL_ID: "BSN 111222333",
    PiiKind.PASSPORT: "passport number X12345678",
    PiiKind.DRIVER_LICENSE: "driver's license D1234567",
    PiiKind.IP_ADDRESS: "192.0.2.7",
    PiiKind.MAC_ADDRESS: "00:1b:44:11:3a:b7",
    PiiKind.URL: "https://example.org/a",
    PiiKind.DOMAIN: "the site www.example.org",
    PiiKind.CRYPTO_ADDRESS: "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2",
    PiiKind.CLOUD_KEY: "AKIAIOSFODNN7EXAMPLA",
    PiiKind.TOKEN: "ghp_" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hI6",
    PiiKind.PRIVATE_KEY: "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg\n-----END PRIVATE KEY-----",
    PiiKind.JWT: "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N",
    PiiKind.PASSWORD: "https://ann:s3cr3tWord@example.org",
}


def scores_of(kind: PiiKind, text: str) -> list[float]:
    return [span.score for span in PatternFinder({kind}).find(text) if span.kind is kind]


@pytest.mark.parametrize("kind", sorted(SURE))
def test_what_is_surest_is_as_sure_as_is_said(kind: PiiKind) -> None:
    assert max(scores_of(kind, SURE[kind])) == SUREST.get(kind, 1.0)


@pytest.mark.parametrize("kind", sorted(SURE))
def test_nothing_is_surer(kind: PiiKind) -> None:
    texts = (*DATA, *SURE.values(), " ".join([*DATA, *SURE.values()]))
    scores = [score for text in texts for score in scores_of(kind, text)]
    assert max(scores) <= SUREST.get(kind, 1.0)


def test_every_kind_that_has_a_form_is_there() -> None:
    assert SURE.keys() == set(PiiKind) - {PiiKind.PERSON, PiiKind.ADDRESS}
