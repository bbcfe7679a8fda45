"""Answers kept in a directory of this process, with diskcache and SQLite."""

from .limits import Limits
from .noted import Noted, Notify
from .store import DiskStore

__all__ = ["DiskStore", "Limits", "Noted", "Notify"]
