"""A megabyte made to be slow takes each recogniser no longer than a megabyte of anything."""

import time

import pytest

from semroute.adapters.lexical.pii.finder import RECOGNISERS
from semroute.adapters.lexical.pii.reading import Reading
from semroute.domain.pii import PiiKind

MEGABYTE = 1_000_000
# Processor time. Alone on a machine, each takes under 0.1 s; a quadratic one would take hours.
SECONDS = 0.4
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
def test_a_hostile_megabyte_is_read_in_linear_time(kind: PiiKind) -> None:
    for piece in REPEATED:
        text = (piece * (MEGABYTE // len(piece) + 1))[:MEGABYTE]
        best = min(_seconds(kind, text) for _ in range(3))
        assert best < SECONDS, piece


def _seconds(kind: PiiKind, text: str) -> float:
    reading = Reading(text)
    begin = time.process_time()
    for _ in RECOGNISERS[kind](reading):
        pass
    return time.process_time() - begin
