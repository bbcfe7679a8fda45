"""Answers are screened and restored while they pass."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from semroute.domain.answers import AnswerScreening, _Screened
from semroute.domain.filtering import NewFilter, Stop, TextFilter
from semroute.domain.guards import Mode, OnError, PiiAction, PiiGuard
from semroute.domain.headers import Headers
from semroute.domain.judgement import Consequence
from semroute.domain.pii import PiiKind, PiiSpan

HEADERS = Headers()


class Finder:
    """Finds words with an @ in them, and numbers after the word `card`."""

    def find(self, text: str) -> tuple[PiiSpan, ...]:
        return tuple(
            PiiSpan(kind, match.start(kind.value), match.end(kind.value))
            for match in re.finditer(r"(?P<email>\w+@\w+)|card (?P<credit_card>\d+)", text)
            for kind in (PiiKind.EMAIL, PiiKind.CREDIT_CARD)
            if match[kind.value]
        )


class Opened:
    """An answer of one text, as UTF-8."""

    def __init__(self, new: NewFilter) -> None:
        self.filter: TextFilter = new()
        self.is_unread = False

    def feed(self, piece: bytes, *, is_last: bool) -> bytes:
        passed = self.filter.feed(piece.decode())
        rest = self.filter.finish() if is_last else ""
        assert isinstance(passed, str)
        assert isinstance(rest, str)
        return (passed + rest).encode()


def opened(screening: AnswerScreening) -> TextFilter:
    answer = screening.open(HEADERS)
    assert isinstance(answer, Opened)
    return answer.filter


def screening(
    mode: Mode, action: PiiAction = PiiAction.MASK, originals: dict[str, str] | None = None
) -> AnswerScreening:
    actions = {PiiKind.EMAIL: action, PiiKind.CREDIT_CARD: PiiAction.BLOCK}
    return AnswerScreening(
        PiiGuard(mode, actions), originals or {}, Finder(), lambda _, new: Opened(new)
    )


def said_of(screen: AnswerScreening) -> tuple[Consequence, Mode]:
    sentence = screen.sentence
    assert sentence is not None
    return sentence.consequence, sentence.mode


def passed(screen: AnswerScreening, *pieces: str) -> str:
    out, text_filter = "", opened(screen)
    for piece in pieces:
        went_on = text_filter.feed(piece)
        assert isinstance(went_on, str)
        out += went_on
    rest = text_filter.finish()
    assert isinstance(rest, str)
    return out + rest


def test_data_is_masked_by_its_kind() -> None:
    screen = screening(Mode.ENFORCE)
    assert passed(screen, "write to me@", "here now") == "write to [EMAIL] now"
    assert screen.found == {PiiKind.EMAIL: PiiAction.MASK}
    assert said_of(screen) == (Consequence.MASK, Mode.ENFORCE)


def test_what_is_monitored_passes_at_once_and_is_counted_as_what_would_have_been_done() -> None:
    screen = screening(Mode.MONITOR)
    text_filter = opened(screen)
    assert text_filter.feed("write to me@here") == "write to me@here"
    assert text_filter.finish() == ""
    assert screen.found == {PiiKind.EMAIL: PiiAction.MASK}
    assert said_of(screen) == (Consequence.MASK, Mode.MONITOR)


def test_what_would_have_been_withheld_is_said_to_be_and_nothing_after_it() -> None:
    screen = screening(Mode.MONITOR)
    assert passed(screen, "card 4111", " is it. me@here") == "card 4111 is it. me@here"
    assert screen.found == {PiiKind.CREDIT_CARD: PiiAction.BLOCK}
    assert said_of(screen) == (Consequence.BLOCK, Mode.MONITOR)
    assert not screen.is_stopped


def test_an_answer_without_anything_in_it_is_said_to_be_so_once_there_is_one() -> None:
    screen = screening(Mode.MONITOR)
    assert screen.sentence is None
    assert passed(screen, "nothing") == "nothing"
    assert said_of(screen) == (Consequence.ALLOW, Mode.MONITOR)


def test_a_blocked_kind_stops_the_answer_without_repeating_it() -> None:
    screen = screening(Mode.ENFORCE)
    text_filter = opened(screen)
    assert text_filter.feed("card 41") == ""
    assert text_filter.feed("11 and more") == ""
    stop = text_filter.finish()
    assert isinstance(stop, Stop)
    assert "4111" not in stop.message
    assert "credit card" in stop.message
    assert screen.is_stopped


def test_a_long_answer_flows_before_it_ends() -> None:
    text_filter = opened(screening(Mode.ENFORCE))
    out = "".join(str(text_filter.feed("some words ")) for _ in range(100))
    assert len(out) > 800


def test_placeholders_of_the_request_come_back_after_screening() -> None:
    screen = screening(Mode.ENFORCE, originals={"[EMAIL_1]": "me@here"})
    assert passed(screen, "you, [EMA", "IL_1], and it@there") == "you, me@here, and [EMAIL]"


def test_what_turns_out_to_be_unreadable_would_have_ended_the_answer() -> None:
    screen = screening(Mode.MONITOR)
    answer = screen.open(HEADERS)
    assert isinstance(answer, Opened)
    assert answer.feed(b"nothing, ", is_last=False) == b"nothing, "
    answer.is_unread = True
    assert answer.feed(b"and then me@here", is_last=True) == b"and then me@here"
    assert said_of(screen) == (Consequence.UNAVAILABLE, Mode.MONITOR)
    assert screen.found == {}


def test_without_a_guard_only_placeholders_are_looked_for() -> None:
    screen = screening(Mode.OFF, originals={"[EMAIL_1]": "me@here"})
    assert passed(screen, "[EMAIL_1] and it@there") == "me@here and it@there"
    assert screen.found == {}
    assert said_of(screen) == (Consequence.ALLOW, Mode.OFF)


def test_an_answer_nobody_can_read_is_said_to_be_so() -> None:
    screen = AnswerScreening(PiiGuard(), {}, Finder(), lambda _headers, _new: None)
    assert screen.open(HEADERS) is None
    assert screen.is_unread
    assert said_of(screen) == (Consequence.UNAVAILABLE, Mode.MONITOR)


class Broken:
    """Fails on whatever has "boom" in it."""

    def find(self, text: str) -> tuple[PiiSpan, ...]:
        if "boom" in text:
            raise ZeroDivisionError
        return Finder().find(text)


@pytest.mark.parametrize("mode", [Mode.MONITOR, Mode.ENFORCE])
@pytest.mark.parametrize("on_error", list(OnError))
def test_an_answer_that_nobody_can_look_through_goes_on_only_if_it_may(
    mode: Mode, on_error: OnError
) -> None:
    guard = PiiGuard(mode, {PiiKind.EMAIL: PiiAction.MASK}, on_error=on_error)
    screen = AnswerScreening(guard, {}, Broken(), lambda _, new: Opened(new))
    text_filter = opened(screen)
    said = [text_filter.feed("words " * 100), text_filter.feed("boom "), text_filter.feed("end")]
    assert screen.is_unread
    is_closed = on_error is OnError.CLOSED
    assert said_of(screen) == (Consequence.UNAVAILABLE if is_closed else Consequence.ALLOW, mode)
    if mode is Mode.ENFORCE and on_error is OnError.CLOSED:
        stop = said[1]
        assert isinstance(stop, Stop)
        assert stop.message == "The answer was withheld: it could not be screened."
        assert screen.is_stopped
    else:
        rest = text_filter.finish()
        assert "".join(map(str, (*said, rest))) == f"{'words ' * 100}boom end"
        assert not screen.is_stopped


def test_what_took_too_long_is_not_tried_again() -> None:
    tried: list[str] = []

    class Slow:
        def find(self, text: str) -> tuple[PiiSpan, ...]:
            tried.append(text)
            raise TimeoutError

    guard = PiiGuard(Mode.ENFORCE, {PiiKind.EMAIL: PiiAction.MASK}, on_error=OnError.OPEN)
    screen = AnswerScreening(guard, {}, Slow(), lambda _, new: Opened(new))
    one, other = opened(screen), opened(screen)
    assert [one.feed("a@b "), one.feed("b@c"), one.finish()] == ["a@b ", "b@c", ""]
    assert [other.feed("a@b "), other.finish()] == ["a@b ", ""]
    assert screen.is_unread
    assert tried == ["a@b "]


words = st.lists(st.sampled_from(["a@b", "word", "\n", "x" * 90]), max_size=12)


@pytest.mark.parametrize("mode", [Mode.ENFORCE, Mode.MONITOR])
# The first draw of a process has Hypothesis read all our sources for constants: about a second.
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(words=words, places=st.lists(st.integers(0, 999), max_size=8))
def test_it_does_not_matter_where_an_answer_is_cut(
    mode: Mode, words: list[str], places: list[int]
) -> None:
    text = " ".join(words)
    expected = text.replace("a@b", "[EMAIL]") if mode is Mode.ENFORCE else text
    cuts = sorted(place % (len(text) + 1) for place in places)
    pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    assert passed(screening(mode), *pieces) == expected


class Words:
    """Finds words of more than 200 characters that begin with `key`, and what `BEGIN` begins."""

    def __init__(self) -> None:
        self.read = 0

    def find(self, text: str) -> tuple[PiiSpan, ...]:
        self.read += len(text)
        pattern = r"key[!-~]{200,}|BEGIN[^!]*"
        return tuple(PiiSpan(PiiKind.TOKEN, *each.span()) for each in re.finditer(pattern, text))


def said_by(text: str, size: int, words: Words) -> str:
    whole = AnswerScreening(PiiGuard(Mode.ENFORCE), {}, words, lambda _, new: Opened(new))
    answer = opened(whole)
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    out = [answer.feed(piece) for piece in pieces] + [answer.finish()]
    assert all(isinstance(each, str) for each in out)
    return "".join(map(str, out))


@pytest.mark.parametrize("before", ["", "so it is ", "word " * 60, "\u6f22" * 300])
def test_a_word_is_not_parted_however_slowly_it_comes(before: str) -> None:
    text = f"{before}key{'x' * 400} and {'so on ' * 60}"
    assert said_by(text, 4, Words()) == f"{before}[TOKEN] and {'so on ' * 60}"


def test_a_language_without_blanks_is_not_held_back_longer() -> None:
    whole = AnswerScreening(PiiGuard(Mode.ENFORCE), {}, Words(), lambda _, new: Opened(new))
    said = opened(whole).feed("\u6f22" * 1000)
    assert len(str(said)) > 800


def test_what_has_no_end_does_not_take_for_ever() -> None:
    words = Words()
    assert said_by("BEGIN" + "x " * 30_000, 8, words) == "[TOKEN]"
    assert words.read < 10 * 60_000


class Numbers:
    """Finds numbers of sixteen digits, and words as `Words` does."""

    def find(self, text: str) -> tuple[PiiSpan, ...]:
        numbers = re.finditer(r"(?<![0-9])[0-9]{16}(?![0-9])", text)
        cards = [PiiSpan(PiiKind.CREDIT_CARD, *each.span()) for each in numbers]
        return tuple(sorted([*cards, *Words().find(text)], key=lambda each: each.start))


AND_SO_ON = " and so it goes on" * 20
LONG_KEY = f"It is key{'x' * 400}."
CARD = "4111111111111111"


@pytest.mark.parametrize("size", [1, 3, 500])
@pytest.mark.parametrize(
    ("text", "found"),
    [
        (LONG_KEY, {PiiKind.TOKEN}),
        (f"It is {CARD}.", {PiiKind.CREDIT_CARD}),
        (f"It is {CARD}777.", set()),  # none, but it begins like one
        (f"{LONG_KEY} {CARD}777 {CARD}", {PiiKind.TOKEN, PiiKind.CREDIT_CARD}),
        (f"{'word ' * 100}{LONG_KEY}", {PiiKind.TOKEN}),
    ],
    ids=["a long key", "a card", "a longer number", "all of it", "late"],
)
@pytest.mark.parametrize("rest", ["", AND_SO_ON])
def test_whoever_only_watches_finds_what_would_have_been_found(
    text: str, found: set[PiiKind], rest: str, size: int
) -> None:
    whole = text + rest
    pieces = [whole[at : at + size] for at in range(0, len(whole), size)]
    for mode in (Mode.MONITOR, Mode.ENFORCE):
        screen = AnswerScreening(PiiGuard(mode), {}, Numbers(), lambda _, new: Opened(new))
        out = passed(screen, *pieces)
        assert set(screen.found) == found, mode
        assert mode is Mode.ENFORCE or out == whole


def test_whoever_only_watches_does_not_keep_what_has_no_end() -> None:
    screen = AnswerScreening(PiiGuard(Mode.MONITOR), {}, Words(), lambda _, new: Opened(new))
    text_filter = opened(screen)
    assert isinstance(text_filter, _Screened)
    for _ in range(2000):
        text_filter.feed("BEGIN and no end of it" * 5)
        assert len(text_filter._held) < 100_000  # noqa: SLF001 - nobody else can tell
    text_filter.finish()
    assert set(screen.found) == {PiiKind.TOKEN}


class Hiding:
    """Finds two things that share characters, as what is hidden may."""

    def find(self, text: str) -> tuple[PiiSpan, ...]:
        start = text.find("hidden")
        if start < 0:
            return ()
        return (
            PiiSpan(PiiKind.EMAIL, start, start + 6),
            PiiSpan(PiiKind.PHONE, start + 3, min(start + 12, len(text))),
        )


def test_of_things_that_share_characters_nothing_is_left() -> None:
    guard = PiiGuard(Mode.ENFORCE, {PiiKind.EMAIL: PiiAction.MASK, PiiKind.PHONE: PiiAction.MASK})
    screen = AnswerScreening(guard, {}, Hiding(), lambda _, new: Opened(new))
    assert passed(screen, "so hidden-thing here") == "so [EMAIL] here"
    assert screen.found == dict.fromkeys((PiiKind.EMAIL, PiiKind.PHONE), PiiAction.MASK)


def test_things_that_share_characters_are_never_parted() -> None:
    guard = PiiGuard(Mode.ENFORCE, {PiiKind.EMAIL: PiiAction.MASK, PiiKind.PHONE: PiiAction.MASK})
    for before in range(140, 180):
        screen = AnswerScreening(guard, {}, Hiding(), lambda _, new: Opened(new))
        text = f"{'a ' * 20}hidden th{'ing x' * before}"
        said = passed(screen, *(text[at : at + 7] for at in range(0, len(text), 7)))
        assert said == f"{'a ' * 20}[EMAIL]{text[52:]}"
