"""Adapters without technology: everything happens in this process, and nothing is faked."""

from .classifier import WordClassifier
from .faults import FaultyClassifier
from .observer import MemoryObserver
from .stream import MemoryStream

__all__ = ["FaultyClassifier", "MemoryObserver", "MemoryStream", "WordClassifier"]
