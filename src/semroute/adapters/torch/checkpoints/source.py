"""Which checkpoint, and how it is to be understood."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from attrs import field, frozen
from attrs.validators import ge, gt

from semroute.adapters.torch.windows import WINDOW_CHARS

from .network import MAX_TOKENS

_CHARS_PER_TOKEN: Final = 4  # of English, by common tokenizers; a few more make a second row


@frozen
class Source:
    """A checkpoint, as an operator describes it.

    Args:
        directory: Where it is.
        labels: What its labels are called here. Those that are not named are taken as they
            are.
        max_tokens: How many tokens of a text it is given at once; it may take fewer.
        temperature: What logits are divided by; above 1 it becomes less sure of everything.
    """

    directory: Path
    labels: Mapping[str, str] = field(factory=dict)
    max_tokens: int = field(default=MAX_TOKENS, validator=ge(8))
    temperature: float = field(default=1.0, validator=gt(0))

    @property
    def window_chars(self) -> int:
        """How much text is handed to it in one piece; it divides that exactly, by tokens."""
        return max(_CHARS_PER_TOKEN * self.max_tokens, WINDOW_CHARS)
