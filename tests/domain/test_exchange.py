"""The rules of the ExtProc conversation, as traces."""

import pytest
from attrs import evolve

from semroute.domain.errors import MisusedExchangeError, UnexpectedEventError
from semroute.domain.exchange.events import (
    BodyMode,
    BodyModes,
    Direction,
    RequestBody,
    RequestHeaders,
    RequestTrailers,
    ResponseBody,
    ResponseHeaders,
    ResponseTrailers,
)
from semroute.domain.exchange.machine import Exchange
from semroute.domain.exchange.replies import (
    BodyReply,
    HeadersReply,
    ImmediateReply,
    StreamedBodyReply,
    TrailersReply,
)
from semroute.domain.headers import HeaderEdit
from semroute.domain.http import BodyFault, HttpRequest
from semroute.domain.naming import SEALED_PATH
from semroute.domain.record import Outcome, UpstreamAnswer

from .playbook import (
    BUFFERED,
    LISTED,
    MAX_BODY,
    OWNED,
    ROUTED,
    STREAMED,
    UNTOUCHED,
    Playbook,
    head,
    status,
)

GO_ON = HeadersReply(Direction.REQUEST)
CHANGED = BodyReply(
    Direction.REQUEST,
    HeaderEdit({"x-endpoint": "a", "x-model": "big", "content-length": "15"}),
    b'{"model":"big"}',
    {"model": "big"},
)
TOLD = HeaderEdit({"x-model": "big"})
WATCH = BodyModes(BodyMode.BUFFERED, BodyMode.STREAMED)


def test_a_buffered_request_is_changed_in_the_reply_to_its_body() -> None:
    play = Playbook()
    play(RequestHeaders(head(), modes=BUFFERED), GO_ON)
    play(RequestBody(b"{}", is_last=True), CHANGED)
    assert play.asked == [HttpRequest("POST", "/v1/chat/completions", head(), b"{}")]


def test_an_answer_worth_learning_from_streams_past_and_is_kept() -> None:
    play = Playbook()
    play(RequestHeaders(head(), modes=BUFFERED), GO_ON)
    play(RequestBody(b"{}", is_last=True), CHANGED)
    play(ResponseHeaders(status()), HeadersReply(Direction.RESPONSE, TOLD, WATCH))
    assert play.exchange.answer() == UpstreamAnswer(status(), b"")
    play(ResponseBody(b"one"), BodyReply(Direction.RESPONSE))
    play(ResponseBody(b"two", is_last=True), BodyReply(Direction.RESPONSE))
    assert play.exchange.is_over
    assert play.exchange.answer() == UpstreamAnswer(status(), b"onetwo")
    record = play.close()
    assert (record.outcome, record.status, record.response_bytes) == (Outcome.COMPLETED, 200, 6)
    assert record.ruling is ROUTED


@pytest.mark.parametrize("answer", [status(500), status(200, content_encoding="gzip"), status(204)])
def test_an_answer_that_teaches_nothing_passes_unseen(answer: object) -> None:
    play = Playbook()
    play(RequestHeaders(head(), modes=STREAMED), lambda _: True)
    play(RequestBody(b"{}", is_last=True), lambda _: True)
    unseen = BodyModes(BodyMode.STREAMED, BodyMode.NONE)
    play(ResponseHeaders(answer), HeadersReply(Direction.RESPONSE, TOLD, unseen))  # type: ignore[arg-type]
    assert play.close().outcome is Outcome.HANDED_OVER


def test_an_answer_longer_than_wanted_is_let_go_and_still_passes() -> None:
    play = Playbook()
    play(RequestHeaders(head(), modes=BUFFERED), GO_ON)
    play(RequestBody(b"{}", is_last=True), CHANGED)
    play(ResponseHeaders(status()), lambda _: True)
    play(ResponseBody(bytes(60)), BodyReply(Direction.RESPONSE))
    play(ResponseBody(bytes(60), is_last=True), BodyReply(Direction.RESPONSE))
    assert play.exchange.answer() is None
    assert play.close().outcome is Outcome.COMPLETED


