"""Commands that load the encoder."""

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .run import SEMROUTE, environment, semroute

pytestmark = pytest.mark.model


HASTY = """
endpoints: {gpu: {address: "127.0.0.1:9"}}
models: {big: {endpoints: {gpu: 1}}}
categories: {math: {candidates: {big: 1}}}
routing: {default_model: big, budget_seconds: 0.01}
"""


# A category of its own, with more examples than are read in a few seconds.
SLOW = """
endpoints: {gpu: {address: "127.0.0.1:9"}}
models: {big: {endpoints: {gpu: 1}}}
routing: {default_model: big}
categories:
  numbers:
    candidates: {big: 1}
    examples:
"""


def test_a_decision_is_explained(tmp_path: Path) -> None:
    result = semroute(tmp_path, "explain", "Can my landlord evict me without notice?")
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    first, *rest = result.stdout.splitlines()
    assert first.startswith("law → saul-54b   confidence ")
    text = "\n".join(rest)
    for word in ("why", "categories", "threshold", "candidates", "endpoints"):
        assert word in text


def test_a_prompt_that_is_still_being_read_does_not_hold_up_the_end(tmp_path: Path) -> None:
    (tmp_path / "hasty.yaml").write_text(HASTY)
    result = semroute(
        tmp_path, "explain", "-", "-c", "hasty.yaml", "--json", stdin="Can I be evicted? " * 2000
    )
    assert (result.returncode, result.stderr) == (0, "")
    document = json.loads(result.stdout)
    assert document["rung"] == "fast_fallback"
    assert document["classifier_fault"] == "classifier_timeout"


@pytest.fixture
def heeded() -> Iterator[None]:
    """A Ctrl-C that commands hear: what a shell runs in the background would be born deaf to it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("heeded")
def test_ctrl_c_ends_a_command_without_a_word(tmp_path: Path) -> None:
    examples = "".join(f"      - {number} is a number of its own\n" for number in range(20_000))
    (tmp_path / "slow.yaml").write_text(SLOW + examples)
    with subprocess.Popen(
        [SEMROUTE, "explain", "hello", "-c", tmp_path / "slow.yaml"],
        stderr=subprocess.PIPE,
        env=environment(tmp_path),
    ) as process:
        time.sleep(3)  # somewhere in the middle of loading
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=20)
    assert (process.returncode, told) == (130, b"")


def test_an_output_that_is_closed_is_no_crash(tmp_path: Path) -> None:
    result = subprocess.run(
        ["sh", "-c", f"{SEMROUTE} explain hello >&-"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=environment(tmp_path),
    )
    assert "Traceback" not in result.stderr


def test_a_decision_is_explained_to_machines(tmp_path: Path) -> None:
    result = semroute(tmp_path, "explain", "-", "--json", stdin="Integrate x^2 from 0 to 1.")
    document = json.loads(result.stdout)
    assert document["category"] == "math"
    assert document["model"] == "qwen2.5-math-72b"
    assert sum(document["scores"].values()) == pytest.approx(1, abs=0.01)
    assert document["runner_up"] != "math"
    assert document["margin"] > 0


def test_a_refusal_is_a_finding(tmp_path: Path) -> None:
    result = semroute(tmp_path, "explain", "hello", "--model", "gpt-9")
    assert result.returncode == 1
    assert "refused with 404: model: The model does not exist" in result.stdout


ROWS = [
    {"text": "Can my landlord evict me?", "label": "law"},
    {"text": "What is the derivative of sin x?", "label": "math"},
    {"text": "Who won the battle of Hastings?", "label": "history"},
    {"text": "Prove that the square root of two is irrational.", "label": "law"},
]


def test_categories_are_measured(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    result = semroute(tmp_path, "eval", "category", "--data", "rows.jsonl", "--json")
    assert result.returncode == 0, result.stderr
    document = json.loads(result.stdout)
    assert document["prompts"] == 4
    assert document["accuracy"] == 0.75
    assert 0 < document["macro_f1"] < 1
    assert document["confusion"]["law"] == {"history": 0, "law": 1, "math": 1}
    table = semroute(tmp_path, "eval", "category", "--data", "rows.jsonl").stdout
    assert "accuracy 0.750" in table


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "line 1: not JSON"),
        ("[]", "line 1: it must be an object"),
        ('{"text": "x"}', "line 1: label must be a string"),
        ('{"text": "x", "label": "maths"}', "did you mean 'math'?"),
        ("", "there are no prompts"),
    ],
)
def test_data_that_cannot_be_used_is_explained(tmp_path: Path, line: str, message: str) -> None:
    (tmp_path / "rows.jsonl").write_text(line)
    result = semroute(tmp_path, "eval", "category", "--data", "rows.jsonl")
    assert result.returncode == 2
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def test_the_default_categories_are_right_about_everyday_prompts(tmp_path: Path) -> None:
    """The floor that CI holds; docs/decisions/0005 has the figures of record."""
    data = Path(__file__).parents[2] / "data/chat_dev.jsonl"
    result = semroute(tmp_path, "eval", "category", "--data", str(data), "--json", timeout=580)
    assert result.returncode == 0, result.stderr
    document = json.loads(result.stdout)
    assert document["prompts"] > 1200
    assert document["accuracy"] >= 0.85
    assert document["macro_f1"] >= 0.85
    assert document["ece"] <= 0.03


FIRST = """
endpoints: {gpu: {address: "127.0.0.1:9"}}
models: {big: {endpoints: {gpu: 1}}}
categories:
  history: {candidates: {big: 1}}
  law: {candidates: {big: 1}}
  math: {candidates: {big: 1}}
