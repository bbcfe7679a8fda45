"""Dropout that costs little."""

from typing import Final

import torch
from torch import nn

_BYTE: Final = 256
_LONG: Final = 8  # bytes


class Dropout(nn.Module):
    """Leaves a share of the numbers out, anew each time, and makes up for it in the others.

    As `torch.nn.Dropout` does, which takes a number of chance for each and seven times as long:
    a third of what a network costs. Here each takes a byte, so shares are told in 256ths.

    Args:
        share: How many are left out, at least 0 and below 1.
    """

    def __init__(self, share: float) -> None:
        super().__init__()
        self._left_out = round(share * _BYTE)

    def forward(self, numbers: torch.Tensor) -> torch.Tensor:
        """Returns the numbers, some of them 0; all as they are when nothing is learnt."""
        if not self.training:
            return numbers
        longs = torch.empty(-(-numbers.numel() // _LONG), dtype=torch.int64)
        # Any long there is: without bounds, the highest bit would be 0 in all of them.
        chance = longs.random_(-(2**63), None).view(torch.uint8)[: numbers.numel()]
        is_kept = chance.view(numbers.shape) >= self._left_out
        return numbers * (is_kept * (_BYTE / (_BYTE - self._left_out)))
