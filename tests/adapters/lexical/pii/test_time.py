"""A text made to be slow takes each recogniser no longer than any other text of its length."""

import time

import pytest

from semroute.adapters.lexical.pii.finder import RECOGNISERS
from semroute.adapters.lexical.pii.reading import Reading
from semroute.domain.pii import PiiKind

LENGTH = 250_000
# Processor time. Each takes less than a quarter of this on a busy machine; one that is quadratic in
# the length, or tries a long stretch anew from each of its characters, takes many times as long.
SECONDS = 0.2
ATTEMPTS = 3
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
    "字",
]


@pytest.mark.parametrize("kind", sorted(RECOGNISERS))
def test_a_hostile_text_is_read_in_linear_time(kind: PiiKind) -> None:
    for piece in REPEATED:
        text = (piece * (LENGTH // len(piece) + 1))[:LENGTH]
        assert any(_seconds(kind, text) < SECONDS for _ in range(ATTEMPTS)), piece


def _seconds(kind: PiiKind, text: str) -> float:
    reading = Reading(text)
    begin = time.process_time()
    for _ in RECOGNISERS[kind](reading):
        pass
    return time.process_time() - begin
