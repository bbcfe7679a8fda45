"""A whole exchange beside one bare forward pass of the encoder on the same prompt.

    python -m bench.decision [--count 60]

The exchange goes through gRPC to a router in a process of its own: four messages, the request
parsed, screened, tokenised, encoded, classified, decided and rewritten. The bare pass is the
encoder's forward on ready-made token tensors. Both use one thread. What screening takes is the
difference to a router without guards.
"""

import asyncio
import json
import time
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from attrs import define, field
from rich.console import Console
from rich.table import Table

from semroute.adapters.torch import load_encoder

from .exchange import have_exchanges, messages
from .measure import cpu_seconds, median_ms, process, timed
from .transport import free_address

SIZES = (16, 64, 256)
HEADINGS = (
    "tokens",
    "pass p50 ms",
    "exchange p50 ms",
    "ratio",
    "screening ms",
    "pass CPU ms",
    "exchange CPU ms",
    "CPU ratio",
)
WORDS = [
    "how",
    "do",
    "the",
    "courts",
    "of",
    "this",
    "small",
    "town",
    "decide",
    "on",
    "a",
    "claim",
    "for",
    "late",
    "rent",
    "and",
    "damage",
]


def prompt(tokens: int) -> str:
    """Returns a prompt of so many tokens, the two at its ends included; every word is one."""
    return " ".join(WORDS[index % len(WORDS)] for index in range(tokens - 2))


def bare_pass(model: Any, ids: list[int]) -> Callable[[], None]:
    import torch  # noqa: PLC0415 - loaded with the encoder

    tensor = torch.tensor([ids])
    mask = torch.ones_like(tensor)

    def forward() -> None:
        with torch.inference_mode():
            model(input_ids=tensor, attention_mask=mask)

    return forward


@define
class Runner:
    """One of what is compared: how long each run took, and the processor time of all of them.

    Args:
        run: Runs it for about so many seconds, and returns how long each took.
        spent: Returns the processor time that it has taken so far, in seconds.
    """

    run: Callable[[float], list[float]]
    spent: Callable[[], float]
    durations: list[float] = field(factory=list)
    cpu: float = 0.0

    def go(self, seconds: float, *, counts: bool) -> None:
        before = self.spent()
        durations = self.run(seconds)
        if counts:
            self.durations += durations
            self.cpu += self.spent() - before

    @property
    def cpu_ms(self) -> float:
        return self.cpu / len(self.durations) * 1000


def rounds(count: int, runners: Sequence[Runner], seconds: float) -> None:
    """Runs each in turn, again and again; the first time warms up."""
    for round_ in range(count // 10 + 1):
        for runner in runners:
            runner.go(seconds, counts=round_ > 0)


def passes_of(model: Any, ids: list[int]) -> Runner:
    forward = bare_pass(model, ids)

    def run(seconds: float) -> list[float]:
        durations: list[float] = []
        while sum(durations) < seconds:
            durations.append(timed(forward))
        return durations

    return Runner(run, time.process_time)


def exchanges_of(address: str, pid: int, body: bytes) -> Runner:
    exchange = messages(body)

    def run(seconds: float) -> list[float]:
        return asyncio.run(have_exchanges(address, exchange, at_once=1, seconds=seconds))

    return Runner(run, partial(cpu_seconds, pid))


def main() -> None:
    parser = ArgumentParser()
    parser.add_argument("--count", type=int, default=60)
    count = parser.parse_args().count
    encoder = load_encoder()
    table = Table(title="A whole exchange / one bare forward pass", title_justify="left")
    for name in HEADINGS:
        table.add_column(name, justify="right")
    screened, unscreened = free_address(), free_address()
    with (
        process("-m", "bench.router", screened) as router,
        process("-m", "bench.router", unscreened, "unscreened") as other,
    ):
        for size in SIZES:
            text = prompt(size)
            ids = encoder._tokenizer.encode(text).ids  # noqa: SLF001 - the encoder's own input
            assert len(ids) == size
            asked = {"model": "auto", "messages": [{"role": "user", "content": text}]}
            body = json.dumps(asked).encode()
            bare = passes_of(encoder._model, ids)  # noqa: SLF001 - likewise
            exchange = exchanges_of(screened, router.pid, body)
            plain = exchanges_of(unscreened, other.pid, body)
            rounds(count, (bare, exchange, plain), seconds=size / 200)
            times = [median_ms(each.durations) for each in (bare, exchange, plain)]
            table.add_row(
                str(size),
                f"{times[0]:.1f}",
                f"{times[1]:.1f}",
                f"{times[1] / times[0]:.2f}",
                f"{times[1] - times[2]:.1f}",
                f"{bare.cpu_ms:.1f}",
                f"{exchange.cpu_ms:.1f}",
                f"{exchange.cpu_ms / bare.cpu_ms:.2f}",
            )
    Console().print(table)


if __name__ == "__main__":
    main()
