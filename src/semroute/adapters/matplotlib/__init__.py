"""Figures as pictures."""

from .charts import Chart, Line, svg_of

__all__ = ["Chart", "Line", "svg_of"]
