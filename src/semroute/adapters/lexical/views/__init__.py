"""The readings of a text: as it is, and with the disguises removed that models see through."""

from .reading import views_of

__all__ = ["views_of"]