def test_trailers_end_an_answer_whose_body_was_not_marked_last() -> None:
    play = Playbook()
    play(RequestHeaders(head(), modes=BUFFERED), GO_ON)
    play(RequestBody(b"{}", is_last=True), CHANGED)
    play(ResponseHeaders(status()), lambda _: True)
    play(ResponseBody(b"x"), BodyReply(Direction.RESPONSE))
    play(ResponseTrailers(), TrailersReply(Direction.RESPONSE))
    assert play.exchange.answer() == UpstreamAnswer(status(), b"x")


def test_a_buffered_body_is_whole_even_when_trailers_follow() -> None:
    play = Playbook()
    play(RequestHeaders(head(), modes=BUFFERED), GO_ON)
    play(RequestBody(b"{}"), CHANGED)  # not marked last
    play(RequestTrailers(), TrailersReply(Direction.REQUEST))
    assert len(play.asked) == 1


DUPLEX = BodyModes(BodyMode.FULL_DUPLEX_STREAMED, BodyMode.FULL_DUPLEX_STREAMED)
WANTED = BodyModes(BodyMode.BUFFERED, BodyMode.STREAMED)
SEALED = HeadersReply(Direction.REQUEST, HeaderEdit({":path": SEALED_PATH}), WANTED)
UNSEALED = {":path": "/v1/chat/completions"}


def unsealed(reply: BodyReply) -> BodyReply:
    return evolve(reply, edit=reply.edit.and_set(UNSEALED))


@pytest.mark.parametrize("mode", [BodyMode.NONE, BodyMode.STREAMED, BodyMode.BUFFERED_PARTIAL])
def test_a_request_that_could_slip_by_is_sealed_until_it_is_ruled_on(mode: BodyMode) -> None:
    play = Playbook()
    play(RequestHeaders(head(), modes=BodyModes(mode, BodyMode.STREAMED)), SEALED)
    play(RequestBody(b"{}", is_last=True), unsealed(CHANGED))
    assert play.asked[0].path == "/v1/chat/completions"


def test_without_a_word_about_modes_bodies_count_as_buffered_but_are_sealed() -> None:
    play = Playbook()
    play(RequestHeaders(head()), evolve(SEALED, modes=None))
    play(RequestBody(b"{}"), unsealed(CHANGED))


@pytest.mark.parametrize("mode", [BodyMode.STREAMED, BodyMode.BUFFERED_PARTIAL])
def test_a_body_is_whole_when_it_is_as_long_as_announced(mode: BodyMode) -> None:
    play = Playbook()
    modes = BodyModes(mode, BodyMode.STREAMED)
    play(RequestHeaders(head(content_length="2"), modes=modes), SEALED)
    play(RequestBody(b"{}"), unsealed(CHANGED))
    play(RequestBody(b"", is_last=True), BodyReply(Direction.REQUEST, body=b""))
    assert len(play.asked) == 1


@pytest.mark.parametrize(
    ("mode", "fault"),
    [
        (BodyMode.STREAMED, BodyFault.UNREAD),
        (BodyMode.BUFFERED_PARTIAL, BodyFault.PARTIAL),
    ],
)
def test_the_beginning_of_a_body_is_not_ruled_on(mode: BodyMode, fault: BodyFault) -> None:
    play = Playbook(LISTED)
    play(RequestHeaders(head(), modes=BodyModes(mode, BodyMode.STREAMED)), SEALED)
    play(RequestBody(b"{"), lambda reply: isinstance(reply, ImmediateReply))
    assert play.asked[0].fault is fault


@pytest.mark.parametrize("mode", [BodyMode.NONE, BodyMode.STREAMED])
def test_what_can_be_neither_seen_nor_buffered_is_refused_at_once(mode: BodyMode) -> None:
    play = Playbook(LISTED)
    modes = BodyModes(mode, BodyMode.FULL_DUPLEX_STREAMED)
    play(RequestHeaders(head(), modes=modes), lambda reply: isinstance(reply, ImmediateReply))
    assert play.asked[0].fault is BodyFault.UNREAD


