"""Bank accounts: IBANs, by the lengths of the registry and their remainder."""

import re
from collections.abc import Iterator
from typing import Final

from semroute.adapters.lexical.pii.reading import Reading
from semroute.adapters.lexical.pii.scores import PROVEN
from semroute.adapters.lexical.pii.spelt import spelt_accounts
from semroute.domain.pii import PiiKind, PiiSpan

# The IBAN registry (SWIFT, ISO 13616).
_REGISTRY: Final = (
    "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 "
    "DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 "
    "IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 "
    "MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 "
    "SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30"
)
_LENGTHS: Final = {entry[:2]: int(entry[2:]) for entry in _REGISTRY.split()}
# Anchored at the digits after a country's code: texts have fewer of them than letters.
_AFTER_COUNTRY: Final = re.compile(
    r"[0-9](?<=[A-Za-z]{2}.)[0-9](?<![^\W_]....)"
    r"(?:[A-Za-z0-9]{11}|(?P<s>[ \-])[A-Za-z0-9]{4}(?P=s)[A-Za-z0-9]{4})"
)
_VALUES: Final = {chr(code): str(code - 55) for code in range(65, 91)} | {
    d: d for d in "0123456789"
}
# Two at a time is half the work.
_PAIRS: Final = {a + b: _VALUES[a] + _VALUES[b] for a in _VALUES for b in _VALUES}
_GROUP: Final = 4
_COUNTRY: Final = 2  # letters


def find_ibans(reading: Reading) -> Iterator[PiiSpan | None]:
    """Finds IBANs, written without a break or in groups of four."""
    if not reading.has_digit:
        return
    text = reading.text
    for match in _AFTER_COUNTRY.finditer(text):
        start = match.start() - _COUNTRY
        length = _LENGTHS.get(text[start : start + _COUNTRY].upper())
        if length is None:
            continue
        separator = match["s"]
        if separator is None:
            end = start + length
            account = text[start:end]
        else:
            end = start + length + (length - 1) // _GROUP
            written = text[start:end]
            account = written.replace(separator, "")
        if len(account) != length or text[end : end + 1].isalnum():
            continue
        yield PiiSpan(PiiKind.IBAN, start, end, PROVEN) if _holds(account) else None
    yield from _spelt_ibans(text)


def _spelt_ibans(text: str) -> Iterator[PiiSpan | None]:
    for spelt in spelt_accounts(text, _LENGTHS):
        if spelt is not None and _holds(spelt.text):
            yield PiiSpan(PiiKind.IBAN, spelt.start, spelt.end, PROVEN)
        else:
            yield None


def _holds(account: str) -> bool:
    # Most countries have letters among the first four characters only, if at all.
    head, number = account[:8].upper(), account[8:]
    try:
        bank = _PAIRS[head[4:6]] + _PAIRS[head[6:]]
        if not number.isdecimal():
            number = _spelled(number)
        return int(bank + number + _PAIRS[head[:2]] + head[2:4]) % 97 == 1
    except KeyError:  # something beyond letters and digits
        return False


def _spelled(text: str) -> str:
    """Returns a text with two digits for each letter."""
    return text if text.isdecimal() else "".join(map(_VALUES.__getitem__, text.upper()))
