"""Decisions, told: what was weighed, and what would have tipped it."""

from .document import document_of
from .evidence import Evidence
from .explanation import Explanation
from .remembered import RememberedDecisions
from .words import why

__all__ = ["Evidence", "Explanation", "RememberedDecisions", "document_of", "why"]