@pytest.mark.parametrize("code", [200, 204, 299])
def test_a_model_s_answer_to_a_request_that_was_not_ruled_on_is_withheld(code: int) -> None:
    play = Playbook(LISTED)
    play(RequestHeaders(head(), modes=BUFFERED), GO_ON)
    play(ResponseHeaders(status(code)), lambda reply: isinstance(reply, ImmediateReply))
    assert play.asked[0].fault is BodyFault.UNREAD
    assert play.exchange.is_over


def test_an_answer_that_is_too_late_to_be_put_right_cannot_be_ruled_on() -> None:
    play = Playbook()
    play(RequestHeaders(head(), modes=BUFFERED), GO_ON)
    play.exchange.receive(ResponseHeaders(status(200)))
    with pytest.raises(MisusedExchangeError, match="too late"):
        play.exchange.decide(ROUTED)


def test_a_buffered_body_that_nobody_changed_keeps_its_bytes_and_length() -> None:
    play = Playbook(UNTOUCHED)
    play(RequestHeaders(head(), modes=BUFFERED), GO_ON)
    play(
        RequestBody(b"{}", is_last=True),
        BodyReply(Direction.REQUEST, HeaderEdit({"x-endpoint": "a"})),
    )


def test_a_request_without_body_is_ruled_on_at_its_headers() -> None:
    play = Playbook(LISTED)
    play(
        RequestHeaders(head("GET", "/v1/models"), is_last=True, modes=BUFFERED),
        ImmediateReply(LISTED.action, "semroute_answered"),  # type: ignore[arg-type]
    )
    assert play.exchange.is_over
    record = play.close()
    assert (record.outcome, record.status) == (Outcome.ANSWERED, 200)


def test_a_chat_request_without_body_is_asked_about_too() -> None:
    play = Playbook(LISTED)
    play(RequestHeaders(head(), is_last=True), lambda reply: isinstance(reply, ImmediateReply))
    assert play.asked[0].body == b""


def test_a_chat_request_with_trailers_but_no_body_is_asked_about_at_its_trailers() -> None:
    play = Playbook(LISTED)
    play(RequestHeaders(head(), modes=BUFFERED), GO_ON)
    play(RequestTrailers(), lambda reply: isinstance(reply, ImmediateReply))
    assert play.asked[0].body == b""


@pytest.mark.parametrize("length", [str(MAX_BODY + 1), "9" * 30])
def test_a_body_announced_as_too_large_is_not_waited_for(length: str) -> None:
    play = Playbook(LISTED)
    play(
        RequestHeaders(head(content_length=length)), lambda reply: isinstance(reply, ImmediateReply)
    )
    assert play.asked[0].fault is BodyFault.TOO_LARGE


def test_a_body_that_becomes_too_large_is_not_read() -> None:
    play = Playbook(LISTED)
    play(RequestHeaders(head(), modes=DUPLEX), ())
    play(RequestBody(bytes(600)), ())
    play(RequestBody(bytes(600)), lambda reply: isinstance(reply, ImmediateReply))
    assert play.asked[0].fault is BodyFault.TOO_LARGE
    assert play.asked[0].body == b""


def screening() -> Playbook:
    """An exchange in which what is not routed is ruled on, too, and passes."""
    return Playbook(UNTOUCHED, Exchange(OWNED, MAX_BODY, reads_unrouted=True))


@pytest.mark.parametrize(
    ("path", "length"), [("/v1/files", "4"), ("/v1/images/edits", str(MAX_BODY + 1))]
)
def test_what_nobody_reads_is_ruled_on_at_its_headers_and_passes_without_its_body(
    path: str, length: str
) -> None:
    play = screening()
    unseen = BodyModes(BodyMode.NONE, BodyMode.NONE)
    edit = HeaderEdit({"x-endpoint": "a"})
    play(
        RequestHeaders(head("POST", path, content_length=length), modes=BUFFERED),
        HeadersReply(Direction.REQUEST, edit, unseen),
    )
    play(RequestBody(b"data", is_last=True), BodyReply(Direction.REQUEST))
    (asked,) = play.asked
    assert (asked.body, asked.fault) == (
        b"", None if path == "/v1/files" else BodyFault.TOO_LARGE
    )  # fmt: skip


