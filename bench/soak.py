"""Ten minutes of everything that happens to a gateway. `python -m bench.soak [MINUTES]`.

The product runs as people run it (`semroute up`, with its encoder and Envoy); this process is its
clients and its model servers. At the end every gauge must be back at zero, and the memory of the
router must not have grown.
"""

import json
import random
import signal
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import httpx2
import trio
import yaml

from semroute.adapters.http import bound_socket, model_server, serve_http
from semroute.domain.address import Address

CLIENTS: Final = 8
PAUSE_SECONDS: Final = 0.05
SAMPLE_SECONDS: Final = 1.0
MOST_GROWTH: Final = 1.0  # MB a minute

CHAT: Final = "/v1/chat/completions"
PROMPTS: Final = (
    "Can my landlord evict me without notice?",
    "Integrate x squared from zero to one.",
    "Why is the sky blue?",
    "Write a haiku about databases.",
    "Who won the battle of Hastings, and why does it matter?",
    "My chest hurts when I climb stairs. Should I see somebody?",
)


def chat(text: str, **more: object) -> dict[str, object]:
    return {"model": "auto", "messages": [{"role": "user", "content": text}], **more}


async def whole(client: httpx2.AsyncClient) -> str:
    response = await client.post(CHAT, json=chat(random.choice(PROMPTS)))
    return str(response.status_code)


async def long(client: httpx2.AsyncClient) -> str:
    text = " ".join(random.choices(PROMPTS, k=400))
    return str((await client.post(CHAT, json=chat(text))).status_code)


async def streamed(client: httpx2.AsyncClient) -> str:
    body = chat(random.choice(PROMPTS), stream=True, stream_options={"include_usage": True})
    async with client.stream("POST", CHAT, json=body) as response:
        async for _ in response.aiter_bytes():
            pass
        return str(response.status_code)


async def left_while_streaming(client: httpx2.AsyncClient) -> str:
    body = chat(random.choice(PROMPTS), stream=True)
    async with client.stream("POST", CHAT, json=body) as response:
        async for _ in response.aiter_bytes():
            break
    return "left"


async def left_while_deciding(client: httpx2.AsyncClient) -> str:
    with trio.move_on_after(random.uniform(0.001, 0.02)):
        await client.post(CHAT, json=chat(random.choice(PROMPTS)))
    return "left"


async def broken(client: httpx2.AsyncClient) -> str:
    body = random.choice([b"{", b"[]", b'{"model": "auto"}', b"\xff", b"[" * 5000])
    response = await client.post(CHAT, content=body)
    return "refused" if response.status_code == 400 else str(response.status_code)


async def huge(client: httpx2.AsyncClient) -> str:
    response = await client.post(CHAT, content=b"x" * (17 << 20))
    return "refused" if response.status_code == 413 else str(response.status_code)


async def listed(client: httpx2.AsyncClient) -> str:
    return str((await client.get("/v1/models")).status_code)


async def elsewhere(client: httpx2.AsyncClient) -> str:
    response = await client.post("/v1/fine_tuning/jobs", content=b"x" * 10_000)
    return "passed" if response.status_code == 404 else str(response.status_code)


Act = Callable[[httpx2.AsyncClient], Awaitable[str]]
ACTS: Final[dict[Act, float]] = {
    whole: 40, streamed: 15, left_while_streaming: 8, left_while_deciding: 8, broken: 8,
    listed: 4, elsewhere: 4, long: 1, huge: 0.5,
}  # fmt: skip
EXPECTED: Final = {"200", "left", "refused", "passed"}


async def behave(url: str, outcomes: Counter[str], until: float) -> None:
    async with httpx2.AsyncClient(base_url=url, timeout=30) as client:
        while trio.current_time() < until:
            (act,) = random.choices(list(ACTS), list(ACTS.values()))
            try:
                outcome = await act(client)
            except httpx2.TransportError as error:
                outcome = type(error).__name__
            outcomes[f"{act.__name__}: {outcome}"] += 1
            await trio.sleep(random.expovariate(1 / PAUSE_SECONDS))


