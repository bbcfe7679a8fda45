"""Commands that run until they are told to stop."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpclib.health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse

from semroute.adapters.extproc._pb import extproc_pb2 as pb

from .run import SEMROUTE, environment, semroute

pytestmark = pytest.mark.model

PROCESS = "/envoy.service.ext_proc.v3.ExternalProcessor/Process"

CONFIG = """
server: {extproc: "127.0.0.1:0", admin: "127.0.0.1:0", drain_seconds: 5}
envoy: {listen: "127.0.0.1:0", admin: "127.0.0.1:0"}
endpoints:
  gpu: {address: "127.0.0.1:9"}
models:
  big: {endpoints: {gpu: 1}}
categories:
  math: {candidates: {big: 1}, description: numbers, examples: [one plus one]}
routing:
  default_model: big
"""


class Running:
    """A command in the background, and what it logs."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def until(self, event: str) -> dict[str, Any]:
        """Reads the log up to an event, and returns its line."""
        assert self.process.stderr is not None
        for text in self.process.stderr:
            try:
                line: dict[str, Any] = json.loads(text)
            except ValueError:
                continue
            if line["event"] == event:
                return line
        message = f"the log ended before {event!r}"
        raise AssertionError(message)

    def stop(self, *signals: signal.Signals) -> int:
        for number in signals:
            self.process.send_signal(number)
            time.sleep(0.05)
        return self.process.wait(20)