routing: {default_model: big}
screening: {max_windows: 4}
classifier: {max_waiting: 4, fast: {mode: MODE, risk: 0.003}}
"""


@pytest.fixture
def tiers(tmp_path: Path) -> Path:
    """A directory with a configuration for each mode of the fast tier, and prompts."""
    for mode in ("first", "fallback"):
        (tmp_path / f"{mode}.yaml").write_text(FIRST.replace("MODE", mode))
    rows = [
        {**row, "text": f"{row['text']} {number}"} for row in ROWS[:3] for number in range(4, 24)
    ]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return tmp_path


def test_categories_are_measured_as_they_are_served(tiers: Path) -> None:
    """And more prompts than may wait are no overload."""
    command = ("eval", "category", "--data", "rows.jsonl", "--json")
    result = semroute(tiers, *command, "-c", "first.yaml")
    assert result.returncode == 0, result.stderr
    document = json.loads(result.stdout)
    assert document["rungs"]["fast"]["prompts"] > 0
    assert sum(each["prompts"] for each in document["rungs"].values()) == 60
    assert document["both"]["accuracy"] == 1
    document = json.loads(semroute(tiers, *command, "-c", "fallback.yaml").stdout)
    assert "rungs" not in document


def test_a_threshold_is_chosen_for_the_confidence_that_prompts_are_served_with(
    tiers: Path,
) -> None:
    command = ("calibrate", "rows.jsonl", "--risk", "0.5", "--json")
    first, fallback = (
        json.loads(semroute(tiers, *command, "-c", f"{mode}.yaml").stdout)
        for mode in ("first", "fallback")
    )
    assert first["prompts"] == fallback["prompts"] == 60
    assert 0 < first["min_confidence"] != fallback["min_confidence"] > 0


RULES = """
endpoints: {gpu: {address: "127.0.0.1:9"}, cpu: {address: "127.0.0.1:9"}}
models:
  big: {endpoints: {gpu: 1}, price: {input: 3, output: 15}, context: 2000, family: qwen3}
  small: {endpoints: {cpu: 1}, price: {input: 0.2, output: 0.8}}
categories:
  law: {candidates: {big: 0.9, small: 0.7}}
  math: {candidates: {big: 0.9, small: 0.5}}
signals:
  gold: {header: {name: x-tier, any: [gold]}}
  night: {time: {start: "22:00", end: "06:00", zone: Europe/Berlin}}
  refund: {similarity: {examples: [I want my money back, Where is my parcel], at_least: 0.95}}
  long: {context: {at_least: 300}}
decisions:
  golden: {priority: 2, when: {all: [gold, night]}, models: {big: 1}, reasoning: high}
  refunds: {priority: 1, when: {any: [refund, long]}, models: {small: 1}}
routing: {default_model: small, quality: 1.0}
"""
REQUEST = {"model": "auto", "messages": [{"role": "user", "content": "Can I be evicted?"}]}


def explained(home: Path, *arguments: str, config: str = RULES, **fields: object) -> dict[str, Any]:
    (home / "semroute.yaml").write_text(config)
    stdin = json.dumps(REQUEST | fields)
    result = semroute(
        home, "explain", "--request", "-", "-c", "semroute.yaml", "--json", *arguments, stdin=stdin
    )
    assert result.returncode == 0, result.stderr
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def test_a_whole_request_is_explained_at_a_time_and_with_headers(tmp_path: Path) -> None:
    told = explained(tmp_path, "--header", "x-tier=gold", "--at", "2026-03-01T21:30")
    assert (told["decision"], told["model"], told["api"]) == ("golden", "big", "chat")
    assert told["edits"]["reasoning"] == "high"
    assert told["signals"]["refund"]["match"] is None
    assert told["signals"]["night"]["match"] == "matched"
    earlier = explained(tmp_path, "--header", "x-tier=gold", "--at", "2026-03-01T20:30")
    assert (earlier["decision"], earlier["model"]) == (None, "big")
    assert "then example " in earlier["signals"]["refund"]["why"]


def test_what_would_change_a_decision_does_change_it(tmp_path: Path) -> None:
    told = explained(tmp_path)
    assert (told["decision"], told["category"], told["model"]) == (None, "law", "big")
    flips = {(each["kind"], each["name"]): each for each in told["would_change"]}
    quality = flips["quality", None]
    cheaper = explained(tmp_path, "--header", f"x-semroute-quality={quality['value']}")
    assert cheaper["model"] == quality["to"] == "small"
    score = flips["score", "small"]
    better = RULES.replace("big: 0.9, small: 0.7", f"big: 0.9, small: {score['value'] + 0.001}")
    assert explained(tmp_path, config=better)["model"] == score["to"] == "small"
    assert flips["signal", "refund"]["to"] == "small"
    near = RULES.replace("at_least: 0.95", f"at_least: {told['signals']['refund']['value'] - 0.01}")
    assert explained(tmp_path, config=near)["decision"] == "refunds"
    assert flips["length", None]["value"] == 300
    longer = [{"role": "user", "content": "Can I be evicted? " * 70}]
    assert explained(tmp_path, messages=longer)["decision"] == "refunds"


def test_the_tree_has_marks_and_no_colours(tmp_path: Path) -> None:
    (tmp_path / "semroute.yaml").write_text(RULES)
    result = semroute(tmp_path, "explain", "Can I be evicted?", "-c", "semroute.yaml")
    assert result.returncode == 0, result.stderr
    assert "\x1b" not in result.stdout
    for line in ("✗ golden (priority 2)", "✗ gold  ", "would be    small if quality were at most"):
        assert line in result.stdout
