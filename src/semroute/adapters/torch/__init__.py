"""The embedded encoder: a real transformer in worker threads, and what is read off its vectors.

torch and transformers, seconds of work, are imported only when a model is loaded, in a thread.
"""

from .attack_head import knows_attacks, temperatures_of_attacks
from .category_head import trained_categories
from .checkpoint import CheckpointError
from .checkpoints import (
    Capacity,
    CheckpointClassifier,
    CheckpointReader,
    Source,
    TorchReranker,
)
from .classifier import Progress, TorchClassifier
from .encoder import load_encoder
from .exemplars import Exemplars
from .tool_ranker import TorchToolRanker

__all__ = [
    "Capacity",
    "CheckpointClassifier",
    "CheckpointError",
    "CheckpointReader",
    "Exemplars",
    "Progress",
    "Source",
    "TorchClassifier",
    "TorchReranker",
    "TorchToolRanker",
    "knows_attacks",
    "load_encoder",
    "temperatures_of_attacks",
    "trained_categories",
]
