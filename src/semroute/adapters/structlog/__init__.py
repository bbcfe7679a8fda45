"""What happens, as structured logs. No prompt is ever in them."""

from .logging import configure_logging
from .observer import StructlogObserver

__all__ = ["StructlogObserver", "configure_logging"]
