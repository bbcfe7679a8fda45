"""What can be read off the letters of a text, without a model of its meaning."""

from .pii import PatternFinder
from .views import views_of

__all__ = ["PatternFinder", "views_of"]
