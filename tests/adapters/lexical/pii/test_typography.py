"""Numbers and addresses as word processors, web pages and other keyboards write them."""

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


@given(st.text(st.characters() | st.sampled_from("\u00a0\u2011\uff20 a1")))
def test_every_character_stays_in_its_place(text: str) -> None:
    plain = typed(text)
    assert len(plain) == len(text)
    assert all(
        a == b or (b.isascii() and not b.isalnum()) for a, b in zip(text, plain, strict=True)
    )


def test_it_takes_little_time() -> None:
    with costing(1):
        typed("\u6f22\u00a0" * 500_000)
