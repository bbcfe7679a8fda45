"""How an answer is changed while Envoy passes it on."""

from collections.abc import Callable

import pytest
from attrs import evolve

from semroute.domain.answers import AnswerScreening
from semroute.domain.errors import HeldBackError
from semroute.domain.exchange.events import (
    BodyMode,
    BodyModes,
    Direction,
    RequestBody,
    RequestHeaders,
    ResponseBody,
    ResponseHeaders,
    ResponseTrailers,
)
from semroute.domain.exchange.replies import (
    BodyReply,
    HeadersReply,
    ImmediateReply,
    Reply,
    StreamedBodyReply,
    TrailersReply,
)
from semroute.domain.filtering import AnswerFilter, NewFilter
from semroute.domain.guards import PiiGuard
from semroute.domain.headers import HeaderEdit, Headers
from semroute.domain.http import LocalReply
from semroute.domain.pii import PiiSpan
from semroute.domain.record import Outcome, UpstreamAnswer

from .playbook import BUFFERED, ROUTED, Playbook, head, status

DUPLEX = BodyModes(BodyMode.FULL_DUPLEX_STREAMED, BodyMode.FULL_DUPLEX_STREAMED)
WITHHELD = LocalReply(503, Headers.of({"content-type": "application/json"}), b"{}")


class Upper:
    """Writes everything in capitals, at the very end."""

    is_unread = False

    def __init__(self) -> None:
        self.held = b""

    def feed(self, piece: bytes, *, is_last: bool) -> bytes:
        self.held += piece.upper()
        if not is_last:
            return b""
        out, self.held = self.held, b""
        return out


class Nothing:
    def find(self, text: str) -> tuple[PiiSpan, ...]:
        return ()


Opens = Callable[[Headers, NewFilter], AnswerFilter | None]


def playbook(
    opens: Opens = lambda _headers, _new: Upper(),
    substitute: LocalReply | None = None,
    modes: BodyModes | None = BUFFERED,
) -> Playbook:
    answer = AnswerScreening(PiiGuard(), {}, Nothing(), opens, substitute)
    play = Playbook(evolve(ROUTED, answer=answer))
    is_duplex = modes is DUPLEX
    play(RequestHeaders(head(), modes=modes), () if is_duplex else (lambda _: True))
    step = play.exchange.receive(RequestBody(b"{}", is_last=True))
    assert not isinstance(step, tuple)
    play.exchange.decide(play.ruling)
    return play


def body(text: bytes | None) -> BodyReply:
    return BodyReply(Direction.RESPONSE, body=text)


def is_streamed(reply: Reply) -> bool:
    assert isinstance(reply, HeadersReply)
    assert reply.modes == BodyModes(BodyMode.BUFFERED, BodyMode.STREAMED)
    return "content-length" in reply.edit.remove


def test_a_changed_answer_is_streamed_and_loses_its_length() -> None:
    play = playbook()
    play(ResponseHeaders(status(content_length="3")), is_streamed)
    play(ResponseBody(b"a"), body(b""))(ResponseBody(b"b"), body(b""))
    play(ResponseBody(b"c"), body(b"ABC"))
    # Envoy marks the end with an empty piece of its own.
    play(ResponseBody(b"", is_last=True), body(None))
    record = play.close()
    assert (record.outcome, record.response_bytes) == (Outcome.COMPLETED, 3)


def test_what_is_learned_from_is_what_the_model_said() -> None:
    play = playbook()
    play(ResponseHeaders(status()), is_streamed)
    play(ResponseBody(b"ab", is_last=True), body(b"AB"))
    assert play.exchange.answer() == UpstreamAnswer(status(), b"ab")


@pytest.mark.parametrize("code", [201, 203, 206])
def test_a_success_of_another_name_is_changed_too(code: int) -> None:
    play = playbook()
    play(ResponseHeaders(status(code)), is_streamed)
    play(ResponseBody(b"ab", is_last=True), body(b"AB"))


@pytest.mark.parametrize("code", [302, 400, 500])
def test_only_successes_are_changed(code: int) -> None:
    play = playbook()
    play(ResponseHeaders(status(code)), lambda reply: isinstance(reply, HeadersReply))
    play(ResponseBody(b"ab", is_last=True), body(None))


def test_an_answer_that_nobody_can_read_passes_if_it_may() -> None:
    play = playbook(lambda _headers, _new: None)
    play(ResponseHeaders(status()), lambda reply: isinstance(reply, HeadersReply))


def test_an_answer_that_must_be_read_and_cannot_is_replaced() -> None:
    play = playbook(lambda _headers, _new: None, WITHHELD)
    play(ResponseHeaders(status()), ImmediateReply(WITHHELD, "semroute_answer_unread"))
    assert play.exchange.is_over
    record = play.close()
    assert (record.outcome, record.status) == (Outcome.ANSWERED, 503)


@pytest.mark.parametrize("substitute", [WITHHELD, None])
def test_an_answer_that_will_not_be_shown_is_unread_whatever_becomes_of_it(
    substitute: LocalReply | None,
) -> None:
    play = playbook(substitute=substitute, modes=None)
    play(ResponseHeaders(status()), lambda _: True)
    answer = play.ruling.answer
    assert answer is not None
    assert answer.is_unread


def test_an_answer_that_must_be_read_and_will_not_be_shown_is_replaced() -> None:
    play = playbook(substitute=WITHHELD, modes=None)
    play(ResponseHeaders(status()), ImmediateReply(WITHHELD, "semroute_answer_unread"))


def test_in_full_duplex_the_rest_goes_before_the_trailers() -> None:
    play = playbook(modes=DUPLEX)
    play(ResponseHeaders(status(), modes=None), lambda reply: isinstance(reply, HeadersReply))
    play(ResponseBody(b"ab"), StreamedBodyReply(Direction.RESPONSE, b"", is_last=False))
    rest = StreamedBodyReply(Direction.RESPONSE, b"AB", is_last=False)
    play(ResponseTrailers(), (rest, TrailersReply(Direction.RESPONSE)))


def test_half_an_answer_is_never_passed_off_as_a_whole() -> None:
    play = playbook()
    play(ResponseHeaders(status()), is_streamed)
    play(ResponseBody(b"ab"), body(b""))
    with pytest.raises(HeldBackError):
        play.exchange.receive(ResponseTrailers())


def test_trailers_after_a_whole_answer_pass() -> None:
    play = playbook()
    play(ResponseHeaders(status(content_length="2")), is_streamed)
    play(ResponseBody(b"ab"), body(b"AB"))
    play(ResponseTrailers(), TrailersReply(Direction.RESPONSE))


def test_the_header_edit_is_the_ruling_s() -> None:
    play = playbook()
    (reply,) = play.exchange.receive(ResponseHeaders(status(x_model="forged")))  # type: ignore[misc]
    assert isinstance(reply, HeadersReply)
    assert reply.edit == HeaderEdit({"x-model": "big"}, ("content-length",))
