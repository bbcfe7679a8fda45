"""Personal data that is spelt character by character is found, and masked as a whole."""

import random

import pytest

from semroute.adapters.lexical import PatternFinder, views_of
from semroute.domain.attack import AttackKind
from semroute.domain.examination import Examiner
from semroute.domain.masking import masked
from semroute.domain.passage import Origin, Passage
from semroute.domain.pii import PiiKind
from semroute.domain.screening import PersonalDatum
from tests.adapters.lexical.pii.marked import marked, unmarked

EXAMINER = Examiner(views_of, PatternFinder(), None)
CARD = "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1"


def check(kind: PiiKind, text: str) -> None:
    assert marked(unmarked(text), kind) == text


@pytest.mark.parametrize(
    "text",
    [
        f"my card is ⟦{CARD}⟧, thanks",
        f"Kartennummer: ⟦{CARD}⟧",
        f"the number ⟦{CARD}⟧ is mine",
        f"⟦{CARD}⟧ is my card",
        f"card ⟦{CARD.replace(' ', '-')}⟧ and visa ⟦{CARD.replace(' ', '. ')}⟧",
        "card ⟦4 1 1 1   1 1 1 1   1 1 1 1   1 1 1 1⟧",
        "amex ⟦3 7 8 2 8 2 2 4 6 3 1 0 0 0 5⟧",
        f"card\n⟦{CARD.replace(' ', chr(10))}⟧\nend",
    ],
)
def test_cards_are_found_where_a_word_says_so(text: str) -> None:
    check(PiiKind.CREDIT_CARD, text)


@pytest.mark.parametrize(
    "text",
    [
        f"the values {CARD}",
        f"a row about cards of 5 {CARD}",
        f"a row about cards of {CARD} 5",
        f"a row about cards of 12 {CARD}",
        f"a row about cards of {CARD} 12",
        "card 4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 2",
        "card 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 5",
        f"card of {'nobody at all ' * 5}{CARD}",
    ],
)
def test_a_row_of_digits_is_no_card_without_one_or_with_more_or_fewer(text: str) -> None:
    check(PiiKind.CREDIT_CARD, text)


@pytest.mark.parametrize(
    "text",
    [
        "write to ⟦j o h n @ e x a m p l e . c o m⟧ now",
        "⟦j . d o e @ e x a m p l e . c o . u k⟧.",
        "⟦j-o-h-n-@-e-x-a-m-p-l-e-.-c-o-m⟧, ⟦j.o.@.e.x.a.m.p.l.e...d.e⟧",
        "⟦a  n  n  @  e  x  a  m  p  l  e  .  o  r  g⟧   m  o  r  e",
        "x @ y . T and A @ b . c + d @ e",
        "a @ b c d e f",
    ],
)
def test_mail_addresses_are_found(text: str) -> None:
    check(PiiKind.EMAIL, text)


@pytest.mark.parametrize(
    "text",
    [
        "iban ⟦D E 8 9 3 7 0 4 0 0 4 4 0 5 3 2 0 1 3 0 0 0⟧ please",
        "⟦g.b.8.2.W.E.S.T.1.2.3.4.5.6.9.8.7.6.5.4.3.2⟧ p l e a s e",
        "i b a n ⟦D E 8 9   3 7 0 4   0 0 4 4   0 5 3 2   0 1 3 0   0 0⟧",
        "D E 8 9 3 7 0 4 0 0 4 4 0 5 3 2 0 1 3 0 0 1",
        "D E 8 9 3 7 0 4 0 0 4 4 0 5 3 2 0 1 3 0 0 0 7",
        "D E 8 9 3 7 0 4",
    ],
)
def test_accounts_are_found(text: str) -> None:
    check(PiiKind.IBAN, text)


@pytest.mark.parametrize(
    "text",
    [
        "ssn ⟦2 1 9 0 9 9 9 9 9⟧",
        "social security number ⟦2 1 9 - 0 9 - 9 9 9 9⟧",
        "scores 2 1 9 0 9 9 9 9 9",
        "ssn 0 0 0 1 2 3 4 5 6 and ssn 2 1 9 0 9 9 9 9 9 9",
    ],
)
def test_social_security_numbers_are_found_beside_the_word(text: str) -> None:
    check(PiiKind.US_SSN, text)


@pytest.mark.parametrize(
    ("said", "changed"),
    [
        (f"My card is {CARD}, ok?", "My card is [CREDIT_CARD_1], ok?"),
        ("By j o h n @ e x a m p l e . c o m, ok?", "By [EMAIL_1], ok?"),
        (f"m y c a r d n u m b e r i s {CARD}", "m y c a r d n u m b e r i s [CREDIT_CARD_1]"),
    ],
)
def test_all_of_a_row_is_masked(said: str, changed: str) -> None:
    data = [
        PersonalDatum(("text",), sighting.span, sighting.view)
        for sighting in EXAMINER.examine(said, AttackKind.JAILBREAK).sightings
    ]
    assert masked([Passage(("text",), Origin.USER, said)], data).texts["text",] == changed


def test_tables_of_digits_hold_no_cards() -> None:
    rng = random.Random(7)
    finder = PatternFinder({PiiKind.CREDIT_CARD})
    for columns in (8, 13, 15, 16, 19):
        for between in (" ", ", ", "\t", " | "):
            rows = [between.join(rng.choices("0123456789", k=columns)) for _ in range(500)]
            assert finder.find("Results per card of the deck:\n" + "\n".join(rows)) == ()
            assert finder.find("\n\n".join(f"Board {row}." for row in rows)) == ()