@contextmanager
def running(
    home: Path, *arguments: str, config: str = CONFIG, **variables: str
) -> Iterator[Running]:
    (home / "semroute.yaml").write_text(config)
    process = subprocess.Popen(
        [SEMROUTE, *arguments, "--config", "semroute.yaml"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=home,
        env=environment(home) | variables,
    )
    with process:
        try:
            yield Running(process)
        finally:
            process.kill()


def health(address: str, name: str) -> Any:
    with grpc.insecure_channel(address) as channel:
        check = channel.unary_unary(
            "/grpc.health.v1.Health/Check",
            request_serializer=HealthCheckRequest.SerializeToString,
            response_deserializer=HealthCheckResponse.FromString,
        )
        return check(HealthCheckRequest(service=name), timeout=5).status


def decide(address: str) -> None:
    """Has a request decided, and does not wait for what a model would answer."""
    headers, body = pb.ProcessingRequest(), pb.ProcessingRequest()
    for name, value in {":method": "POST", ":path": "/v1/chat/completions"}.items():
        headers.request_headers.headers.headers.add(key=name, raw_value=value.encode())
    document = {"model": "auto", "messages": [{"role": "user", "content": "one plus one"}]}
    body.request_body.body = json.dumps(document).encode()
    body.request_body.end_of_stream = True
    with grpc.insecure_channel(address) as channel:
        process: Any = channel.stream_stream(PROCESS)
        call = process(iter([headers.SerializeToString(), body.SerializeToString()]), timeout=20)
        next(call)
        next(call)
        call.cancel()


def page(address: str, path: str) -> str:
    with urllib.request.urlopen(f"http://{address}{path}", timeout=5) as response:
        return str(response.read().decode())


def until_metric(admin: str, line: str) -> None:
    deadline = time.monotonic() + 10
    while line not in page(admin, "/metrics").splitlines():
        assert time.monotonic() < deadline, line
        time.sleep(0.02)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serve_tells_when_it_is_ready_and_stops_when_asked(
    tmp_path: Path, number: signal.Signals
) -> None:
    with running(tmp_path, "serve") as router:
        listening = router.until("listening")
        names = ("", "semantic_router", "envoy.service.ext_proc.v3.ExternalProcessor")
        loading = {health(listening["extproc"], name) for name in names}
        assert loading == {HealthCheckResponse.NOT_SERVING}
        router.until("ready")
        ready = {health(listening["extproc"], name) for name in names}
        assert ready == {HealthCheckResponse.SERVING}
        assert page(listening["admin"], "/readyz") == "ready\n"
        assert page(listening["admin"], "/livez") == "alive\n"
        assert "semroute_build_info" in page(listening["admin"], "/metrics")
        assert "version" in page(listening["admin"], "/version")
        assert router.stop(number) == 0


def test_serve_can_be_stopped_while_it_is_loading(tmp_path: Path) -> None:
    with running(tmp_path, "serve") as router:
        router.until("listening")
        assert router.stop(signal.SIGTERM) == 0


def test_a_second_signal_exits_at_once(tmp_path: Path) -> None:
    with running(tmp_path, "serve") as router:
        listening = router.until("listening")
        router.until("ready")
        with grpc.insecure_channel(listening["extproc"]) as channel:
            process: Any = channel.stream_stream(PROCESS)
            silence = threading.Event()
            # An exchange that never ends keeps the router draining.
            call = process(iter(silence.wait, None), timeout=20)
            until_metric(listening["admin"], "semroute_extproc_streams 1.0")
            started = time.monotonic()
            assert router.stop(signal.SIGTERM, signal.SIGTERM) == 128 + signal.SIGTERM
            assert time.monotonic() - started < 4
            call.cancel()
            silence.set()


def test_a_watch_on_our_health_does_not_hold_up_the_end(tmp_path: Path) -> None:
    with running(tmp_path, "serve") as router:
        listening = router.until("listening")
        router.until("ready")
        with grpc.insecure_channel(listening["extproc"]) as channel:
            watch: Any = channel.unary_stream(
                "/grpc.health.v1.Health/Watch", response_deserializer=HealthCheckResponse.FromString
            )
            news = watch(HealthCheckRequest().SerializeToString(), timeout=20)
            assert next(news).status == HealthCheckResponse.SERVING
            router.process.send_signal(signal.SIGTERM)
            assert [each.status for each in news] == [HealthCheckResponse.NOT_SERVING]
        assert router.process.wait(4) == 0


def test_workers_are_one_router_and_are_replaced(tmp_path: Path) -> None:
    config = CONFIG.replace('extproc: "127.0.0.1:0"', f'extproc: "unix:{tmp_path}/r", workers: 2')
    key = "5e" * 32
    with running(tmp_path, "serve", config=config, SEMROUTE_CACHE_KEY=key) as router:
        workers = {(line := router.until("listening"))["worker"]: line for _ in range(2)}
        assert sorted(workers) == [0, 1]
        listening = router.until("listening")
        assert listening["extproc"] == [f"unix:{tmp_path}/r", f"unix:{tmp_path}/r-1"]
        for _ in workers:
            router.until("ready")
        for address in listening["extproc"]:
            assert health(address, "semantic_router") == HealthCheckResponse.SERVING
        assert page(listening["admin"], "/readyz") == "ready\n"
        for worker in ("0", "1"):
            until_metric(listening["admin"], f'semroute_extproc_streams{{worker="{worker}"}} 0.0')
        for address in listening["extproc"]:
            decide(address)
            made = router.until("exchange_finished")["decision_id"]
            admin = config.replace('admin: "127.0.0.1:0"', f'admin: "{listening["admin"]}"', 1)
            (tmp_path / "semroute.yaml").write_text(admin)
            asked = ("explain", "--decision", made, "--json", "-c", "semroute.yaml")
            told = semroute(tmp_path, *asked, SEMROUTE_CACHE_KEY=key)
            assert told.returncode == 0, told.stderr
            assert json.loads(told.stdout)["model"] == "big"
        os.kill(worker_pids(router.process.pid)[0], signal.SIGKILL)
        router.until("worker_ended")
        assert page(listening["admin"], "/readyz") == "ready\n"  # the other one goes on
        router.until("ready")
        restarted = [f'semroute_worker_restarts_total{{worker="{each}"}} 1.0' for each in (0, 1)]
        metrics = page(listening["admin"], "/metrics").splitlines()
        assert len(set(restarted) & set(metrics)) == 1
        children = worker_pids(router.process.pid)
        assert router.stop(signal.SIGTERM) == 0
    assert not any(Path(f"/proc/{pid}").exists() for pid in children)


def test_workers_end_when_their_supervisor_is_killed(tmp_path: Path) -> None:
    config = CONFIG.replace(
        'admin: "127.0.0.1:0", drain', 'admin: "127.0.0.1:0", workers: 2, drain'
    )
    with running(tmp_path, "serve", config=config) as router:
        for _ in range(3):
            router.until("listening")
        children = worker_pids(router.process.pid)
        assert len(children) == 2
        router.process.kill()
        deadline = time.monotonic() + 20
        while any(Path(f"/proc/{pid}").exists() for pid in children):
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_signals_to_every_process_at_once_are_no_hurry(tmp_path: Path) -> None:
    """An init system may send them like that; the supervisor then signals its workers again."""
    config = CONFIG.replace('extproc: "127.0.0.1:0"', f'extproc: "unix:{tmp_path}/r", workers: 2')
    with running(tmp_path, "serve", config=config) as router:
        for _ in range(3):
            router.until("listening")
        for pid in worker_pids(router.process.pid):
            os.kill(pid, signal.SIGTERM)
        router.process.send_signal(signal.SIGTERM)
        stopped = [router.until("stopped").get("worker") for _ in range(3)]
        assert stopped in ([0, 1, None], [1, 0, None])
        assert router.process.wait(20) == 0


def test_a_worker_that_cannot_start_ends_the_rest(tmp_path: Path) -> None:
    (tmp_path / "r-1").write_text("in the way")
    config = CONFIG.replace('extproc: "127.0.0.1:0"', f'extproc: "unix:{tmp_path}/r", workers: 2')
    (tmp_path / "semroute.yaml").write_text(config)
    result = semroute(tmp_path, "serve", "--config", "semroute.yaml", timeout=60)
    assert result.returncode == 3
    assert f"error: unix:{tmp_path}/r-1: Address already in use" in result.stderr
    assert "error: worker 1 could not be started; its exit status is 3" in result.stderr
    assert (tmp_path / "r-1").read_text() == "in the way"


def worker_pids(supervisor: int) -> list[int]:
    """The children of a process, as the kernel knows them."""
    pids: list[int] = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):
            _, _, rest = stat.read_text().rpartition(")")
            if int(rest.split()[1]) == supervisor:
                pids.append(int(stat.parent.name))
    return sorted(pids)