def test_in_full_duplex_what_is_too_long_to_be_read_passes_whole() -> None:
    play = screening()
    play(RequestHeaders(head("POST", "/v1/images/edits"), modes=DUPLEX), ())
    play(RequestBody(b"a" * 600), ())
    play(
        RequestBody(b"b" * 600),
        (
            HeadersReply(
                Direction.REQUEST, HeaderEdit({"x-endpoint": "a"}, remove=("content-length",))
            ),
            StreamedBodyReply(Direction.REQUEST, b"a" * 600 + b"b" * 600, is_last=False),
        ),
    )
    play(RequestBody(b"c", is_last=True), StreamedBodyReply(Direction.REQUEST, b"c", is_last=True))
    (asked,) = play.asked
    assert (asked.body, asked.fault) == (b"", BodyFault.TOO_LARGE)
    assert play.exchange.retained_bytes == 0


def test_a_path_that_is_none_of_ours_passes_without_its_bodies() -> None:
    play = Playbook()
    unseen = BodyModes(BodyMode.NONE, BodyMode.NONE)
    play(
        RequestHeaders(head("POST", "/files", x_model="fake"), modes=BUFFERED),
        HeadersReply(
            Direction.REQUEST, HeaderEdit(remove=("x-model",)), unseen, {"reason": "passthrough"}
        ),
    )
    # Envoy may not allow the mode to change; then bodies come, and pass untouched.
    play(RequestBody(b"data", is_last=True), BodyReply(Direction.REQUEST))
    told = HeaderEdit({"x-semroute-reason": "passthrough"})
    play(ResponseHeaders(status()), HeadersReply(Direction.RESPONSE, told))
    assert play.asked == []
    assert play.close().outcome is Outcome.HANDED_OVER


def test_forged_headers_are_removed_on_both_ways() -> None:
    play = Playbook()
    play(
        RequestHeaders(head(x_model="fake", x_other="kept"), modes=BUFFERED),
        HeadersReply(Direction.REQUEST, HeaderEdit(remove=("x-model",))),
    )
    play(RequestBody(b"{}", is_last=True), CHANGED)
    edit = HeaderEdit({"x-model": "big"}, ("x-endpoint",))
    play(
        ResponseHeaders(status(x_endpoint="fake", x_model="fake"), is_last=True),
        HeadersReply(Direction.RESPONSE, edit),
    )
    assert play.close().outcome is Outcome.COMPLETED


def test_an_answer_may_come_before_its_request_has_ended() -> None:
    play = Playbook()
    play(RequestHeaders(head(), modes=BUFFERED), GO_ON)
    play(ResponseHeaders(status(413)), lambda reply: isinstance(reply, HeadersReply))
    assert not play.exchange.is_ruled
    play(RequestBody(b"{}", is_last=True), CHANGED)
    assert play.exchange.is_ruled


def test_without_request_headers_there_is_no_path_to_serve() -> None:
    play = Playbook()
    play(RequestBody(b"{}", is_last=True), BodyReply(Direction.REQUEST))
    play(ResponseHeaders(status()), lambda _: True)
    assert play.asked == []


def test_what_cannot_follow_is_refused() -> None:
    play = Playbook()
    play(RequestHeaders(head(), modes=BUFFERED), GO_ON)
    with pytest.raises(UnexpectedEventError, match="request is open"):
        play.exchange.receive(RequestHeaders(head()))


def test_nothing_can_follow_the_end() -> None:
    play = Playbook(LISTED)
    play(RequestHeaders(head("GET", "/v1/models"), is_last=True), lambda _: True)
    with pytest.raises(MisusedExchangeError):
        play.exchange.receive(ResponseHeaders(status()))


