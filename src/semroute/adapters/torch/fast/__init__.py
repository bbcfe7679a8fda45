"""The fast tier: what a prompt is about, by its tokens alone, in a fraction of a millisecond.

It needs the encoder's tokenizer and numpy, never torch, so it answers while the encoder loads.
"""

from .model import FAST_FILE, FastModel
from .place import place_of_fast, strangers_to_fast
from .tokens import Tokens

__all__ = ["FAST_FILE", "FastModel", "Tokens", "place_of_fast", "strangers_to_fast"]
