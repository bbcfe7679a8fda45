"""Adapters without technology: everything happens in this process, and nothing is faked."""

from .claims import MemoryClaims
from .classifier import QuickWordClassifier, WordClassifier
from .embedder import WordEmbedder
from .faults import (
    FaultyClassifier,
    FaultyEmbedder,
    FaultyFinder,
    FaultyReader,
    FaultyScorer,
)
from .observer import MemoryObserver
from .reader import WordReader
from .store import MemoryStore
from .stream import MemoryStream

__all__ = [
    "FaultyClassifier",
    "FaultyEmbedder",
    "FaultyFinder",
    "FaultyReader",
    "FaultyScorer",
    "MemoryClaims",
    "MemoryObserver",
    "MemoryStore",
    "MemoryStream",
    "QuickWordClassifier",
    "WordClassifier",
    "WordEmbedder",
    "WordReader",
]
