"""Numbers and addresses as word processors, web pages and other keyboards write them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semroute.adapters.lexical import PatternFinder
from semroute.adapters.lexical.pii.typography import typed
from semroute.domain.pii import PiiKind
from tests.costs import costing

NO_BREAK, NARROW, IDEOGRAPHIC = "\u00a0", "\u202f", "\u3000"
HYPHEN, EN_DASH, MINUS = "\u2011", "\u2013", "\u2212"


@pytest.mark.parametrize("gap", [NO_BREAK, NARROW, IDEOGRAPHIC, HYPHEN, EN_DASH, MINUS])
def test_a_card_is_found_whatever_stands_between_its_groups(gap: str) -> None:
    text = "card " + gap.join(["4111", "1111", "1111", "1111"]) + ", thanks"
    assert [(each.kind, each.start, each.end) for each in PatternFinder().find(text)] == [
        (PiiKind.CREDIT_CARD, 5, 24)
    ]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (f"DE89{NO_BREAK}3704{NO_BREAK}0044{NO_BREAK}0532{NO_BREAK}0130{NO_BREAK}00", PiiKind.IBAN),
        (f"my SSN is 536{HYPHEN}90{HYPHEN}4399", PiiKind.US_SSN),
        (f"call me on +1{HYPHEN}415{HYPHEN}555{HYPHEN}2671", PiiKind.PHONE),
        ("write to alice\uff20example.org", PiiKind.EMAIL),
        ("write to alice@example\uff0eorg", PiiKind.EMAIL),
    ],
)
def test_so_are_other_kinds(text: str, kind: PiiKind) -> None:
    assert kind in {each.kind for each in PatternFinder().find(text)}


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("ann@example.org", PiiKind.EMAIL),
        ("4111111111111111", PiiKind.CREDIT_CARD),
        ("DE89370400440532013000", PiiKind.IBAN),
        ("123-45-6789", PiiKind.US_SSN),
        ("ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8", PiiKind.TOKEN),
        ("+14155552671", PiiKind.PHONE),
        ("10.0.0.12", PiiKind.IP_ADDRESS),
    ],
)
@pytest.mark.parametrize("before", ["\n", "\t", "\r\n", '"'])
def test_what_json_escapes_is_no_part_of_what_follows_it(
    before: str, value: str, kind: PiiKind
) -> None:
    once = json.dumps({"body": f"This is mine:{before}{value}\nand no more."})
    for text in (once, json.dumps([once])):
        (span,) = PatternFinder({kind}).find(text)
        assert text[span.start : span.end] == value


def test_a_password_ends_with_its_quote_however_that_is_written() -> None:
    text = json.dumps({"settings": 'password: "Tr0ub4dor&3"'})
    (span,) = PatternFinder({PiiKind.PASSWORD}).find(text)
    assert text[span.start : span.end] == "Tr0ub4dor&3"


@given(st.text(st.characters() | st.sampled_from('\u00a0\u2011\uff20 a1"\\n')))
def test_every_character_stays_in_its_place(text: str) -> None:
    plain = typed(text)
    assert len(plain) == len(text)
    assert all(
        a == b or (b.isascii() and not b.isalnum()) for a, b in zip(text, plain, strict=True)
    )


def test_it_takes_little_time() -> None:
    with costing(1):
        typed("\u6f22\u00a0" * 500_000)
