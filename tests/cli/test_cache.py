"""What operators do with a cache that no router has open."""

import json
import time
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from semroute.domain.caching.entry import Entry

from .run import semroute

CONFIG = """
endpoints: {gpu: {address: "127.0.0.1:9"}}
models: {big: {endpoints: {gpu: 1}}}
categories: {law: {candidates: {big: 1}}}
routing: {default_model: big}
server: {admin: "127.0.0.1:9"}
cache: {mode: semantic, identity: [x-team], store: {directory: cache}}
"""
ANSWER = {
    "id": "c", "object": "chat.completion", "created": 1, "model": "big",
    "choices": [
        {"index": 0, "message": {"role": "assistant", "content": "No."}, "finish_reason": "stop"}
    ],
}  # fmt: skip


def entry(number: int, **fields: Any) -> Entry:
    now = time.time()
    given = {
        "id": f"E{number}", "partition": b"p" * 32, "exact": bytes([number]) * 32,
        "tenant": "global", "route": "law", "model": "big", "text": f"question {number}",
        "vector": b"", "encoder": "", "answer": json.dumps(ANSWER).encode(), "tokens": 7,
        "created": now - 100, "expires": now + 1000, **fields,
    }  # fmt: skip
    return Entry(**given)


def lines(*entries: Entry) -> str:
    return "\n".join(msgspec.json.encode(each).decode() for each in entries)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "semroute.yaml").write_text(CONFIG)
    return tmp_path


def run(home: Path, *arguments: str, stdin: str = "", **variables: str) -> str:
    result = semroute(
        home, "cache", *arguments, "-c", "semroute.yaml", stdin=stdin, timeout=120, **variables
    )
    assert (result.returncode, result.stderr) == (0, ""), result.stderr
    return result.stdout


def test_answers_are_imported_counted_shown_exported_and_flushed(home: Path) -> None:
    old = entry(1, created=time.time() - 7200, model="small")
    assert run(home, "import", "-", stdin=lines(old, entry(2), entry(3, answer=None))) == "3 kept\n"
    stats = json.loads(run(home, "stats", "--json"))
    assert stats["entries"] == 3
    assert stats["tombstones"] == 1
    assert stats["by_model"] == {"big": 2, "small": 1}
    assert "answers" in run(home, "stats")
    shown = json.loads(run(home, "get", "E2", "--json"))
    assert (shown["asked"], shown["answer"]) == ("question 2", ANSWER)
    assert "question 2" in run(home, "get", "E2")
    exported = run(home, "export", "--model", "small")
    assert [json.loads(line)["id"] for line in exported.splitlines()] == ["E1"]
    assert run(home, "flush", "--older-than", "1h") == "1 would be removed; --yes removes them\n"
    assert run(home, "flush", "--older-than", "1h", "--yes") == "1 removed\n"
    assert json.loads(run(home, "flush", "--tenant", "somebody", "--json"))["entries"] == 0
    assert run(home, "verify") == "2 sound, 0 damaged and removed\n"


def test_a_wrong_answer_is_forgotten_and_leaves_a_mark(home: Path) -> None:
    run(home, "import", "-", stdin=lines(entry(1)))
    assert run(home, "forget-wrong", "E1", "--days", "2") == "E1 is forgotten for 2 days\n"
    shown = json.loads(run(home, "get", "E1", "--json"))
    assert shown["is_tombstone"]
    assert shown["answer"] is None


@pytest.mark.parametrize(
    ("arguments", "stdin", "message"),
    [
        (["get", "nothing"], "", "there is no answer nothing"),
        (["flush", "--older-than", "soon"], "", "--older-than: soon is no age; write 90s, 30m"),
        (["import", "-"], '{"id": 1}', "-:1: this is no answer: Expected `str`"),
        (["import", "-"], lines(entry(1, answer=b"{}")), "-:1: this is no answer that could be"),
        (["import", "missing.jsonl"], "", "missing.jsonl: No such file"),
        (["why", "-", "--header", "nonsense"], "{}", "write it as 'name: value'"),
    ],
)
def test_what_cannot_be_done_is_explained(
    home: Path, arguments: list[str], stdin: str, message: str
) -> None:
    result = semroute(home, "cache", *arguments, "-c", "semroute.yaml", stdin=stdin)
    assert result.returncode in (2, 3)
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def test_a_key_that_is_none_is_not_shown(home: Path) -> None:
    secret = "not-a-key"
    result = semroute(home, "cache", "stats", "-c", "semroute.yaml", SEMROUTE_CACHE_KEY=secret)
    assert result.returncode == 3
    assert "64 hexadecimal digits" in result.stderr
    assert secret not in result.stderr


def test_with_a_key_nothing_can_be_read_without_it(home: Path) -> None:
    key = {"SEMROUTE_CACHE_KEY": "ab" * 32}
    run(home, "import", "-", stdin=lines(entry(1, text="the secret question")), **key)
    for path in (home / "cache").rglob("*"):
        assert path.is_dir() or b"secret question" not in path.read_bytes(), path
    assert json.loads(run(home, "stats", "--json", **key))["entries"] == 1
    other = semroute(
        home, "cache", "stats", "--json", "-c", "semroute.yaml", SEMROUTE_CACHE_KEY="cd" * 32
    )
    assert json.loads(other.stdout)["entries"] == 0


def test_a_cache_in_memory_is_its_routers(home: Path) -> None:
    (home / "semroute.yaml").write_text(CONFIG.replace("directory: cache", "kind: memory"))
    result = semroute(home, "cache", "stats", "-c", "semroute.yaml")
    assert result.returncode == 3
    assert "a cache in memory is its router's" in result.stderr


@pytest.mark.model
def test_why_says_what_would_be_done(home: Path) -> None:
    request = json.dumps(
        {"model": "auto", "messages": [{"role": "user", "content": "Can my landlord evict me?"}]}
    )
    ask = ("why", "-", "--header", "X-Team: red", "--json")
    told = json.loads(run(home, *ask, stdin=request))
    assert (told["result"], told["exact_entry"], told["nearest"]) == ("miss", None, [])
    vector = np.zeros(384, "<f2")
    vector[0] = 1
    names = {name: told[name] for name in ("tenant", "route", "model")}
    partition = bytes.fromhex(told["partition"])
    near = entry(1, partition=partition, vector=vector.tobytes(), **names)
    same = entry(2, partition=partition, exact=bytes.fromhex(told["exact"]), **names)
    run(home, "import", "-", stdin=lines(near, same))
    told = json.loads(run(home, *ask, stdin=request))
    assert (told["result"], told["exact_entry"]) == ("hit", "E2")
    assert [(each["id"], each["why_not"]) for each in told["nearest"]] == [("E1", "far")]
    nobody = json.loads(run(home, "why", "-", "--json", stdin=request))
    assert nobody == {"result": "bypass", "why": "identity"}
