"""A whole exchange beside one bare forward pass of the encoder on the same prompt.

    python -m bench.decision [--count 60]

The exchange goes through gRPC to a router in a process of its own: four messages, the request
parsed, tokenised, encoded, classified, decided and rewritten. The bare pass is the encoder's
forward on ready-made token tensors. Both use one thread.
"""

import asyncio
import json
import time
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

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


def main() -> None:
    parser = ArgumentParser()
    parser.add_argument("--count", type=int, default=60)
    count = parser.parse_args().count
    encoder = load_encoder()
    table = Table(title="A whole exchange / one bare forward pass", title_justify="left")
    for name in (
        "tokens",
        "pass p50 ms",
        "exchange p50 ms",
        "ratio",
        "pass CPU ms",
        "exchange CPU ms",
        "CPU ratio",
    ):
        table.add_column(name, justify="right")
    address = free_address()
    with process("-m", "bench.router", address) as router:
        for size in SIZES:
            text = prompt(size)
            ids = encoder._tokenizer.encode(text).ids  # noqa: SLF001 - the encoder's own input
            assert len(ids) == size
            forward = bare_pass(encoder._model, ids)  # noqa: SLF001 - likewise
            body = {"model": "auto", "messages": [{"role": "user", "content": text}]}
            exchange = messages(json.dumps(body).encode())
            passes: list[float] = []
            exchanges: list[float] = []
            spent_here = spent_there = 0.0
            for round_ in range(count // 10 + 1):  # interleaved
                before = time.process_time()
                some = [timed(forward) for _ in range(10)]
                cpu_here = time.process_time() - before
                before = cpu_seconds(router.pid)
                others = asyncio.run(
                    have_exchanges(address, exchange, at_once=1, seconds=sum(some))
                )
                cpu_there = cpu_seconds(router.pid) - before
                if round_:  # the first warms up
                    passes += some
                    exchanges += others
                    spent_here += cpu_here
                    spent_there += cpu_there
            pass_ms, exchange_ms = median_ms(passes), median_ms(exchanges)
            pass_cpu = spent_here / len(passes) * 1000
            exchange_cpu = spent_there / len(exchanges) * 1000
            table.add_row(
                str(size),
                f"{pass_ms:.1f}",
                f"{exchange_ms:.1f}",
                f"{exchange_ms / pass_ms:.2f}",
                f"{pass_cpu:.1f}",
                f"{exchange_cpu:.1f}",
                f"{exchange_cpu / pass_cpu:.2f}",
            )
    Console().print(table)


if __name__ == "__main__":
    main()