def rss_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def floors(samples: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Returns the lowest sample of each minute.

    What is in flight, and what the allocator keeps of it for a while, makes the resident size
    swing by 45 MB within seconds. What leaked would raise the lowest points too.
    """
    minutes: dict[int, tuple[float, float]] = {}
    for at, mb in samples:
        lowest = minutes.get(int(at))
        if lowest is None or mb < lowest[1]:
            minutes[int(at)] = (at, mb)
    return list(minutes.values())


async def sample(pid: int, samples: list[tuple[float, float]], until: float) -> None:
    start = trio.current_time()
    while trio.current_time() < until:
        samples.append(((trio.current_time() - start) / 60, rss_mb(pid)))
        await trio.sleep(SAMPLE_SECONDS)


def gauges(admin: str) -> dict[str, float]:
    lines = httpx2.get(f"http://{admin}/metrics").text.splitlines()
    pairs = (line.rpartition(" ") for line in lines if not line.startswith("#"))
    names = ("semroute_extproc_streams", "semroute_retained_bytes")
    return {name: float(value) for name, _, value in pairs if name in names}


async def settled(admin: str) -> dict[str, float]:
    with trio.move_on_after(20):
        while any(gauges(admin).values()):  # noqa: ASYNC110 - over HTTP
            await trio.sleep(0.5)
    return gauges(admin)


async def soak(minutes: float, directory: Path) -> int:
    async with trio.open_nursery() as servers:
        address, sock = bound_socket(Address("127.0.0.1", 0))
        await servers.start(serve_http, model_server("gpu"), sock)
        admin, reserved = bound_socket(Address("127.0.0.1", 0))
        reserved.close()
        settings = {
            "endpoints": {"gpu": {"address": str(address)}},
            "models": {"big": {"endpoints": {"gpu": 1}}, "small": {"endpoints": {"gpu": 1}}},
            "categories": {
                "law": {"candidates": {"big": 1}},
                "math": {"candidates": {"big": 1}},
                "history": {"candidates": {"small": 1}},
            },
            "routing": {"default_model": "small"},
            "server": {"extproc": f"unix:{directory}/s", "admin": str(admin)},
            "envoy": {"listen": "127.0.0.1:0", "admin": "127.0.0.1:0"},
            "log": {"level": "error"},
        }
        config = directory / "semroute.yaml"
        config.write_text(yaml.safe_dump(settings))
        command = [
            sys.executable, "-m", "semroute.app.cli", "up", "-c", str(config),
            "--access-log", "/dev/null",
        ]  # fmt: skip
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as router:  # noqa: ASYNC220
            try:
                status = await _soak(minutes, router, str(admin))
            finally:
                router.kill()
        servers.cancel_scope.cancel()
    return status


async def _soak(minutes: float, router: subprocess.Popen[str], admin: str) -> int:
    assert router.stdout is not None
    line = await trio.to_thread.run_sync(router.stdout.readline)
    url = line.split()[3].rstrip(";")
    outcomes: Counter[str] = Counter()
    samples: list[tuple[float, float]] = []
    until = trio.current_time() + minutes * 60
    async with trio.open_nursery() as nursery:
        nursery.start_soon(sample, router.pid, samples, until)
        for _ in range(CLIENTS):
            nursery.start_soon(behave, url, outcomes, until)
    left = await settled(admin)
    started = time.monotonic()
    router.send_signal(signal.SIGTERM)
    status = await trio.to_thread.run_sync(lambda: router.wait(60))
    stopped = time.monotonic() - started
    warm = [each for each in samples if each[0] >= minutes / 5]
    floor = floors(warm)
    slope, slope_of_all = (
        statistics.linear_regression(*zip(*each, strict=True)).slope for each in (floor, warm)
    )
    failures = {what: n for what, n in outcomes.items() if what.split(": ")[1] not in EXPECTED}
    report = {
        "minutes": minutes,
        "requests": sum(outcomes.values()),
        "outcomes": dict(sorted(outcomes.items())),
        "unexpected": failures,
        "gauges at the end": left,
        "resident MB, lowest of each minute": [round(mb, 1) for _, mb in floor],
        "growth in MB a minute": round(slope, 3),
        "the same over all samples": round(slope_of_all, 3),
        "exit status": status,
        "seconds to stop": round(stopped, 2),
    }
    print(json.dumps(report, indent=2))
    is_sound = not failures and not any(left.values()) and slope < MOST_GROWTH and status == 0
    return 0 if is_sound else 1


def main() -> None:
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    random.seed(20261125)
    with TemporaryDirectory(prefix="semroute-soak-") as name:
        sys.exit(trio.run(soak, minutes, Path(name)))


if __name__ == "__main__":
    main()
