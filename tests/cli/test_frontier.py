"""`semroute eval frontier` with more than two models, and what it refuses."""

import json
from pathlib import Path
from typing import Any

import pytest

from semroute.app.cli.configuration import read_configuration
from semroute.app.cli.evaluate_frontier import frontier
from semroute.app.cli.exits import UsageError
from semroute.app.cli.frontier_prices import configured_prices, prices_of
from semroute.app.evaluation import AnswerPrice, PriceSource

from .run import semroute

ROOT = Path(__file__).parents[2]
CONFIG = """
endpoints:
  gpu: {address: "127.0.0.1:8001"}
models:
  big: {endpoints: {gpu: 1}, price: {input: 10, output: 40}}
  small: {endpoints: {gpu: 1}, price: {input: 1, output: 4}}
  third: {endpoints: {gpu: 1}, price: {input: 2, output: 8}}
  free: {endpoints: {gpu: 1}}
categories:
  math: {candidates: {big: 1}}
  other: {candidates: {small: 1}}
routing:
  default_model: big
"""
ROWS: list[dict[str, Any]] = [
    {"text": "boil an egg", "outcomes": {"big": 1, "small": 1, "third": 0}},
    {"text": "prove it", "outcomes": {"big": True, "small": False, "third": False}},
    {"text": "an odd one", "outcomes": {"big": 0, "small": 0, "third": 1}},
    {"text": "bake bread", "outcomes": {"big": 1, "small": 0.5, "third": 1}},
]
NAMES = ["big", "small", "third"]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return written(tmp_path, ROWS)


def written(directory: Path, rows: list[dict[str, Any]]) -> Path:
    path = directory / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_three_models_are_measured_by_the_prices_of_the_configuration(
    tmp_path: Path, data: Path
) -> None:
    (tmp_path / "a.yaml").write_text(CONFIG)
    result = semroute(
        tmp_path,
        *("eval", "frontier", "--data", data.name, "-c", "a.yaml", "--json"),
        *("--strong", "big", "--weak", "small", "--report", "out.md"),
        PYTHONPATH=str(ROOT / "src"),
    )
    assert result.returncode == 0, result.stderr
    document = json.loads(result.stdout)
    assert document["oracle"]["accuracy"] == 1
    assert document["oracle"]["shares"] == {"small": 0.25, "third": 0.5, "big": 0.25}
    assert document["best_constant"] == "big"
    models = {each["model"]: each for each in document["models"]}
    assert {each["cost_from"] for each in models.values()} == {"configuration"}
    assert models["third"]["cost"] == pytest.approx(2 * models["small"]["cost"])
    assert models["small"]["cost"] < document["oracle"]["cost"] < models["big"]["cost"]
    text = (tmp_path / "out.md").read_text()
    assert "rows.jsonl --config a.yaml --strong big --weak small`" in text
    assert "### Each model alone" in text


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"strong": "bg"}, r"--strong: there are no outcomes of 'bg' in .*; did you mean 'big'\?"),
        ({"weak": "smal"}, r"--weak: there are no outcomes of 'smal'.*; did you mean 'small'\?"),
        ({"strong": "big", "weak": "big"}, "--strong and --weak are both 'big'"),
        ({"price": ("thrid=1",)}, r"--price: .* of 'thrid'; did you mean 'third'\?"),
        ({"price": ("third",)}, "--price: write it as model=price"),
        ({"price": ("third=-1",)}, "a number from 0 on, not 'third=-1'"),
        ({"price": ("third=inf",)}, "a number from 0 on, not 'third=inf'"),
        ({"price": ("third=nan",)}, "a number from 0 on, not 'third=nan'"),
        ({"price": ("third=1", "third=2")}, "the price of 'third' is given twice"),
        ({"price": ("big=1",), "strong_price": 2.0}, "the price of 'big' is given twice"),
    ],
)
def test_options_that_cannot_be_are_refused(
    data: Path, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        frontier(data=data, **options)


def test_a_model_without_an_outcome_somewhere_is_told_with_the_line(tmp_path: Path) -> None:
    missing = [*ROWS[:2], {"text": "x", "outcomes": {"big": 1, "small": 0}}]
    with pytest.raises(UsageError, match=r"line 3: .* outcome of 'third', as there is in line 1$"):
        frontier(data=written(tmp_path, missing))
    mistyped = [*ROWS[:2], {"text": "x", "outcomes": {"big": 1, "small": 0, "thrid": 1}}]
    with pytest.raises(UsageError, match=r"'thrid', as .* in line 3; did you mean 'third'\?"):
        frontier(data=written(tmp_path, mistyped))


def test_prices_are_those_of_options_then_configured_then_assumed(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(CONFIG)
    settings = read_configuration(tmp_path / "a.yaml").settings
    configured = configured_prices(settings, [*NAMES, "free", "unknown"], ["x" * 350])
    assert configured.keys() == set(NAMES)
    # 100 tokens of text, 4 around it, and an answer of 400.
    assert configured["small"] == pytest.approx((104 * 1 + 400 * 4) / 1e6)

    priced = prices_of(NAMES, {"third": 0.5}, configured, "big", "small")
    assert priced["third"] == AnswerPrice(0.5, PriceSource.OPTION)
    assert priced["big"] == AnswerPrice(configured["big"], PriceSource.CONFIGURATION)

    mixed = prices_of([*NAMES, "free"], {"third": 3.0}, configured, "big", "small")
    assert {name: each.value for name, each in mixed.items()} == {
        "big": 1.0,
        "small": 0.0,
        "third": 3.0,
        "free": 3.0,
    }
    assert mixed["big"].source is PriceSource.ASSUMED, "prices of two sorts cannot be compared"
    alone = prices_of(NAMES, {}, {}, "big", "small")
    assert alone["third"].value == 1.0, "as much as the dearest"
