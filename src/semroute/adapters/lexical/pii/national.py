"""Identity and tax numbers of countries: their forms, their proofs and the words beside them."""

import re
from collections.abc import Iterator
from typing import Final

from attrs import frozen

from semroute.adapters.lexical.pii import identities
from semroute.adapters.lexical.pii.identities import Check
from semroute.adapters.lexical.pii.lexicon import Topic
from semroute.adapters.lexical.pii.reading import Reading
from semroute.adapters.lexical.pii.scores import CONTEXT, LIKELY, PROVEN
from semroute.domain.pii import PiiKind, PiiSpan


@frozen
class Form:
    """How numbers of some countries are written.

    Args:
        pattern: What they look like; compiled without regard to case where letters occur.
        checks: What proves one; any of them may. Without one, the form is all there is.
        topics: The words of which one must be near, since chance passes the checks too often.
            Without any, the form and the check are proof enough.
    """

    pattern: re.Pattern[str]
    checks: tuple[Check, ...] = ()
    topics: tuple[Topic, ...] = ()


_NOT_AFTER: Final = r"(?<![^\W_].)(?<![0-9][.,\-/].)"
_NOT_BEFORE: Final = r"(?![^\W_]|[.,\-/][0-9])"


def _form(pattern: str, *checks: Check, topics: tuple[Topic, ...] = ()) -> Form:
    """Makes a form of a pattern whose first element is one character."""
    first, rest = pattern[: pattern.index("]") + 1], pattern[pattern.index("]") + 1 :]
    return Form(re.compile(first + _NOT_AFTER + rest + _NOT_BEFORE, re.ASCII), checks, topics)


_PERSONAL: Final = (Topic.NATIONAL_ID, Topic.TAX_ID)

# Letters narrow these down so far that a right check is proof, or the form has separators that
# nothing else has, or there is a day and two check digits.
_DISTINCT: Final = (
    _form("[0-9][0-9]{7}[ -]?[A-HJ-NP-TV-Z]", identities.spain_dni),
    _form("[XYZ][ -]?[0-9]{7}[ -]?[A-HJ-NP-TV-Z]", identities.spain_nie),
    _form(
        "[A-Za-z][A-Za-z]{5} ?[0-9LMNP-Vl-np-v]{2}[A-EHLMPRSTa-ehlmprst][0-9LMNP-Vl-np-v]{2} ?"
        "[A-Za-z][0-9LMNP-Vl-np-v]{3}[A-Za-z]",
        identities.italy_codice_fiscale,
    ),
    _form(
        "[12] ?[0-9]{2} ?(?:0[1-9]|1[0-2]|[2-9][0-9]) ?(?:[0-9]{2}|2[AB]) ?[0-9]{3} ?[0-9]{3} ?"
        "[0-9]{2}",
        identities.france_nir,
    ),
    _form(
        "[0-9][0-9]\\.[0-9]{2}\\.[0-9]{2}-[0-9]{3}\\.[0-9]{2}", identities.belgium_national_number
    ),
    _form("[0-9][0-9]{5}[+-][0-9]{4}", identities.sweden_personnummer),
    _form("[12][0-9]{7}-[0-9]{4}", identities.sweden_personnummer),
    _form("[0-9][0-9]{5} ?[0-9]{5}", identities.norway_fodselsnummer),
    _form("[0-9][0-9]{5}[-+ABCDEFYXWVU][0-9]{3}[0-9A-FHJ-NPR-Y]", identities.finland_hetu),
    _form("[0-9][0-9]{2}\\.[0-9]{3}\\.[0-9]{3}-[0-9]{2}", identities.brazil_cpf),
    _form("[2-9][0-9]{3}(?P<s>[ -])[0-9]{4}(?P=s)[0-9]{4}", identities.india_aadhaar),
    _form("[1-9][0-9]{16}[0-9Xx]", identities.china_resident),
    _form("[7]56[. ]?[0-9]{4}[. ]?[0-9]{4}[. ]?[0-9]{2}", identities.switzerland_ahv),
    _form("[0-9][0-9]{6}[A-W][A-IW]?", identities.ireland_pps),
    _form("[0-9][0-9]{5}-[1-8][0-9]{6}", identities.korea_rrn),
    _form(
        "[A-Z][AEIOUX][A-Z]{2}[0-9]{6}[HMX][A-Z]{5}[0-9A-Z][0-9]",
        identities.mexico_curp,
    ),
    _form("[0-9](?:[0-9]?\\.[0-9]{3}\\.[0-9]{3}|[0-9]{6,7})-[0-9Kk]", identities.chile_rut),
    _form("[STFGM][0-9]{7}[A-Z]", identities.singapore_nric),
    _form("[0-9][0-9]{5}/[0-9]{4}", identities.czechia_birth_number),
)

