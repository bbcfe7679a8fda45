"""A text made to be slow takes each recogniser no longer than any other text of its length."""

from collections.abc import Callable

import pytest

from semroute.adapters.lexical.pii.crowds import Crowd, found_by
from semroute.adapters.lexical.pii.finder import RECOGNISERS
from semroute.adapters.lexical.pii.reading import Reading
from semroute.adapters.lexical.pii.scores import LIKELY
from semroute.domain.pii import PiiKind
from tests.costs import is_within, seconds_of
from tests.hostile import DATA, text_of

LENGTH = 1_000_000
# The worst piece takes 15 to 80 ms, and a tenth of a second is too long. The rest is for the clock.
SECONDS = 0.12
# A tenth of the length tells which pieces are bad for a recogniser, in a tenth of the time. It
# has no room for a crowd, so the very worst is among some of them.
SAMPLE = 100_000
WORST = 16


@pytest.mark.parametrize("kind", sorted(RECOGNISERS))
def test_a_hostile_megabyte_is_read_in_a_fraction_of_a_second(kind: PiiKind) -> None:
    slow = sorted(DATA, key=lambda piece: seconds_of(_read(kind, text_of(piece, SAMPLE))))
    worst = max(slow[-WORST:], key=lambda piece: seconds_of(_read(kind, text_of(piece, LENGTH))))
    assert is_within(SECONDS, _read(kind, text_of(worst, LENGTH))), worst


def test_behind_a_crowd_of_words_that_speak_against_it_a_number_is_found() -> None:
    number = "516 466 6380"
    text = f"{'order ' * 70_000}{number}"
    found = found_by(RECOGNISERS[PiiKind.PHONE], Reading(text))
    assert not isinstance(found, Crowd)
    spans = [each for each in found if each.score > LIKELY]
    assert {text[span.start : span.end] for span in spans} == {number}


def _read(kind: PiiKind, text: str) -> Callable[[], object]:
    return lambda: found_by(RECOGNISERS[kind], Reading(text))
