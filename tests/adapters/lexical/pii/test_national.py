from itertools import product

import pytest

from semroute.adapters.lexical.pii.automaton import BLOCK
from semroute.adapters.lexical.pii.identities import CHINESE_START, NORWEGIAN_START
from semroute.adapters.lexical.pii.scores import PROVEN
from semroute.domain.pii import PiiKind
from tests.adapters.lexical.pii.marked import FINDER, marked, unmarked

# Each made up, with check digits computed for it.
DISTINCT = [
    "12345678Z",  # Spain
    "X1234567L",
    "RSSMRA85T10A562S",  # Italy
    "85.07.30-033.28",  # Belgium
    "811218-9876",  # Sweden
    "131052-308T",  # Finland
    "529.982.247-25",  # Brazil
    "2341 2341 2346",  # India
    "11010519491231002X",  # China
    "756.9217.0769.85",  # Switzerland
    "S1234567D",  # Singapore
    "12.345.678-5",  # Chile
]
ANNOUNCED = [
    "PESEL 44051401359",
    "Steuer-ID 36574261809",
    "OIB 33392005961",
    "BSN 111222333",
    "NHS number 943 476 5919",
    "tax file number 123 456 782",
    "Aadhaar 234123412346",
    "NIF 501964843",
    "CPF 52998224725",
    "TC kimlik 10000000146",
]


@pytest.mark.parametrize("number", DISTINCT)
def test_numbers_of_a_distinct_form_need_no_word(number: str) -> None:
    text = f"it says {number}, I think"
    (span,) = FINDER.find(text)
    assert (span.kind, span.score) == (PiiKind.NATIONAL_ID, PROVEN)
    assert text[span.start : span.end] == number


@pytest.mark.parametrize("number", DISTINCT)
def test_a_number_stands_between_the_commas_of_a_table(number: str) -> None:
    assert marked(f"7,{number},3", PiiKind.NATIONAL_ID) == f"7,⟦{number}⟧,3"


@pytest.mark.parametrize("announced", ANNOUNCED)
def test_bare_digits_need_the_word_of_their_country(announced: str) -> None:
    number = announced[announced.index(next(filter(str.isdigit, announced))) :]
    assert marked(announced, PiiKind.NATIONAL_ID) == announced.replace(number, f"⟦{number}⟧")
    assert marked(f"we sold {number} of them", PiiKind.NATIONAL_ID) == f"we sold {number} of them"


@pytest.mark.parametrize("number", DISTINCT)
def test_another_last_character_is_not_proven(number: str) -> None:
    others = "0123456789" if number[-1].isdigit() else "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    for other in others.replace(number[-1], ""):
        text = f"it says {number[:-1]}{other}, I think"
        assert marked(text, PiiKind.NATIONAL_ID) == text


@pytest.mark.parametrize(
    "text",
    [
        "national insurance number ⟦AB 12 34 56 C⟧",
        "a prefix never given: GB 12 34 56 C",
        "PAN ⟦ABCPD1234E⟧",
        "the number and another: ⟦12345678Z⟧ 2024",
        "ID ⟦12345678Z⟧",
        "in groups: ⟦RSSMRA 85T10 A562S⟧",
        "at 10 20 30 a little is said",
    ],
)
def test_forms_without_check_digits_are_found_by_their_letters(text: str) -> None:
    assert marked(unmarked(text), PiiKind.NATIONAL_ID) == text


def test_a_norwegian_number_begins_with_a_day_and_a_month_or_what_stands_for_one() -> None:
    days = {day + more for day in range(1, 32) for more in (0, 40)}
    months = {month + more for month in range(1, 13) for more in (0, 40, 80)}
    for day, month in product(range(100), repeat=2):
        begins = NORWEGIAN_START.match(f"{day:02}{month:02}") is not None
        assert begins == (day in days and month in months)


def test_a_chinese_number_has_a_day_of_the_last_centuries() -> None:
    for century, month, day in product(range(17, 22), range(14), range(34)):
        begins = CHINESE_START.match(f"110105{century}49{month:02}{day:02}") is not None
        assert begins == (century in {18, 19, 20} and 1 <= month <= 12 and 1 <= day <= 31)


@pytest.mark.parametrize(
    "text",
    [
        "BSN ⟦111222333⟧.",
        "BSN ⟦111 222 333⟧. 12 of them",
        "BSN_⟦111222333⟧",
        "BSN (⟦111222333⟧)",
        "BSN /⟦111222333⟧ and so on",
        "ref2 ID ⟦111222333⟧ BSN",
        "BSN 12 111 222 333",
        "BSN 111 222 333 12",
        "BSN 12-111222333",
        "BSN 111222333-12",
        "BSN 111222333/12",
        "BSN +111222333",
        "BSN é111222333",
        "BSN 111222333é",
        "BSN 1111222333",
    ],
)
def test_a_number_is_no_part_of_a_longer_one_or_of_a_word(text: str) -> None:
    assert marked(unmarked(text), PiiKind.NATIONAL_ID) == text


@pytest.mark.parametrize("number", DISTINCT)
def test_a_number_is_found_where_blocks_of_a_long_text_meet(number: str) -> None:
    for before in range(len(number) + 3):
        start = BLOCK - before
        text = f"{'.' * (start - 1)} {number} and so on"
        (span,) = FINDER.find(text)
        assert (span.start, span.end) == (start, start + len(number))
