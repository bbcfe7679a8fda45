"""Answers are looked through as requests are, up to a length."""

import base64

import pytest

from semroute.adapters.lexical import PatternFinder, views_of
from semroute.domain.answers import AnswerScreening
from semroute.domain.filtering import AnswerFilter, NewFilter, Stop, TextFilter
from semroute.domain.guards import Mode, PiiAction, PiiGuard
from semroute.domain.headers import Headers
from semroute.domain.pii import PiiKind
from semroute.domain.unveiled import Unveiled

MAIL = "Write to ann@example.org about it, please."
HIDDEN = {
    "base64": base64.b64encode(MAIL.encode()).decode(),
    "base64 in groups": " ".join(
        base64.b64encode(MAIL.encode()).decode()[at : at + 4] for at in range(0, 60, 4)
    ),
    "hex": MAIL.encode().hex(),
    "numbers": " ".join(map(str, MAIL.encode())),
    "percent": "".join(f"%{byte:02x}" for byte in MAIL.encode()),
    "invisible": "\u200b".join(MAIL),
    "letter by letter": "a n n @ e x a m p l e . o r g",
}
FINDER = Unveiled(PatternFinder({PiiKind.EMAIL, PiiKind.CREDIT_CARD}), views_of, 10_000)


class _Text:
    def __init__(self, new: NewFilter) -> None:
        self.filter: TextFilter = new()
        self.is_unread = False

    def feed(self, piece: bytes, *, is_last: bool) -> bytes:
        said = [self.filter.feed(piece.decode())] + ([self.filter.finish()] if is_last else [])
        return "".join("<stop>" if isinstance(each, Stop) else each for each in said).encode()


def screened(action: PiiAction, pieces: list[str]) -> str:
    guard = PiiGuard(Mode.ENFORCE, {PiiKind.EMAIL: action})
    screening = AnswerScreening(guard, {}, FINDER, lambda _, new: _Text(new))
    answer: AnswerFilter | None = screening.open(Headers())
    assert answer is not None
    last = len(pieces) - 1
    return b"".join(
        answer.feed(piece.encode(), is_last=at == last) for at, piece in enumerate(pieces)
    ).decode()


@pytest.mark.parametrize("name", HIDDEN)
@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_what_is_hidden_is_masked_as_a_whole(name: str, size: int) -> None:
    said = f"Here you are: {HIDDEN[name]}\nAnd now something else."
    pieces = [said[at : at + size] for at in range(0, len(said), size)]
    changed = screened(PiiAction.MASK, pieces)
    assert "[EMAIL]" in changed
    assert changed.endswith("\nAnd now something else.")
    assert not FINDER.find(changed)


@pytest.mark.parametrize("name", HIDDEN)
def test_what_is_hidden_ends_an_answer(name: str) -> None:
    assert screened(PiiAction.BLOCK, ["Here: ", HIDDEN[name], " and more"]).endswith("<stop>")


def test_a_longer_text_is_read_as_it_stands() -> None:
    plain = "ann@example.org"
    text = f"{'word ' * 2000}{plain} {HIDDEN['base64']}"
    assert [text[each.start : each.end] for each in FINDER.find(text)] == [plain]
    assert len(FINDER.find(text[5:] + " ")) == 1
    assert len(FINDER.find(text[-200:])) == 2
