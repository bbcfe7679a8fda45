"""Checkpoints of the operator's: any directory in Hugging Face's layout, behind our ports.

Nothing in a directory is trusted: `files.py` looks through all of it before anything is loaded,
no code of its own is ever run, and what it then says is checked by a first pass.
"""

from .classifier import CheckpointClassifier
from .hosted import Capacity
from .network import MAX_TOKENS
from .reader import CheckpointReader
from .reranker import TorchReranker
from .source import Source

__all__ = [
    "MAX_TOKENS",
    "Capacity",
    "CheckpointClassifier",
    "CheckpointReader",
    "Source",
    "TorchReranker",
]
