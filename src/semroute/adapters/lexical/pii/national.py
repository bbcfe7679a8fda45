"""Identity and tax numbers of countries: their forms, their proofs and the words beside them."""

import re
from collections.abc import Iterator
from itertools import groupby, repeat
from string import ascii_lowercase, ascii_uppercase
from typing import Final, TypeAlias

from attrs import frozen

from semroute.adapters.lexical.pii import identities
from semroute.adapters.lexical.pii.forms import Forms
from semroute.adapters.lexical.pii.identities import Check
from semroute.adapters.lexical.pii.lexicon import Topic, Topics
from semroute.adapters.lexical.pii.reading import Reading
from semroute.adapters.lexical.pii.scores import CONTEXT, LIKELY, PROVEN
from semroute.domain.pii import PiiKind, PiiSpan


@frozen
class Rule:
    """What makes a string of some form a country's number.

    Args:
        check: Whether its check digits are right; it gets the number without separators.
        topics: The words of which one must be near, since chance passes the check too often.
            Without any, the form and the check are proof enough.
        score: How sure that is.
        begins: What digits alone, of which there are lists of any sort, must begin with.
    """

    check: Check
    topics: Topics = ()
    score: float = PROVEN
    begins: re.Pattern[str] | None = None


_PERSONAL: Final = (Topic.NATIONAL_ID, Topic.TAX_ID)

# Written with 0 for a digit and A for a letter, all else as it stands. Letters narrow a form down
# so far that a right check is proof, or it has separators that nothing else has, or a day and two
# check digits. Of bare digits, chance passes one in ten or eleven: there a word must say so.
_RULES: Final[tuple[tuple[str, tuple[Rule, ...]], ...]] = (
    ("00000000A|00000000-A|00000000 A", (Rule(identities.spain_dni),)),
    ("A0000000A|A-0000000-A|A 0000000 A", (Rule(identities.letter_digits_letter),)),
    ("AAAAAA00A00A000A|AAAAAA 00A00 A000A", (Rule(identities.italy_codice_fiscale),)),
    ("000000000000000", (Rule(identities.france_nir, begins=identities.FRENCH_START),)),
    ("0 00 00 00 000 000 00|0 00 00 0A 000 000 00", (Rule(identities.france_nir),)),
    ("000000A00000000", (Rule(identities.france_nir),)),
    ("00.00.00-000.00", (Rule(identities.belgium_national_number),)),
    (
        "000000-0000",
        (
            Rule(identities.sweden_personnummer),
            Rule(identities.denmark_cpr, (Topic.NATIONAL_ID,), CONTEXT),
        ),
    ),
    ("000000+0000|00000000-0000", (Rule(identities.sweden_personnummer),)),
    ("000000 00000", (Rule(identities.norway_fodselsnummer),)),
    (
        "000000-000A|000000A000A|000000A0000|000000-0000|000000+000A",
        (Rule(identities.finland_hetu),),
    ),
    ("000.000.000-00", (Rule(identities.brazil_cpf),)),
    ("0000 0000 0000|0000-0000-0000", (Rule(identities.india_aadhaar),)),
    (
        "000000000000000000|00000000000000000A",
        (Rule(identities.china_resident, begins=identities.CHINESE_START),),
    ),
    ("000.0000.0000.00|000 0000 0000 00", (Rule(identities.switzerland_ahv),)),
    ("0000000A|0000000AA", (Rule(identities.ireland_pps),)),
    ("000000-0000000", (Rule(identities.korea_rrn),)),
    ("AAAA000000AAAAAA00|AAAA000000AAAAAAA0", (Rule(identities.mexico_curp),)),
    ("0000000-0|00000000-0|0.000.000-0|00.000.000-0", (Rule(identities.chile_rut),)),
    ("0000000-A|00000000-A|0.000.000-A|00.000.000-A", (Rule(identities.chile_rut),)),
    ("000000/0000", (Rule(identities.czechia_birth_number),)),
    (
        "AAAAA0000A",
        (
            Rule(identities.india_pan, (Topic.TAX_ID,), CONTEXT),
            Rule(identities.india_pan, score=LIKELY),
        ),
    ),
    (
        "AA000000A|AA 00 00 00 A|AA 000000 A|AA00 00 00 A",
        (
            Rule(identities.uk_nino, (Topic.UK_NINO, Topic.TAX_ID), CONTEXT),
            Rule(identities.uk_nino, score=LIKELY),
        ),
    ),
    (
        "00000000000",
        (
            Rule(identities.norway_fodselsnummer, begins=identities.NORWEGIAN_START),
            Rule(identities.germany_tax_id, _PERSONAL),
            Rule(identities.poland_pesel, _PERSONAL),
            Rule(identities.croatia_oib, _PERSONAL),
            Rule(identities.turkey_tckn, _PERSONAL),
            Rule(identities.baltic_code, _PERSONAL),
            Rule(identities.greece_amka, _PERSONAL),
            Rule(identities.belgium_national_number, _PERSONAL),
            Rule(identities.brazil_cpf, (Topic.BR_CPF,)),
        ),
    ),
    ("00 000 000 000", (Rule(identities.germany_tax_id, _PERSONAL),)),
    (
        "000000000|000 000 000|000.000.000|000-000-000|0000.00.000",
        (
            Rule(identities.netherlands_bsn, (Topic.NL_BSN, Topic.NATIONAL_ID)),
            Rule(identities.canada_sin, (Topic.CA_SIN,)),
            Rule(identities.australia_tfn, (Topic.AU_TFN,)),
            Rule(identities.portugal_nif, _PERSONAL),
            Rule(identities.israel_id, (Topic.NATIONAL_ID,)),
        ),
    ),
    ("0000000000|000 000 0000|000-000-0000", (Rule(identities.uk_nhs, (Topic.UK_NHS,)),)),
    (
        "0000000000|000000 0000",
        (
            Rule(identities.bulgaria_egn, (Topic.NATIONAL_ID,)),
            Rule(identities.sweden_personnummer, (Topic.NATIONAL_ID,)),
            Rule(identities.czechia_birth_number, (Topic.NATIONAL_ID,)),
            Rule(identities.denmark_cpr, (Topic.NATIONAL_ID,), CONTEXT),
        ),
    ),
    (
        "000000000000",
        (
            Rule(identities.india_aadhaar, (Topic.IN_AADHAAR,)),
            Rule(identities.sweden_personnummer, (Topic.NATIONAL_ID,)),
        ),
    ),
    (
        "0000000000000",
        (
            Rule(identities.switzerland_ahv, _PERSONAL),
            Rule(identities.romania_cnp, _PERSONAL),
            Rule(identities.south_africa_id, _PERSONAL),
            Rule(identities.thailand_id, _PERSONAL),
            Rule(identities.korea_rrn, _PERSONAL),
        ),
    ),
)


