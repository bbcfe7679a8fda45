"""What other people call the kinds of personal data."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from semroute.domain.pii import PiiKind

# The names of Presidio's recognisers and of data made with its generator.
_ELSEWHERE: Final[Mapping[str, PiiKind]] = MappingProxyType(
    {
        "PERSON": PiiKind.PERSON,
        "STREET_ADDRESS": PiiKind.ADDRESS,
        "EMAIL_ADDRESS": PiiKind.EMAIL,
        "PHONE_NUMBER": PiiKind.PHONE,
        "CREDIT_CARD": PiiKind.CREDIT_CARD,
        "IBAN_CODE": PiiKind.IBAN,
        "US_SSN": PiiKind.US_SSN,
        "UK_NHS": PiiKind.NATIONAL_ID,
        "UK_NINO": PiiKind.NATIONAL_ID,
        "ES_NIF": PiiKind.NATIONAL_ID,
        "IT_FISCAL_CODE": PiiKind.NATIONAL_ID,
        "PL_PESEL": PiiKind.NATIONAL_ID,
        "US_PASSPORT": PiiKind.PASSPORT,
        "US_DRIVER_LICENSE": PiiKind.DRIVER_LICENSE,
        "IP_ADDRESS": PiiKind.IP_ADDRESS,
        "MAC_ADDRESS": PiiKind.MAC_ADDRESS,
        "URL": PiiKind.URL,
        "DOMAIN_NAME": PiiKind.DOMAIN,
        "CRYPTO": PiiKind.CRYPTO_ADDRESS,
    }
)


def kind_called(name: str) -> PiiKind | None:
    """Returns the kind that has a name, here or elsewhere; None if nobody here looks for it."""
    if name in _ELSEWHERE:
        return _ELSEWHERE[name]
    return PiiKind(name) if name in set(PiiKind) else None
