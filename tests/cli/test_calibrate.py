"""`semroute calibrate`, on what was recorded and on texts."""

import json
import random
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml

from semroute.app.cli.calibrate import calibrate
from semroute.app.cli.configuration import read_configuration
from semroute.app.cli.exits import Exit, UsageError

from .run import semroute

SHIPPED = Path(__file__).parents[2] / "src/semroute/app/defaults/semroute.yaml"


def recorded(path: Path, rows: Sequence[tuple[float, bool]]) -> Path:
    lines = (
        {"category": "law", "confidence": confidence, "label": "law" if is_right else "art"}
        for confidence, is_right in rows
    )
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def test_the_risk_is_kept_by_rows_that_repeat(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = 0
    for seed in range(10):
        chance = random.Random(seed)
        confidences = [chance.randrange(101) / 100 for _ in range(20_000)]
        rows = [(each, chance.random() < each) for each in confidences]
        status = calibrate(recorded(tmp_path / "rows.jsonl", rows), risk=0.05, as_json=True)
        document = json.loads(capsys.readouterr().out)
        assert status == Exit.OK, "the second half must not refute the first"
        # A prompt is wrong as often as its confidence is short of 1, which no sample knows better.
        surest = [step for step in range(101) if step / 100 >= document["min_confidence"]]
        kept += sum(100 - step for step in surest) / len(surest) / 100 <= 0.05
        low, high = document["coverage"]["interval"]
        assert low < len(surest) / 101 < high
    assert kept >= 9, "at most one of twenty data sets may break it"


def test_rows_that_are_all_equal_are_in_both_halves(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = recorded(tmp_path / "rows.jsonl", [(0.9, True)] * 2000)
    assert calibrate(rows, risk=0.05) == Exit.OK
    assert yaml.safe_load(capsys.readouterr().out) == {"routing": {"min_confidence": 0.9}}


def test_a_half_that_is_too_small_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = recorded(tmp_path / "rows.jsonl", [(0.9, True)] * 100)
    for as_json in (False, True):
        assert calibrate(rows, risk=0.05, as_json=as_json) == Exit.FINDINGS
        told = capsys.readouterr().err
        assert "are too few: a risk of 5.00% takes 86 of each at least" in told
        assert "equal texts" not in told


def test_texts_that_are_all_equal_leave_a_half_empty(tmp_path: Path) -> None:
    line = json.dumps({"text": "what is a comet", "label": "physics"})
    (tmp_path / "rows.jsonl").write_text(f"{line}\n" * 30)
    result = semroute(tmp_path, "calibrate", "rows.jsonl", "--risk", "0.5")
    assert result.returncode == Exit.FINDINGS, result.stderr
    assert "prompts to choose a threshold on and" in result.stderr
    assert "equal texts are in the same half" in result.stderr


def test_what_is_printed_is_a_number_in_yaml(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = recorded(tmp_path / "rows.jsonl", [(1e-05, True)] * 2000)
    assert calibrate(rows, risk=0.05) == Exit.OK
    printed = capsys.readouterr().out.splitlines()[-1]
    assert printed == "  min_confidence: 0.00001"
    shipped = SHIPPED.read_text()
    assert "  min_confidence: 0.3" in shipped
    (tmp_path / "own.yaml").write_text(shipped.replace("  min_confidence: 0.3", printed))
    settings = read_configuration(tmp_path / "own.yaml").settings
    assert settings.routing.min_confidence == 1e-05


@pytest.mark.parametrize("confidence", ["true", "false", "1.5", "NaN", '"0.5"', "null"])
def test_a_confidence_must_be_a_number(tmp_path: Path, confidence: str) -> None:
    line = '{{"category": "law", "label": "law", "confidence": {}}}\n'
    path = tmp_path / "rows.jsonl"
    path.write_text(line.format(0.5) + line.format(confidence))
    with pytest.raises(UsageError, match="line 2: confidence must be a number from 0 to 1"):
        calibrate(path)
