"""What can be read off the letters of a text, without a model of its meaning."""

from .attacks import LexicalAttackModel
from .pii import PatternFinder
from .views import views_of

__all__ = ["LexicalAttackModel", "PatternFinder", "views_of"]
