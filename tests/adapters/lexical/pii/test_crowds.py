"""A text made of findings counts as one of them, and nothing in it is lost."""

from itertools import pairwise

import pytest

from semroute.adapters.lexical.pii import PatternFinder
from semroute.domain.pii import PiiKind, PiiSpan

CROWD = 6_001
CARD = "4111 1111 1111 1111"


def test_a_table_of_some_thousand_people_is_read_row_by_row() -> None:
    rows = [f"{i}; p{i}@example.org; +44 20 7946 {i:04}; {CARD}\n" for i in range(3000)]
    found = PatternFinder({PiiKind.EMAIL, PiiKind.PHONE, PiiKind.CREDIT_CARD}).find("".join(rows))
    assert [span.kind for span in found] == [
        PiiKind.EMAIL,
        PiiKind.PHONE,
        PiiKind.CREDIT_CARD,
    ] * len(rows)


def test_up_to_a_crowd_every_finding_is_one_of_its_own() -> None:
    found = PatternFinder({PiiKind.EMAIL}).find("a@b.co " * (CROWD - 1))
    assert len(found) == CROWD - 1
    assert {span.end - span.start for span in found} == {6}


def test_a_crowd_covers_the_text_in_pieces_that_are_no_longer_than_a_page() -> None:
    text = f"Read these: {'a@b.co ' * CROWD}and nothing more."
    found = PatternFinder({PiiKind.EMAIL}).find(text)
    assert found[0].start == 0
    assert found[-1].end == len(text)
    assert all(before.end == after.start for before, after in pairwise(found))
    assert max(span.end - span.start for span in found) <= 4096
    assert {(span.kind, span.score) for span in found} == {(PiiKind.EMAIL, 1.0)}


def test_what_is_of_another_kind_is_found_in_a_crowd() -> None:
    crowd = "a@b.co " * (CROWD // 2 + 1)
    text = f"{crowd}{CARD}, {crowd}"
    found = PatternFinder({PiiKind.EMAIL, PiiKind.CREDIT_CARD}).find(text)
    card = PiiSpan(PiiKind.CREDIT_CARD, len(crowd), len(crowd) + len(CARD))
    assert card in found
    assert {span.kind for span in found} == {PiiKind.EMAIL, PiiKind.CREDIT_CARD}
    assert list(found) == sorted(found, key=lambda span: span.start)


def test_a_crowd_of_urls_hides_no_host_that_stands_alone() -> None:
    text = f"{'https://a.co/ ' * CROWD}shop.example.org"
    found = PatternFinder({PiiKind.URL, PiiKind.DOMAIN}).find(text)
    assert text[found[-1].start : found[-1].end] == "shop.example.org"


@pytest.mark.parametrize(
    ("kind", "piece"),
    [
        (PiiKind.NATIONAL_ID, "pesel 44051401351 "),
        (PiiKind.IBAN, "GB82WEST12345698765433 "),
        (PiiKind.CREDIT_CARD, "4111 1111 1111 1112, "),
        (PiiKind.IP_ADDRESS, "ip a::g, ip a:: "),
        (PiiKind.PASSWORD, "secret=abcdabc1 "),
        (PiiKind.PHONE, "phone 2020-01-01 "),
        (PiiKind.CLOUD_KEY, f"LTAI{'a' * 27} "),
    ],
)
def test_near_misses_are_a_crowd_as_well(kind: PiiKind, piece: str) -> None:
    finder = PatternFinder({kind})
    assert finder.find(piece * 1000) == ()
    assert {span.kind for span in finder.find(piece * 3 * CROWD)} == {kind}


@pytest.mark.parametrize(
    ("kind", "piece"),
    [
        (PiiKind.IP_ADDRESS, "ip 1.2.3.999 "),
        (PiiKind.PASSWORD, "key=abc "),
        (PiiKind.PHONE, "phone 123 4567890a "),
        (PiiKind.DRIVER_LICENSE, "dl 12-3 "),
    ],
)
def test_what_is_seen_to_be_none_at_once_counts_a_third(kind: PiiKind, piece: str) -> None:
    finder = PatternFinder({kind})
    assert finder.find(piece * 2 * CROWD) == ()
    assert {span.kind for span in finder.find(piece * 4 * CROWD)} == {kind}


def test_a_key_counts_as_two() -> None:
    finder = PatternFinder({PiiKind.PASSWORD})
    piece = "secret=a8Kd92LqPz "
    assert len(finder.find(piece * (CROWD // 2))) == CROWD // 2
    assert len(finder.find(piece * CROWD)) < CROWD // 2


def test_the_longer_a_text_the_more_is_no_crowd() -> None:
    text = f"a@b.co{' ' * 160}" * CROWD
    assert len(PatternFinder({PiiKind.EMAIL}).find(text)) == CROWD