def test_a_ruling_is_taken_only_when_asked_for_and_only_once() -> None:
    play = Playbook()
    with pytest.raises(MisusedExchangeError):
        play.exchange.decide(ROUTED)
    play(RequestHeaders(head(), modes=BUFFERED), GO_ON)
    play.exchange.receive(RequestBody(b"{}", is_last=True))
    with pytest.raises(MisusedExchangeError):
        play.exchange.receive(ResponseHeaders(status()))
    play.exchange.decide(ROUTED)
    with pytest.raises(MisusedExchangeError):
        play.exchange.decide(ROUTED)


def test_an_exchange_cut_short_says_so() -> None:
    play = Playbook()
    assert play.close().outcome is Outcome.ABANDONED
    play(RequestHeaders(head(), modes=BUFFERED), GO_ON)
    play(RequestBody(b"{}", is_last=True), CHANGED)
    play(ResponseHeaders(status()), lambda _: True)
    play(ResponseBody(b"half"), BodyReply(Direction.RESPONSE))
    assert play.exchange.answer() == UpstreamAnswer(status(), b"half")
    assert play.close().outcome is Outcome.ABANDONED


SENT_ON = (
    HeadersReply(
        Direction.REQUEST,
        HeaderEdit({"x-endpoint": "a", "x-model": "big"}, ("content-length",)),
        metadata={"model": "big"},
    ),
    StreamedBodyReply(Direction.REQUEST, b'{"model":"big"}', is_last=True),
)


def test_in_full_duplex_headers_wait_for_the_ruled_body() -> None:
    play = Playbook()
    play(RequestHeaders(head(), modes=DUPLEX), ())
    play(RequestBody(b"{"), ())
    assert play.exchange.retained_bytes == 1
    play(RequestBody(b"}", is_last=True), SENT_ON)
    assert play.asked[0].body == b"{}"
    assert play.exchange.retained_bytes == 0


def test_in_full_duplex_trailers_complete_a_request() -> None:
    play = Playbook()
    play(RequestHeaders(head(), modes=DUPLEX), ())
    play(RequestBody(b"{}"), ())
    headers, body = SENT_ON
    assert isinstance(body, StreamedBodyReply)
    open_ended = StreamedBodyReply(Direction.REQUEST, body.body, is_last=False)
    play(RequestTrailers(), (headers, open_ended, TrailersReply(Direction.REQUEST)))


def test_in_full_duplex_answers_are_echoed_and_kept() -> None:
    play = Playbook()
    play(RequestHeaders(head(), modes=DUPLEX), ())
    play(RequestBody(b"{}", is_last=True), SENT_ON)
    play(ResponseHeaders(status()), HeadersReply(Direction.RESPONSE, TOLD))
    play(ResponseBody(b"one"), StreamedBodyReply(Direction.RESPONSE, b"one", is_last=False))
    play(
        ResponseBody(b"two", is_last=True),
        StreamedBodyReply(Direction.RESPONSE, b"two", is_last=True),
    )
    assert play.exchange.answer() == UpstreamAnswer(status(), b"onetwo")


def test_in_full_duplex_a_refusal_is_immediate() -> None:
    play = Playbook(LISTED)
    play(RequestHeaders(head(), modes=DUPLEX), ())
    play(RequestBody(b"{}", is_last=True), lambda reply: isinstance(reply, ImmediateReply))


def test_an_answer_can_be_forgotten_while_it_passes() -> None:
    play = Playbook()
    play(RequestHeaders(head(), modes=BUFFERED), GO_ON)
    play(RequestBody(b"{}", is_last=True), CHANGED)
    play(ResponseHeaders(status()), lambda _: True)
    play(ResponseBody(b"one"), BodyReply(Direction.RESPONSE))
    assert play.exchange.retained_bytes == 3
    play.exchange.forget_answer()
    assert play.exchange.retained_bytes == 0
    play(ResponseBody(b"two", is_last=True), BodyReply(Direction.RESPONSE))
    assert play.exchange.answer() is None
    assert play.close().response_bytes == 6
