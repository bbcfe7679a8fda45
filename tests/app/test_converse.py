import json

import pytest
import trio
import trio.testing
from attrs import evolve

from semroute.adapters.memory import FaultyClassifier, MemoryObserver, MemoryStream
from semroute.app.converse import Converse
from semroute.domain.errors import OverBudgetError, StreamGoneError, UnexpectedEventError
from semroute.domain.exchange.events import (
    BodyMode,
    BodyModes,
    Direction,
    RequestBody,
    RequestHeaders,
    ResponseBody,
    ResponseHeaders,
)
from semroute.domain.exchange.replies import BodyReply, HeadersReply, ImmediateReply, Reply
from semroute.domain.guards import NO_GUARDS, Mode, PiiAction, PiiGuard
from semroute.domain.headers import Headers
from semroute.domain.pii import PiiKind
from semroute.domain.record import Outcome, Usage
from semroute.domain.verdict import Routed

from .conftest import POLICY, conversing, route_with

MODES = BodyModes(BodyMode.BUFFERED, BodyMode.NONE)
HEAD = RequestHeaders(Headers.of({":method": "POST", ":path": "/v1/chat/completions"}), modes=MODES)
BODY = RequestBody(
    json.dumps({"model": "auto", "messages": [{"role": "user", "content": "landlords"}]}).encode(),
    is_last=True,
)
OK = ResponseHeaders(Headers.of({":status": "200", "content-type": "application/json"}))
ANSWER = ResponseBody(b'{"usage": {"prompt_tokens": 5, "completion_tokens": 2}}', is_last=True)


async def test_a_whole_exchange_is_answered_recorded_and_learned_from(
    converse: Converse, observer: MemoryObserver
) -> None:
    stream = MemoryStream.saying(HEAD, BODY, OK, ANSWER)
    await converse(stream)
    kinds = [type(reply) for reply in stream.replies]
    assert kinds == [HeadersReply, BodyReply, HeadersReply, BodyReply]
    (record,) = observer.records
    assert record.outcome is Outcome.COMPLETED
    assert record.ruling is not None
    assert isinstance(record.ruling.verdict, Routed)
    assert record.ruling.verdict.decision.model == "portia"
    assert observer.usages == [(record.ruling.verdict.decision, Usage(5, 2))]
    assert [(phase, status) for phase, status, _ in observer.messages] == [
        ("request_headers", "continue"),
        ("request_body", "continue"),
        ("response_headers", "continue"),
        ("response_body", "continue"),
    ]
    assert observer.failures == []
    assert converse.open_streams == 0


async def test_a_conversation_ends_with_its_immediate_reply(
    converse: Converse, observer: MemoryObserver
) -> None:
    stream = MemoryStream()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(converse, stream)
        await stream.send(HEAD)
        reply = await stream.send(RequestBody(b"nonsense", is_last=True))
    assert isinstance(reply, ImmediateReply)
    assert reply.reply.status == 400
    assert observer.records[0].outcome is Outcome.ANSWERED
    assert observer.messages[-1][:2] == ("request_body", "immediate")


async def test_envoy_s_way_of_ending_is_no_error(
    converse: Converse, observer: MemoryObserver
) -> None:
    stream = MemoryStream()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(converse, stream)
        for event in (HEAD, BODY, OK, ResponseBody(b'{"usage": ')):
            await stream.send(event)
        assert converse.open_streams == 1
        nursery.cancel_scope.cancel()
    assert converse.open_streams == 0
    (record,) = observer.records
    assert record.outcome is Outcome.ABANDONED
    assert observer.usages == []
    assert observer.failures == []


async def test_what_a_stream_cost_is_known_though_the_client_left_at_its_last_event(
    converse: Converse, observer: MemoryObserver
) -> None:
    headers = Headers.of({":status": "200", "content-type": "text/event-stream"})
    usage = b'data: {"usage": {"prompt_tokens": 5, "completion_tokens": 2}}\n\ndata: [DONE]\n\n'
    stream = MemoryStream()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(converse, stream)
        for event in (HEAD, BODY, ResponseHeaders(headers), ResponseBody(usage)):
            await stream.send(event)
        nursery.cancel_scope.cancel()
    assert [usage for _, usage in observer.usages] == [Usage(5, 2)]


async def test_a_stream_that_is_gone_before_its_reply_is_no_error(
    converse: Converse, observer: MemoryObserver
) -> None:
    class Gone(MemoryStream):
        async def reply(self, reply: Reply) -> None:
            if isinstance(reply, HeadersReply) and reply.direction is Direction.RESPONSE:
                raise StreamGoneError
            await super().reply(reply)

    await converse(Gone.saying(HEAD, BODY, OK, ANSWER))
    assert observer.failures == []
    assert observer.records[0].outcome is Outcome.ABANDONED
    assert converse.open_streams == 0


async def test_events_that_make_no_sense_are_counted_and_raised(
    converse: Converse, observer: MemoryObserver
) -> None:
    with pytest.raises(UnexpectedEventError):
        await converse(MemoryStream.saying(HEAD, HEAD))
    assert observer.failures == ["unexpected_event"]
    assert observer.records[0].outcome is Outcome.ABANDONED


async def test_an_error_of_our_own_is_counted_and_raised(
    converse: Converse, observer: MemoryObserver, classifier: FaultyClassifier
) -> None:
    classifier.error = ZeroDivisionError("a bug")  # type: ignore[assignment]
    with pytest.raises(ZeroDivisionError):
        await converse(MemoryStream.saying(HEAD, BODY))
    assert observer.failures == ["internal"]