# One text in ten of these lengths passes, so a word must say so.
_ANNOUNCED: Final = (
    _form(
        "[0-9][0-9]{10}",
        identities.germany_tax_id,
        identities.poland_pesel,
        identities.croatia_oib,
        identities.turkey_tckn,
        identities.baltic_code,
        identities.greece_amka,
        identities.belgium_national_number,
        topics=_PERSONAL,
    ),
    _form("[0-9][0-9]{10}", identities.brazil_cpf, topics=(Topic.BR_CPF,)),
    _form("[0-9][0-9] [0-9]{3} [0-9]{3} [0-9]{3}", identities.germany_tax_id, topics=_PERSONAL),
    _form(
        "[0-9][0-9]{2}[ .]?[0-9]{3}[ .]?[0-9]{3}",
        identities.portugal_nif,
        identities.israel_id,
        topics=_PERSONAL,
    ),
    _form(
        "[0-9][0-9]{3}[ .]?[0-9]{2}[ .]?[0-9]{3}",
        identities.netherlands_bsn,
        topics=(Topic.NL_BSN,),
    ),
    _form(
        "[0-9][0-9]{2}[ .]?[0-9]{3}[ .]?[0-9]{3}",
        identities.netherlands_bsn,
        topics=(Topic.NL_BSN,),
    ),
    _form("[0-9][0-9]{2}[ -]?[0-9]{3}[ -]?[0-9]{4}", identities.uk_nhs, topics=(Topic.UK_NHS,)),
    _form("[0-9][0-9]{2}[ -]?[0-9]{3}[ -]?[0-9]{3}", identities.canada_sin, topics=(Topic.CA_SIN,)),
    _form(
        "[0-9][0-9]{2}[ -]?[0-9]{3}[ -]?[0-9]{3}", identities.australia_tfn, topics=(Topic.AU_TFN,)
    ),
    _form("[2-9][0-9]{11}", identities.india_aadhaar, topics=(Topic.IN_AADHAAR,)),
    _form("[0-9][0-9]{5}[- ]?[0-9]{4}", identities.denmark_cpr, topics=(Topic.NATIONAL_ID,)),
    _form(
        "[0-9][0-9]{9}",
        identities.bulgaria_egn,
        identities.sweden_personnummer,
        identities.czechia_birth_number,
        topics=(Topic.NATIONAL_ID,),
    ),
    _form(
        "[0-9][0-9]{12}",
        identities.romania_cnp,
        identities.south_africa_id,
        identities.thailand_id,
        identities.korea_rrn,
        topics=_PERSONAL,
    ),
    _form("[12][0-9]{11}", identities.sweden_personnummer, topics=(Topic.NATIONAL_ID,)),
)

# National Insurance numbers have no check digit. The prefixes left out were never given.
_NINO: Final = _form(
    "[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z](?<!BG)(?<!GB)(?<!KN)(?<!NK)(?<!NT)(?<!TN)(?<!ZZ)"
    " ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?"
    "[A-D]",
)
# Permanent account numbers of India: the fourth letter says whose.
_PAN: Final = _form("[A-Z][A-Z]{2}[ABCFGHJLPT][A-Z][0-9]{4}[A-Z]")
_SEPARATORS: Final = str.maketrans("", "", " .-/")
_KEEPS_SIGN: Final = (identities.finland_hetu,)


def find_national_ids(reading: Reading) -> Iterator[PiiSpan]:
    """Finds identity and tax numbers whose check digits are right.

    Where chance passes the check of one number in ten, or there is none, a word must be near.
    """
    if not reading.has_digit:
        return
    for form in _DISTINCT:
        for match in form.pattern.finditer(reading.text):
            if _passes(form, match[0]):
                yield _span(match, PROVEN)
    for form in (_NINO, _PAN):
        for match in form.pattern.finditer(reading.text):
            start, end = match.span()
            near = reading.near(Topic.UK_NINO, start, end) or reading.near(Topic.TAX_ID, start, end)
            yield _span(match, CONTEXT if near else LIKELY)
    for form in _ANNOUNCED:
        topics = [topic for topic in form.topics if reading.mentions(topic)]
        if not topics:
            continue
        for match in form.pattern.finditer(reading.text):
            start, end = match.span()
            if any(reading.near(topic, start, end) for topic in topics) and _passes(form, match[0]):
                yield _span(
                    match, PROVEN if form.checks[0] is not identities.denmark_cpr else CONTEXT
                )


def _passes(form: Form, written: str) -> bool:
    number = written.upper()
    if form.checks[0] not in _KEEPS_SIGN:
        number = number.translate(_SEPARATORS).replace("+", "")
    return any(check(number) for check in form.checks)


def _span(match: re.Match[str], score: float) -> PiiSpan:
    return PiiSpan(PiiKind.NATIONAL_ID, match.start(), match.end(), score)
