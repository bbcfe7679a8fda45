"""The check digits of national identity and tax numbers, each after its country's rule."""

import re
from collections.abc import Callable
from operator import mul
from typing import Final, TypeAlias

from semroute.adapters.lexical.pii.checksums import luhn, verhoeff, weighted

Check: TypeAlias = Callable[[str], bool]
"""Whether a number of the right form, in capitals and without separators, holds."""

_DNI_LETTERS: Final = "TRWAGMYFPDXBNJZSQVHLCKE"
_FINNISH_LETTERS: Final = "0123456789ABCDEFHJKLMNPRSTUVWXY"
_IRISH_LETTERS: Final = "WABCDEFGHIJKLMNOPQRSTUV"
_CHINESE_CHECKS: Final = "10X98765432"
_ALPHANUMERIC: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# Whoever numbered a CURP's letters counted the Ñ, which stands behind the N and in no CURP.
_CURP_VALUES: Final = bytes.maketrans(
    _ALPHANUMERIC.encode(), bytes((*range(_ALPHANUMERIC.index("O")), *range(25, 37)))
)
# What an Italian code adds for a letter in an odd place, and for a digit what for the letter with
# its number; in an even place, numbers.
_ITALIAN_PLACES: Final = bytes((*range(10), *range(26)))
_ITALIAN_ODD: Final = bytes.maketrans(
    _ALPHANUMERIC.encode(),
    _ITALIAN_PLACES.translate(
        bytes((1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10))
        + bytes((22, 25, 24, 23))
        + bytes(230)
    ),
)
_ITALIAN_EVEN: Final = bytes.maketrans(_ALPHANUMERIC.encode(), _ITALIAN_PLACES)
_ITALIAN_MONTHS: Final = "ABCDEHLMPRST"

_NINO_LETTERS: Final = "ABCEGHJKLMNOPRSTWXYZ"  # none of DFIQUV, and no O in the second place
_NINO_STARTS: Final = frozenset(
    first + second for first in _NINO_LETTERS for second in _NINO_LETTERS if second != "O"
) - {"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"}

# Some countries add to the day or the month: for the century, or for who has no number yet.
_DAYS: Final = frozenset(f"{day:02}" for day in range(1, 32))
_MONTHS: Final = frozenset(f"{month:02}" for month in range(1, 13))


def _plus(numbers: frozenset[str], *added: int) -> frozenset[str]:
    return numbers | {f"{int(number) + more:02}" for number in numbers for more in added}


_SWEDISH_DAYS: Final = _plus(_DAYS, 60)
_BIRTH_MONTHS: Final = _plus(_MONTHS, 20, 40, 60, 80)
_CZECH_MONTHS: Final = _plus(_MONTHS, 20, 50, 70)
_BELGIAN_MONTHS: Final = _plus(_MONTHS, 20, 40) | {"00"}

FRENCH_START: Final = re.compile(r"[12][0-9]{2}(?!00)")
"""A sex, a year and a month."""

NORWEGIAN_START: Final = re.compile(r"(?:[04][1-9]|[1256][0-9]|[37][01])(?:[048][1-9]|[159][0-2])")
"""A day, to which 40 may be added, and a month, to which 40 or 80 may be."""

CHINESE_START: Final = re.compile(
    r"[0-9]{6}(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
)
"""A place and a day of the last centuries."""


def _is_day(day: str, month: str) -> bool:
    return day in _DAYS and month in _MONTHS


def spain_dni(number: str) -> bool:
    """Returns whether the letter of a Spanish DNI is right."""
    return _DNI_LETTERS[int(number[:8]) % 23] == number[8]


def letter_digits_letter(number: str) -> bool:
    """Returns whether a Spanish NIE or a Singaporean NRIC holds; their forms are the same."""
    if number[0] in "XYZ":
        return spain_nie(number)
    return number[0] in "STFGM" and singapore_nric(number)


def spain_nie(number: str) -> bool:
    """Returns whether the letter of a Spanish NIE is right."""
    return spain_dni(str("XYZ".index(number[0])) + number[1:])


def italy_codice_fiscale(number: str) -> bool:
    """Returns whether the last letter of an Italian codice fiscale is right."""
    if number[8] not in _ITALIAN_MONTHS:
        return False
    codes = number[:15].encode()
    total = sum(codes[::2].translate(_ITALIAN_ODD)) + sum(codes[1::2].translate(_ITALIAN_EVEN))
    return chr(65 + total % 26) == number[15]


def france_nir(number: str) -> bool:
    """Returns whether the key of a French NIR is right; Corsica has letters."""
    # 2A and 2B are Corsica.
    body = number[:5] + number[5:7].replace("2A", "19").replace("2B", "18") + number[7:13]
    begins = FRENCH_START.match(number) is not None
    return begins and body.isdigit() and 97 - int(body) % 97 == int(number[13:])


