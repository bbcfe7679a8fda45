"""What the model of letters is made of: texts as windows, and the file that holds the weights.

How weights are found is no matter of letters: `Letters` goes to whoever can fit them.
"""

from .letters import LETTERS_FILE, Letters

__all__ = ["LETTERS_FILE", "Letters"]