_Tests: TypeAlias = tuple[tuple[Topics, tuple[Rule, ...]], ...]
"""Rules in their order, those together that want the same words."""


@frozen
class _Heard:
    """What numbers of one form are tested for, after the words that a text has.

    Args:
        topics: What words some tests want.
        near: All tests, for a number beside such a word.
        alone: Those that want no word, for any other.
        begins: What a number begins with if one of these may hold; None if that is nothing certain.
    """

    topics: Topics
    near: _Tests
    alone: _Tests
    begins: re.Pattern[str] | None


def _by_form() -> dict[bytes, _Tests]:
    forms: dict[bytes, list[Rule]] = {}
    for written, rules in _RULES:
        for form in written.encode().split(b"|"):
            forms.setdefault(form, []).extend(rules)
    return {
        form: tuple(
            (topics, tuple(some)) for topics, some in groupby(rules, key=lambda rule: rule.topics)
        )
        for form, rules in forms.items()
    }


_FORMS: Final = _by_form()
_CAPITALS: Final = bytes.maketrans(ascii_lowercase.encode(), ascii_uppercase.encode())
_SEPARATORS: Final = b" .-/+"
_WRITTEN: Final = Forms(_FORMS)
_TESTS_OF_ONE: Final = 2  # take as long as a finding: records have many numbers beside an "id"


def find_national_ids(reading: Reading) -> Iterator[PiiSpan | None]:
    """Finds identity and tax numbers whose check digits are right.

    Where chance passes the check of one number in ten, or there is none, a word must be near.
    """
    if not reading.has_digit:
        return
    # As many bytes as characters; a number has none but ASCII's.
    raw = reading.text.encode("ascii", "replace")
    heard: dict[bytes, _Heard] = {}
    for start, end, written in _WRITTEN.written_in(raw):
        told = heard.get(written.form)
        if told is None:
            told = heard[written.form] = _heard(reading, _FORMS[written.form])
        if told.topics and reading.near(told.topics, start, end):
            tests = told.near
        elif told.begins is None or told.begins.match(reading.text, start) is not None:
            tests = told.alone
        else:
            continue
        if tests and written.stands_alone(reading.text, start, end):
            score, tested = _judged(reading, raw, tests, start, end)
            if score:
                yield PiiSpan(PiiKind.NATIONAL_ID, start, end, score)
                tested -= _TESTS_OF_ONE
            yield from repeat(None, -(-tested // _TESTS_OF_ONE))


def _heard(reading: Reading, tests: _Tests) -> _Heard:
    """Returns the tests that some number of a text may pass."""
    heard = tuple(
        (topics, rules) for topics, rules in tests if not topics or reading.mentions(topics)
    )
    alone = tuple((topics, rules) for topics, rules in tests if not topics)
    starts = [rule.begins for _, rules in alone for rule in rules]
    return _Heard(
        topics=tuple({topic for topics, _ in heard for topic in topics}),
        near=heard,
        alone=alone,
        begins=starts[0] if len(starts) == 1 else None,
    )


def _judged(reading: Reading, raw: bytes, tests: _Tests, start: int, end: int) -> tuple[float, int]:
    """Returns the score of the first test that a number passes, 0 if none, and how many it took."""
    number = ""
    tested = 0
    for topics, rules in tests:
        if topics:
            tested += 1  # the words about it take as long to look for as a check
            if not reading.near(topics, start, end):
                continue
        for rule in rules:
            if rule.begins is not None and rule.begins.match(reading.text, start) is None:
                continue
            number = number or raw[start:end].translate(_CAPITALS, _SEPARATORS).decode()
            tested += 1
            if rule.check(number):
                return rule.score, tested
    return 0.0, tested
