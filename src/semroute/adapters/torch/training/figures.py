"""How good a head is on texts that it was not trained on."""

from collections.abc import Mapping
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

Figures: TypeAlias = Mapping[str, float]

_BINS: Final = 15
_SURE: Final = 0.8


def softmax(scores: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Returns probabilities; both of shape (n, categories)."""
    weights = np.exp((scores - scores.max(axis=1, keepdims=True)).astype(np.float64))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def figures_of(scores: npt.NDArray[np.float32], labels: npt.NDArray[np.intp]) -> Figures:
    """Returns accuracy, calibration error, and coverage and accuracy where it is sure."""
    probabilities = softmax(scores)
    confidence = probabilities.max(axis=1)
    is_right = probabilities.argmax(axis=1) == labels
    bins = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    gaps = np.abs(np.bincount(bins, confidence - is_right, _BINS))
    is_sure = confidence >= _SURE
    return {
        "texts": float(len(labels)),
        "accuracy": _rounded(is_right.mean()),
        "calibration_error": _rounded(gaps.sum() / len(labels)),
        "sure": _rounded(is_sure.mean()),
        "accuracy_when_sure": _rounded(is_right[is_sure].mean() if is_sure.any() else 0.0),
    }


def flagged(are_flagged: npt.NDArray[np.bool_], are_attacks: npt.NDArray[np.bool_]) -> Figures:
    """Returns recall and false positives of what is flagged; 0 where there is nothing to flag."""
    some, others = are_flagged[are_attacks], are_flagged[~are_attacks]
    return {
        "texts": float(len(are_attacks)),
        "recall": _rounded(some.mean() if some.size else 0.0),
        "false_positives": _rounded(others.mean() if others.size else 0.0),
    }


def _rounded(value: float | np.floating) -> float:
    return round(float(value), 4)
