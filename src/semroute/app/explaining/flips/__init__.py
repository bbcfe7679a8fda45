"""What would have changed a decision: every change is tried before it is told."""

from .every import flips_of
from .flip import Flip, FlipKind
from .trial import Destination, Trial

__all__ = ["Destination", "Flip", "FlipKind", "Trial", "flips_of"]
