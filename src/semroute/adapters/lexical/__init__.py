"""What can be read off the letters of a text, without a model of its meaning."""

from .views import views_of

__all__ = ["views_of"]
