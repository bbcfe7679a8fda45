"""Decisions as people read them."""

import pytest

from semroute.app.cli.explained import tree_of
from semroute.domain.classification import Rung


@pytest.mark.parametrize(
    ("rung", "words"),
    [
        (Rung.FAST, "by letters →"),
        (Rung.ENCODER, "by letters and encoder →"),
        (Rung.FAST_FALLBACK, "by letters in the encoder's place unchecked: timeout →"),
    ],
)
def test_who_told_of_an_attack_is_said(rung: Rung, words: str) -> None:
    check = {"check": "jailbreak", "consequence": "block", "done": True, "found": "jailbreak"}
    fault = "timeout" if rung is Rung.FAST_FALLBACK else None
    guard = {**check, "mode": "enforce", "fault": fault, "probability": 0.9, "rung": rung.value}
    guard |= {"view": "raw", "data": []}
    tree = tree_of({
        "blocked": 403, "check": "jailbreak", "found": "jailbreak",
        "guards": [guard], "signals": {}, "decisions": [],
    })  # fmt: skip
    (line,) = tree.children
    assert words in str(line.label)