async def test_hanging_up_ends_only_conversations_that_owe_nothing(
    converse: Converse, classifier: FaultyClassifier, autojump_clock: trio.testing.MockClock
) -> None:
    classifier.delay_seconds = 0.4
    watching, gathering, deciding = MemoryStream(), MemoryStream(), MemoryStream()
    over: list[str] = []

    async def hold(name: str, stream: MemoryStream) -> None:
        await converse(stream)
        over.append(name)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(hold, "watching", watching)
        nursery.start_soon(hold, "gathering", gathering)
        nursery.start_soon(hold, "deciding", deciding)
        for event in (HEAD, BODY, OK):
            await watching.send(event)
        await gathering.send(HEAD)
        await deciding.send(HEAD)
        nursery.start_soon(deciding.send, BODY)
        await trio.testing.wait_all_tasks_blocked()
        converse.hang_up()
        await trio.testing.wait_all_tasks_blocked()
        assert over == ["watching"]
        await trio.sleep(0.5)
        assert over == ["watching", "deciding"]  # it hung up once its ruling was given
        assert converse.open_streams == 1
        nursery.cancel_scope.cancel()


async def test_hanging_up_lets_no_answer_by_that_is_looked_through(
    classifier: FaultyClassifier, observer: MemoryObserver
) -> None:
    guard = PiiGuard(Mode.ENFORCE, {PiiKind.CREDIT_CARD: PiiAction.BLOCK})
    guarded = route_with(classifier, evolve(POLICY, guards=evolve(NO_GUARDS, answers=guard)))
    converse = conversing(guarded, observer)
    stream = MemoryStream()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(converse, stream)
        for event in (HEAD, BODY, OK):
            await stream.send(event)
        converse.hang_up()
        await trio.testing.wait_all_tasks_blocked()
        said = {"choices": [{"index": 0, "message": {"content": "Use 4111 1111 1111 1111."}}]}
        answer = json.dumps(said).encode()
        await stream.send(ResponseBody(answer[:20], is_last=False))
        await trio.testing.wait_all_tasks_blocked()
        assert converse.open_streams == 1
        reply = await stream.send(ResponseBody(answer[20:], is_last=True))
        assert isinstance(reply, BodyReply)
        assert reply.body is not None
        assert b"4111" not in reply.body
        assert b"withheld" in reply.body
    assert converse.open_streams == 0


async def test_a_thousand_conversations_do_not_mix(
    converse: Converse, observer: MemoryObserver, autojump_clock: trio.testing.MockClock
) -> None:
    async def hold(word: str, model: str) -> None:
        stream = MemoryStream()
        body = {"model": "auto", "messages": [{"role": "user", "content": word}]}
        async with trio.open_nursery() as nursery:
            nursery.start_soon(converse, stream)
            await stream.send(HEAD)
            await trio.lowlevel.checkpoint()
            reply = await stream.send(RequestBody(json.dumps(body).encode(), is_last=True))
            assert isinstance(reply, BodyReply)
            assert reply.edit.set["x-selected-model"] == model
            nursery.cancel_scope.cancel()

    async with trio.open_nursery() as nursery:
        for _ in range(500):
            nursery.start_soon(hold, "equations", "euler")
            nursery.start_soon(hold, "landlords", "portia")
    assert len(observer.records) == 1000


DUPLEX = BodyModes(BodyMode.FULL_DUPLEX_STREAMED, BodyMode.FULL_DUPLEX_STREAMED)
DUPLEX_HEAD = RequestHeaders(HEAD.headers, modes=DUPLEX)


async def test_a_request_that_does_not_fit_the_budget_is_shed(
    converse: Converse, observer: MemoryObserver
) -> None:
    assert converse.budget.take(9_000)
    piece = RequestBody(bytes(2_000))
    with pytest.raises(OverBudgetError):
        await converse(MemoryStream.saying(DUPLEX_HEAD, piece))
    assert observer.failures == ["over_budget"]
    assert converse.budget.used == 9_000


async def test_an_answer_that_does_not_fit_the_budget_passes_unlearned(
    converse: Converse, observer: MemoryObserver
) -> None:
    assert converse.budget.take(9_990)
    stream = MemoryStream.saying(HEAD, BODY, OK, ANSWER)
    await converse(stream)
    assert len(stream.replies) == 4
    assert observer.usages == []
    assert observer.records[0].outcome is Outcome.COMPLETED
    assert converse.budget.used == 9_990


async def test_what_is_kept_counts_until_the_exchange_ends(converse: Converse) -> None:
    stream = MemoryStream()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(converse, stream)
        stream.say(DUPLEX_HEAD)
        stream.say(RequestBody(bytes(1_000)))
        await trio.testing.wait_all_tasks_blocked()
        assert converse.budget.used == 1_000
        nursery.cancel_scope.cancel()
    assert converse.budget.used == 0


async def test_an_exchange_that_is_only_observed_is_counted_and_left_alone(
    converse: Converse, observer: MemoryObserver
) -> None:
    head = RequestHeaders(HEAD.headers, modes=DUPLEX, is_observed=True)
    body = RequestBody(b"nonsense", is_last=True, is_observed=True)
    stream = MemoryStream.saying(head, body)
    await converse(stream)
    assert stream.replies == ()
    assert [(phase, status) for phase, status, _ in observer.messages] == [
        ("request_headers", "observed"),
        ("request_body", "observed"),
    ]