def test_a_model_that_cannot_be_loaded_leaves_the_router_up_and_unready(tmp_path: Path) -> None:
    config = CONFIG + "classifier: {directory: /nowhere}\n"
    with running(tmp_path, "serve", config=config) as router:
        listening = router.until("listening")
        failed = router.until("the classifier cannot be loaded: /nowhere is no directory")
        assert failed["level"] == "error"
        assert health(listening["extproc"], "") == HealthCheckResponse.NOT_SERVING
        with pytest.raises(urllib.error.HTTPError) as caught:
            page(listening["admin"], "/readyz")
        with caught.value:
            assert caught.value.code == 503
            assert b"/nowhere" in caught.value.read()
        assert router.stop(signal.SIGTERM) == 0


def test_an_address_in_use_is_a_clear_error(tmp_path: Path) -> None:
    with running(tmp_path, "serve") as router:
        taken = router.until("listening")["admin"]
        config = CONFIG.replace('admin: "127.0.0.1:0", drain', f'admin: "{taken}", drain')
        (tmp_path / "other.yaml").write_text(config)
        result = semroute(tmp_path, "serve", "-c", "other.yaml")
        assert result.returncode == 3
        assert "Address already in use" in result.stderr
        assert "Traceback" not in result.stderr


@pytest.mark.envoy
def test_up_runs_a_gateway_and_takes_envoy_down_with_it(tmp_path: Path) -> None:
    with running(tmp_path, "up") as gateway:
        gateway.until("ready")
        assert gateway.process.stdout is not None
        line = gateway.process.stdout.readline()
        match = re.fullmatch(
            r"clients connect to (http://\S+); Envoy's admin page is (\S+)\n", line
        )
        assert match
        listing = json.loads(page(match[1].removeprefix("http://"), "/v1/models"))
        assert [model["id"] for model in listing["data"]] == ["auto", "big"]
        assert gateway.stop(signal.SIGTERM) == 0
        with pytest.raises(OSError, match="refused"):
            page(match[2], "/ready")


@pytest.mark.envoy
def test_the_demo_routes_every_prompt(tmp_path: Path) -> None:
    result = semroute(tmp_path, "demo", "--once", "--port", "0", "--json")
    assert result.returncode == 0, result.stderr
    rows = json.loads(result.stdout)
    assert len(rows) == 15
    assert all(row["routed"] for row in rows)
    assert len({row["model"] for row in rows}) >= 4
    reasons = {"classifier", "abstain", "explicit_model", "rule", "capability"}
    assert {row["reason"] for row in rows} == reasons
    assert {row["decision"] for row in rows} == {"none", "debugging", "demanding-talk"}
    categories = [row["category"] for row in rows]
    assert categories[:13] == [
        "computer science",
        "math",
        "law",
        "health",
        "other",
        "other",
        "none",  # nobody need know what a stack trace is about
        "other",
        "history",
        "engineering",
        "economics",
        "chemistry",
        "biology",
    ]
    assert any(row["stream"] for row in rows)
    for row in rows:
        assert row["prompt"] in result.stderr or row["prompt"][:30] in result.stderr


@pytest.mark.envoy
def test_the_demo_keeps_running_until_it_is_told_to_stop(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [SEMROUTE, "demo", "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env=environment(tmp_path),
    )
    with process:
        assert process.stdout is not None
        for line in process.stdout:
            if "curl -si" in line:
                break
        address = re.search(r"http://([^/]+)/", line)
        assert address
        assert "auto" in page(address[1], "/v1/models")
        assert process.poll() is None
        os.kill(process.pid, signal.SIGINT)
        assert process.wait(20) == 0


def test_the_demo_s_port_is_checked_first(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = semroute(tmp_path, "demo", "--once", "--port", str(port))
    assert result.returncode == 3
    assert f"127.0.0.1:{port} cannot be used" in result.stderr
    assert sys.executable not in result.stderr