def germany_tax_id(number: str) -> bool:
    """Returns whether a German tax identification number holds and repeats one digit only."""
    if number[0] == "0" or not _mod_11_10(number):
        return False
    repeated = sorted(map(number[:10].count, set(number[:10])))
    return repeated[-1] in {2, 3} and repeated[-2] == 1


def _after(check: int, digit: int) -> int:
    """Returns what becomes of a check when a digit comes (ISO 7064, MOD 11,10)."""
    return ((check + digit) % 10 or 10) * 2 % 11


# What becomes of each check, by the code of the digit.
_AFTER: Final = tuple(
    bytes(_after(check, (code - ord("0")) % 10) for code in range(ord("9") + 1))
    for check in range(11)
)


def _mod_11_10(number: str) -> bool:
    check = 10
    for code in number[:10].encode():
        check = _AFTER[check][code]
    return (11 - check) % 10 == int(number[10])


def croatia_oib(number: str) -> bool:
    """Returns whether the check digit of a Croatian OIB is right."""
    return _mod_11_10(number)


def netherlands_bsn(number: str) -> bool:
    """Returns whether a Dutch BSN passes the eleven test."""
    return weighted(number, (9, 8, 7, 6, 5, 4, 3, 2, -1)) % 11 == 0 and number != "0" * 9


def belgium_national_number(number: str) -> bool:
    """Returns whether the last two digits of a Belgian number are right, before or after 2000."""
    if number[4:6] not in _DAYS or number[2:4] not in _BELGIAN_MONTHS:
        return False
    body, check = int(number[:9]), int(number[9:])
    return check in {97 - body % 97, 97 - (body + 2 * 10**9) % 97}


def portugal_nif(number: str) -> bool:
    """Returns whether the check digit of a Portuguese NIF is right."""
    rest = 11 - weighted(number[:8], (9, 8, 7, 6, 5, 4, 3, 2)) % 11
    return number[0] != "0" and (rest if rest < 10 else 0) == int(number[8])  # noqa: PLR2004


def poland_pesel(number: str) -> bool:
    """Returns whether the check digit of a PESEL is right and its month and day exist."""
    if number[4:6] not in _DAYS or number[2:4] not in _BIRTH_MONTHS:
        return False
    return weighted(number, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)) % 10 == 0


def sweden_personnummer(number: str) -> bool:
    """Returns whether the check digit of a Swedish number is right; twelve digits or ten."""
    short = number[-10:]
    return short[4:6] in _SWEDISH_DAYS and short[2:4] in _MONTHS and luhn(short)


def norway_fodselsnummer(number: str) -> bool:
    """Returns whether both check digits of a Norwegian number are right."""
    return (
        NORWEGIAN_START.match(number) is not None
        and weighted(number, (3, 7, 6, 1, 8, 9, 4, 5, 2, 1)) % 11 == 0
        and weighted(number, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)) % 11 == 0
    )


def finland_hetu(number: str) -> bool:
    """Returns whether the last character of a Finnish code is right."""
    if not _is_day(number[:2], number[2:4]):
        return False
    return _FINNISH_LETTERS[int(number[:6] + number[-4:-1]) % 31] == number[-1]


def denmark_cpr(number: str) -> bool:
    """Returns whether a Danish number begins with a day; since 2007 it has no check digit."""
    return _is_day(number[:2], number[2:4])


def brazil_cpf(number: str) -> bool:
    """Returns whether both check digits of a Brazilian CPF are right."""
    first = weighted(number, (10, 9, 8, 7, 6, 5, 4, 3, 2)) * 10 % 11 % 10
    if first != int(number[9]) or len(set(number)) == 1:
        return False
    second = weighted(number, (11, 10, 9, 8, 7, 6, 5, 4, 3, 2)) * 10 % 11 % 10
    return second == int(number[10])


def uk_nhs(number: str) -> bool:
    """Returns whether an NHS number passes its eleven test."""
    return weighted(number, (10, 9, 8, 7, 6, 5, 4, 3, 2, 1)) % 11 == 0 and len(set(number)) > 1


def australia_tfn(number: str) -> bool:
    """Returns whether an Australian tax file number passes its eleven test."""
    return weighted(number, (1, 4, 3, 7, 5, 8, 6, 9, 10)) % 11 == 0


def canada_sin(number: str) -> bool:
    """Returns whether the check digit of a Canadian SIN is right."""
    return number[0] not in "08" and luhn(number)


def india_aadhaar(number: str) -> bool:
    """Returns whether the check digit of an Aadhaar number is right."""
    return number[0] not in "01" and verhoeff(number)


