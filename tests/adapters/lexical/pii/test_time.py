"""A text made to be slow takes each recogniser no longer than any other text of its length."""

from collections import deque
from collections.abc import Callable

import pytest

from semroute.adapters.lexical.pii.finder import RECOGNISERS
from semroute.adapters.lexical.pii.reading import Reading
from semroute.adapters.lexical.pii.scores import LIKELY
from semroute.domain.pii import PiiKind
from tests.costs import is_within, seconds_of

LENGTH = 1_000_000
# The aim is a tenth. The worst piece takes most recognisers 40 to 100 ms. Cards in groups of which
# each passes for a card's first take 200 ms, and so do numbers between words that speak for them.
# The rest is for the clock.
SECONDS = 0.3
# A tenth of the length tells which piece is the worst for a recogniser, in a tenth of the time.
SAMPLE = 100_000
REPEATED = [
    "1234567890",
    "a@",
    "a@a.",
    "1-",
    "1 ",
    "1:",
    ".",
    "1.",
    "a.b",
    "http://",
    "://",
    "www.",
    " ",
    "\n",
    "(1",
    "0-",
    "4111-",
    "GB82WEST12345698765433 ",
    "DE12 1234 5678 9012 3456 78 ",
    "999.999.999.999 ",
    "00:11:22:33:44:5 ",
    "password=",
    "eyJ",
    "sk-",
    "0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed ",
    "TWFuIGlzIGRpc3Rpbmd1aXNoZWQ",
    "-----BEGIN PRIVATE KEY-----",
    "phone order ",
    "social security ",
    "(1)",
    "3782-822463-1000",
    "-----BEGIN",
    "bc1q",
    "+44 ",
    "字",
    # Nearly valid, up to the last test.
    "4111 ",
    "9792_",
    "424242424242424 ",
    "_eyJ",
    ".a---eyJeyJ.AAAAAAAAAA",
    "0:: ",
    "fe80::1:",
    "1@a.co",
    ".é@a.co_",
    "phone (1)",
    "phone 123 456 7890/1 ",
    " dl 12",
    "passport 12 ",
    "ip 1.2.3.999 ",
]


@pytest.mark.parametrize("kind", sorted(RECOGNISERS))
def test_a_hostile_megabyte_is_read_in_a_fraction_of_a_second(kind: PiiKind) -> None:
    worst = max(REPEATED, key=lambda piece: seconds_of(_read(kind, _hostile(piece, SAMPLE))))
    text = _hostile(worst, LENGTH)
    assert is_within(SECONDS, _read(kind, text)), worst


def test_behind_a_crowd_of_words_that_speak_against_it_a_number_is_found() -> None:
    number = "516 466 6380"
    text = f"{'order ' * 70_000}{number}"
    spans = [each for each in RECOGNISERS[PiiKind.PHONE](Reading(text)) if each.score > LIKELY]
    assert {text[span.start : span.end] for span in spans} == {number}


def _hostile(piece: str, length: int) -> str:
    return (piece * (length // len(piece) + 1))[:length]


def _read(kind: PiiKind, text: str) -> Callable[[], object]:
    return lambda: deque(RECOGNISERS[kind](Reading(text)), maxlen=0)
