"""The batcher, on functions that are quick, slow or broken at will."""

import threading
import weakref
from collections.abc import Callable, Sequence

import numpy as np
import pytest
import torch
import trio
import trio.testing

from semroute.adapters.torch.batching import Batcher
from semroute.adapters.torch.impression import Impression
from semroute.adapters.torch.memo import Memo
from semroute.domain.attack import AttackKind
from semroute.domain.errors import ClassifierError, OverloadedError


def lengths(texts: Sequence[str]) -> list[Impression]:
    return [Impression(np.array([len(text)], np.float32)) for text in texts]


class Gate:
    """A reader that waits to be let through, and remembers what it was given."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.open = threading.Event()

    def __call__(self, texts: Sequence[str]) -> list[Impression]:
        self.batches.append(list(texts))
        assert self.open.wait(10)
        return lengths(texts)


async def until(condition: Callable[[], bool]) -> None:
    with trio.fail_after(10):
        while not condition():  # noqa: ASYNC110 - the other side is a thread
            await trio.sleep(0.001)


async def test_texts_get_their_own_vectors() -> None:
    batcher = Batcher(lengths, workers=2, max_waiting=100)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(batcher.run)

        async def check(size: int) -> None:
            (impression,) = await batcher.read(["x" * size])
            assert impression.vector[0] == size

        async with trio.open_nursery() as callers:
            for size in range(60):
                callers.start_soon(check, size)
        nursery.cancel_scope.cancel()


async def test_what_waits_is_taken_together_by_length_and_the_oldest_first() -> None:
    gate = Gate()
    batcher = Batcher(gate, workers=1, max_waiting=100)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(batcher.run)
        nursery.start_soon(batcher.read, ["first"])
        await until(lambda: len(gate.batches) == 1)
        for size in (50, 5, 60, 7, 55, 6):
            nursery.start_soon(batcher.read, ["x" * size])
            await trio.testing.wait_all_tasks_blocked()
        for size in range(40, 44):
            nursery.start_soon(batcher.read, ["x" * size])
            await trio.testing.wait_all_tasks_blocked()
        gate.open.set()
        await until(lambda: len(gate.batches) == 3)
        nursery.cancel_scope.cancel()
    first, second, third = ([len(text) for text in batch] for batch in gate.batches)
    assert first == [5]
    assert second[0] == 50  # the oldest
    assert sorted(second) == [6, 40, 41, 42, 43, 50, 55, 60] or sorted(second) == [
        7,
        40,
        41,
        42,
        43,
        50,
        55,
        60,
    ]
    assert len(third) == 2


async def test_who_asks_a_step_later_than_another_shares_the_pass_of_an_idle_worker() -> None:
    batches: list[list[str]] = []

    def read(texts: Sequence[str]) -> list[Impression]:
        batches.append(list(texts))
        return lengths(texts)

    batcher = Batcher(read, workers=2, max_waiting=100)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(batcher.run)
        await trio.testing.wait_all_tasks_blocked()
        for number in range(40):  # by chance the worker would be late enough half of the time
            async with trio.open_nursery() as request:
                request.start_soon(batcher.read, [f"the whole of prompt {number}"])
                await batcher.read([f"part of prompt {number}"])
        nursery.cancel_scope.cancel()
    assert [len(batch) for batch in batches] == [2] * 40


PROMPT = ["a" * 1500, "b" * 400, "c" * 300, "d" * 200]


@pytest.mark.parametrize(
    ("texts", "pads", "passes"),
    [
        (PROMPT, False, [4]),
        (PROMPT, True, [1, 3]),
        ([*PROMPT, "e" * 700], False, [4, 1]),
        (["a" * 60, *(letter * 40 for letter in "bcdefghij")], False, [10]),
        (["a" * 60, *(letter * 40 for letter in "bcdefghij")], True, [8, 2]),
        ([chr(ord("a") + number) for number in range(20)], False, [16, 4]),
    ],
    ids=[
        "unlike texts",
        "they would be padded",
        "too much for a pass",
        "many",
        "many that would be padded",
        "too many",
    ],
)
async def test_an_idle_worker_takes_unlike_texts_if_nothing_is_padded(
    texts: Sequence[str], passes: Sequence[int], *, pads: bool
) -> None:
    batches: list[int] = []

    def read(texts: Sequence[str]) -> list[Impression]:
        batches.append(len(texts))
        return lengths(texts)

    batcher = Batcher(read, workers=1, max_waiting=100, pads=pads)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(batcher.run)
        await trio.testing.wait_all_tasks_blocked()
        await batcher.read(texts)
        nursery.cancel_scope.cancel()
    assert batches == passes


async def test_a_text_that_is_no_longer_wanted_is_never_computed() -> None:
    gate = Gate()
    batcher = Batcher(gate, workers=1, max_waiting=100)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(batcher.run)
        nursery.start_soon(batcher.read, ["busy"])
        await until(lambda: len(gate.batches) == 1)
        with trio.move_on_after(0.01):
            await batcher.read(["abandoned"])
        nursery.start_soon(batcher.read, ["wanted"])
        await trio.testing.wait_all_tasks_blocked()
        gate.open.set()
        await until(lambda: len(gate.batches) == 2)
        nursery.cancel_scope.cancel()
    assert gate.batches == [["busy"], ["wanted"]]


async def test_too_many_waiting_texts_are_refused_at_once() -> None:
    gate = Gate()
    batcher = Batcher(gate, workers=1, max_waiting=2)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(batcher.run)
        nursery.start_soon(batcher.read, ["busy"])
        await until(lambda: len(gate.batches) == 1)
        nursery.start_soon(batcher.read, ["one"])
        nursery.start_soon(batcher.read, ["two"])
        await trio.testing.wait_all_tasks_blocked()
        with pytest.raises(OverloadedError):
            await batcher.read(["three"])
        gate.open.set()
        nursery.cancel_scope.cancel()


async def test_a_bad_text_fails_alone() -> None:
    started = threading.Event()
    go = threading.Event()

    def encode(texts: Sequence[str]) -> list[Impression]:
        started.set()
        assert go.wait(10)
        if "poison" in texts:
            message = f"cannot encode {texts}"
            raise RuntimeError(message)
        return lengths(texts)

    batcher = Batcher(encode, workers=1, max_waiting=100)
    outcomes: dict[str, object] = {}

    async def ask(text: str) -> None:
        try:
            outcomes[text] = (await batcher.read([text]))[0].vector[0]
        except ClassifierError as error:
            outcomes[text] = str(error)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(batcher.run)
        async with trio.open_nursery() as callers:
            callers.start_soon(ask, "busy")
            await until(started.is_set)
            for text in ("good", "poison", "fine"):
                callers.start_soon(ask, text)
                await trio.testing.wait_all_tasks_blocked()
            go.set()
        nursery.cancel_scope.cancel()
    assert outcomes == {
        "busy": 4,
        "good": 4,
        "fine": 4,
        "poison": "the encoder raised RuntimeError",  # and not a word of the text
    }


async def test_what_is_too_much_for_the_memory_at_once_is_read_in_halves() -> None:
    gate = Gate()
    held: list[weakref.ref[np.ndarray]] = []
    still_held: list[int] = []

    def read(texts: Sequence[str]) -> list[Impression]:
        impressions = gate(texts)
        still_held.append(sum(each() is not None for each in held))
        room = np.zeros(len(texts))
        held.append(weakref.ref(room))
        if len(texts) > 2:
            message = f"tried to allocate {room.nbytes} bytes"
            raise torch.OutOfMemoryError(message)
        return impressions

    batcher = Batcher(read, workers=1, max_waiting=100)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(batcher.run)
        async with trio.open_nursery() as callers:
            callers.start_soon(batcher.read, ["busy"])
            await until(lambda: len(gate.batches) == 1)
            gate.open.set()
            outcomes = await batcher.read([str(number) for number in range(8)])
        nursery.cancel_scope.cancel()
    assert [impression.vector[0] for impression in outcomes] == [1] * 8
    assert [len(batch) for batch in gate.batches] == [1, 8, 4, 2, 2, 4, 2, 2]
    assert not any(still_held)  # or the halves would not fit either


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("what", ["vector", "logit"])
async def test_what_is_not_finite_is_an_error_for_its_text_only(bad: float, what: str) -> None:
    started, go = threading.Event(), threading.Event()

    def read(texts: Sequence[str]) -> list[Impression]:
        started.set()
        assert go.wait(10)
        values = [bad if text == "bad" else 1.0 for text in texts]
        return [
            Impression(
                np.array([value if what == "vector" else 1], np.float32),
                {AttackKind.JAILBREAK: value if what == "logit" else 1},
            )
            for value in values
        ]

    batcher = Batcher(read, workers=1, max_waiting=10)
    outcomes: dict[str, str] = {}

    async def ask(text: str) -> None:
        try:
            await batcher.read([text])
            outcomes[text] = "fine"
        except ClassifierError as error:
            outcomes[text] = str(error)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(batcher.run)
        async with trio.open_nursery() as callers:
            callers.start_soon(ask, "busy")
            await until(started.is_set)
            callers.start_soon(ask, "bad")
            callers.start_soon(ask, "good")
            await trio.testing.wait_all_tasks_blocked()
            go.set()
        nursery.cancel_scope.cancel()
    assert outcomes["good"] == "fine"
    assert what in outcomes["bad"]
    assert "not finite" in outcomes["bad"]


async def test_callers_of_one_text_share_one_pass() -> None:
    gate = Gate()
    batcher = Batcher(gate, workers=2, max_waiting=100)
    answers: list[float] = []

    async def ask(*texts: str) -> None:
        answers.extend(impression.vector[0] for impression in await batcher.read(texts))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(batcher.run)
        async with trio.open_nursery() as callers:
            callers.start_soon(ask, "same")
            await until(lambda: len(gate.batches) == 1)
            callers.start_soon(ask, "same")  # is being computed
            callers.start_soon(ask, "same", "same", "other!")
            await trio.testing.wait_all_tasks_blocked()
            gate.open.set()
        await ask("other!", "same")  # is remembered
        nursery.cancel_scope.cancel()
    assert sorted(text for batch in gate.batches for text in batch) == ["other!", "same"]
    assert answers == [4, 4, 4, 4, 6, 6, 4]


@pytest.mark.parametrize("is_begun", [False, True])
async def test_who_leaves_does_not_take_the_text_from_who_stays(*, is_begun: bool) -> None:
    gate = Gate()
    batcher = Batcher(gate, workers=1, max_waiting=100)
    answers: list[float] = []

    async def stay() -> None:
        answers.append((await batcher.read(["shared"]))[0].vector[0])

    async with trio.open_nursery() as nursery:
        nursery.start_soon(batcher.run)
        if not is_begun:
            nursery.start_soon(batcher.read, ["busy"])
            await until(lambda: len(gate.batches) == 1)
        async with trio.open_nursery() as callers:
            async with trio.open_nursery() as leaving:
                leaving.start_soon(batcher.read, ["shared"])
                await trio.testing.wait_all_tasks_blocked()
                callers.start_soon(stay)
                await trio.testing.wait_all_tasks_blocked()
                leaving.cancel_scope.cancel()
            gate.open.set()
        nursery.cancel_scope.cancel()
    assert answers == [6]
    assert sum(batch.count("shared") for batch in gate.batches) == 1


async def test_work_that_was_begun_for_one_who_left_is_there_for_the_next() -> None:
    gate = Gate()
    batcher = Batcher(gate, workers=1, max_waiting=100)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(batcher.run)
        async with trio.open_nursery() as leaving:
            leaving.start_soon(batcher.read, ["left"])
            await until(lambda: len(gate.batches) == 1)
            leaving.cancel_scope.cancel()
        gate.open.set()
        with trio.fail_after(10):
            await batcher.read(["left"])
        nursery.cancel_scope.cancel()
    assert gate.batches == [["left"]]


async def test_failures_are_not_remembered_and_each_caller_has_an_exception_of_its_own() -> None:
    calls: list[str] = []
    started, go = threading.Event(), threading.Event()

    def read(texts: Sequence[str]) -> list[Impression]:
        calls.extend(texts)
        started.set()
        assert go.wait(10)
        if len(calls) == 1:
            raise RuntimeError
        return lengths(texts)

    batcher = Batcher(read, workers=1, max_waiting=10)
    errors: list[ClassifierError] = []

    async def ask() -> None:
        with pytest.raises(ClassifierError) as caught:
            await batcher.read(["once"])
        errors.append(caught.value)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(batcher.run)
        async with trio.open_nursery() as callers:
            callers.start_soon(ask)
            await until(started.is_set)
            callers.start_soon(ask)
            await trio.testing.wait_all_tasks_blocked()
            go.set()
        assert errors[0] is not errors[1]
        (impression,) = await batcher.read(["once"])
        nursery.cancel_scope.cancel()
    assert impression.vector[0] == 4
    assert calls == ["once", "once"]


async def test_known_texts_are_answered_though_the_queue_is_full() -> None:
    gate = Gate()
    batcher = Batcher(gate, workers=1, max_waiting=1)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(batcher.run)
        gate.open.set()
        await batcher.read(["known"])
        gate.open.clear()
        nursery.start_soon(batcher.read, ["busy"])
        await until(lambda: len(gate.batches) == 2)
        nursery.start_soon(batcher.read, ["waiting"])
        await trio.testing.wait_all_tasks_blocked()
        assert len(await batcher.read(["known"])) == 1
        with pytest.raises(OverloadedError):
            await batcher.read(["known", "new"])
        gate.open.set()
        nursery.cancel_scope.cancel()


def test_the_memo_forgets_what_was_longest_out_of_use() -> None:
    memo = Memo(size=2)
    one, two, three = lengths(["x", "xx", "xxx"])
    memo.remember(memo.key_of("one"), one)
    memo.remember(memo.key_of("two"), two)
    assert memo.recall(memo.key_of("one")) is one
    memo.remember(memo.key_of("three"), three)
    assert len(memo) == 2
    assert memo.recall(memo.key_of("one")) is one
    assert memo.recall(memo.key_of("two")) is None
    assert memo.recall(memo.key_of("three")) is three


def test_keys_say_nothing_outside_their_process() -> None:
    one, other = Memo(), Memo()
    assert one.key_of("a prompt") == one.key_of("a prompt")
    assert one.key_of("a prompt") != one.key_of("a prompt ")
    assert one.key_of("a prompt") != other.key_of("a prompt")
    assert one.key_of("half a pair: \ud83d")


@pytest.mark.parametrize("pads", [False, True])
async def test_a_long_prompt_does_not_keep_others_waiting(*, pads: bool) -> None:
    gate = Gate()
    batcher = Batcher(gate, workers=1, max_waiting=100, pads=pads)
    windows = ["a" * 2000, "b" * 2000, "c" * 2000]
    async with trio.open_nursery() as nursery:
        nursery.start_soon(batcher.run)
        nursery.start_soon(batcher.read, windows)
        await until(lambda: len(gate.batches) == 1)
        nursery.start_soon(batcher.read, ["short"])
        await trio.testing.wait_all_tasks_blocked()
        gate.open.set()
        await until(lambda: len(gate.batches) == 4)
        nursery.cancel_scope.cancel()
    assert gate.batches == [[windows[0]], ["short"], [windows[1]], [windows[2]]]