def china_resident(number: str) -> bool:
    """Returns whether the check character of a Chinese resident's number is right."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return (
        CHINESE_START.match(number) is not None
        and _CHINESE_CHECKS[weighted(number[:17], weights) % 11] == number[17]
    )


def switzerland_ahv(number: str) -> bool:
    """Returns whether the check digit of a Swiss AHV number is right."""
    weights = (1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1)
    return number[:3] == "756" and weighted(number, weights) % 10 == 0


def ireland_pps(number: str) -> bool:
    """Returns whether the letter of an Irish PPS number is right."""
    total = weighted(number[:7], (8, 7, 6, 5, 4, 3, 2))
    if number[8:] and number[8] != "W":
        total += 9 * (ord(number[8]) - 64)
    return _IRISH_LETTERS[total % 23] == number[7]


def romania_cnp(number: str) -> bool:
    """Returns whether the check digit of a Romanian CNP is right and its day exists."""
    if number[0] == "0" or not _is_day(number[5:7], number[3:5]):
        return False
    rest = weighted(number[:12], (2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9)) % 11
    return (rest if rest < 10 else 1) == int(number[12])  # noqa: PLR2004


def turkey_tckn(number: str) -> bool:
    """Returns whether both check digits of a Turkish number are right."""
    return (
        number[0] != "0"
        and weighted(number, (7, -1, 7, -1, 7, -1, 7, -1, 7, -1)) % 10 == 0
        and weighted(number, (1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1)) % 10 == 0
    )


def korea_rrn(number: str) -> bool:
    """Returns whether the check digit of a South Korean number is right and its day exists."""
    if not _is_day(number[4:6], number[2:4]):
        return False
    rest = weighted(number[:12], (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)) % 11
    return (11 - rest) % 10 == int(number[12])


def mexico_curp(number: str) -> bool:
    """Returns whether the check digit of a Mexican CURP is right."""
    values = number.encode().translate(_CURP_VALUES)
    total: int = sum(map(mul, values, range(18, 1, -1)))
    return -total % 10 == int(number[17])


def south_africa_id(number: str) -> bool:
    """Returns whether the check digit of a South African number is right and its day exists."""
    return _is_day(number[4:6], number[2:4]) and number[10] in "012" and luhn(number)


def chile_rut(number: str) -> bool:
    """Returns whether the check character of a Chilean RUT is right."""
    weights = (2, 3, 4, 5, 6, 7, 2, 3)
    return "0123456789K"[-weighted(number[-2::-1], weights) % 11] == number[-1]


def singapore_nric(number: str) -> bool:
    """Returns whether the letter of a Singaporean NRIC or FIN is right."""
    offset = {"T": 4, "G": 4, "M": 3}.get(number[0], 0)
    rest = (weighted(number[1:8], (2, 7, 6, 5, 4, 3, 2)) + offset) % 11
    letters = {"S": "JZIHGFEDCBA", "T": "JZIHGFEDCBA", "M": "KLJNPQRTUWX"}
    if number[0] == "M":
        rest = 10 - rest
    return letters.get(number[0], "XWUTRQPNMLK")[rest] == number[8]


def czechia_birth_number(number: str) -> bool:
    """Returns whether a Czech or Slovak birth number is divisible by eleven and has a day."""
    if number[4:6] not in _DAYS or number[2:4] not in _CZECH_MONTHS:
        return False
    return int(number) % 11 == 0


def thailand_id(number: str) -> bool:
    """Returns whether the check digit of a Thai number is right."""
    return (11 - weighted(number[:12], range(13, 1, -1)) % 11) % 10 == int(number[12])


def israel_id(number: str) -> bool:
    """Returns whether the check digit of an Israeli number is right."""
    return luhn(number) and number != "0" * 9


def bulgaria_egn(number: str) -> bool:
    """Returns whether the check digit of a Bulgarian EGN is right and its day exists."""
    if number[4:6] not in _DAYS or number[2:4] not in _BIRTH_MONTHS:
        return False
    return weighted(number[:9], (2, 4, 8, 5, 10, 9, 7, 3, 6)) % 11 % 10 == int(number[9])


def baltic_code(number: str) -> bool:
    """Returns whether the check digit of an Estonian or Lithuanian code is right."""
    if not _is_day(number[5:7], number[3:5]):
        return False
    rest = weighted(number[:10], (1, 2, 3, 4, 5, 6, 7, 8, 9, 1)) % 11
    if rest == 10:  # noqa: PLR2004
        rest = weighted(number[:10], (3, 4, 5, 6, 7, 8, 9, 1, 2, 3)) % 11 % 10
    return rest == int(number[10])


def greece_amka(number: str) -> bool:
    """Returns whether the check digit of a Greek AMKA is right and its day exists."""
    return _is_day(number[:2], number[2:4]) and luhn(number)


def india_pan(number: str) -> bool:
    """Returns whether the fourth letter of an Indian PAN says whose it is; the check is secret."""
    return number[3] in "ABCFGHJLPT"


def uk_nino(number: str) -> bool:
    """Returns whether the letters of a National Insurance number are ones that are given."""
    return number[:2] in _NINO_STARTS and number[8] in "ABCD"
