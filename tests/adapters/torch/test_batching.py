"""The batcher, on functions that are quick, slow or broken at will."""

import threading
from collections.abc import Callable, Sequence

import numpy as np
import pytest
import trio
import trio.testing

from semroute.adapters.torch.batching import Batcher
from semroute.adapters.torch.vectors import Vectors
from semroute.domain.errors import ClassifierError, OverloadedError


def lengths(texts: Sequence[str]) -> Vectors:
    return np.array([[len(text)] for text in texts], np.float32)


class Gate:
    """An encoder that waits to be let through, and remembers what it was given."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.open = threading.Event()

    def __call__(self, texts: Sequence[str]) -> Vectors:
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
            (vector,) = await batcher.encode(["x" * size])
            assert vector[0] == size

        async with trio.open_nursery() as callers:
            for size in range(60):
                callers.start_soon(check, size)
        nursery.cancel_scope.cancel()


async def test_what_waits_is_taken_together_by_length_and_the_oldest_first() -> None:
    gate = Gate()
    batcher = Batcher(gate, workers=1, max_waiting=100)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(batcher.run)
        nursery.start_soon(batcher.encode, ["first"])
        await until(lambda: len(gate.batches) == 1)
        for size in (50, 5, 60, 7, 55, 6):
            nursery.start_soon(batcher.encode, ["x" * size])
            await trio.testing.wait_all_tasks_blocked()
        for size in range(40, 44):
            nursery.start_soon(batcher.encode, ["x" * size])
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


async def test_a_text_that_is_no_longer_wanted_is_never_computed() -> None:
    gate = Gate()
    batcher = Batcher(gate, workers=1, max_waiting=100)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(batcher.run)
        nursery.start_soon(batcher.encode, ["busy"])
        await until(lambda: len(gate.batches) == 1)
        with trio.move_on_after(0.01):
            await batcher.encode(["abandoned"])
        nursery.start_soon(batcher.encode, ["wanted"])
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
        nursery.start_soon(batcher.encode, ["busy"])
        await until(lambda: len(gate.batches) == 1)
        nursery.start_soon(batcher.encode, ["one"])
        nursery.start_soon(batcher.encode, ["two"])
        await trio.testing.wait_all_tasks_blocked()
        with pytest.raises(OverloadedError):
            await batcher.encode(["three"])
        gate.open.set()
        nursery.cancel_scope.cancel()


async def test_a_bad_text_fails_alone() -> None:
    started = threading.Event()
    go = threading.Event()

    def encode(texts: Sequence[str]) -> Vectors:
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
            outcomes[text] = (await batcher.encode([text]))[0][0]
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


@pytest.mark.parametrize("bad", [np.nan, np.inf])
async def test_a_vector_that_is_not_finite_is_an_error(bad: float) -> None:
    def encode(texts: Sequence[str]) -> Vectors:
        vectors = lengths(texts)
        vectors[0] = bad
        return vectors

    batcher = Batcher(encode, workers=1, max_waiting=10)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(batcher.run)
        with pytest.raises(ClassifierError, match="finite"):
            await batcher.encode(["x"])
        nursery.cancel_scope.cancel()


async def test_a_long_prompt_does_not_keep_others_waiting() -> None:
    gate = Gate()
    batcher = Batcher(gate, workers=1, max_waiting=100)
    windows = ["a" * 2000, "b" * 2000, "c" * 2000]
    async with trio.open_nursery() as nursery:
        nursery.start_soon(batcher.run)
        nursery.start_soon(batcher.encode, windows)
        await until(lambda: len(gate.batches) == 1)
        nursery.start_soon(batcher.encode, ["short"])
        await trio.testing.wait_all_tasks_blocked()
        gate.open.set()
        await until(lambda: len(gate.batches) == 4)
        nursery.cancel_scope.cancel()
    assert gate.batches == [[windows[0]], ["short"], [windows[1]], [windows[2]]]
