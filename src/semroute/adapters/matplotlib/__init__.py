"""Figures as pictures."""

from .charts import Chart, Line, png_of, svg_of

__all__ = ["Chart", "Line", "png_of", "svg_of"]
