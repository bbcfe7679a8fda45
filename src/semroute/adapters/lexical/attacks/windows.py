"""Which letters of a text are looked at together."""

from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

# In letters, blanks and punctuation apart, so no padding can push an attack out of a window.
# Of 300, 400, 600 and 1,000, the shortest confused attacks with long ordinary documents least.
SIZE: Final = 300
STRIDE: Final = SIZE // 2  # every passage of half a window stands whole in some window

# How many letters to either side of a window belong to the passage that is quoted for others.
MARGIN: Final = 150

Bounds: TypeAlias = npt.NDArray[np.intp]


def windows_of(letters: int) -> tuple[Bounds, Bounds]:
    """Returns where windows begin and end over so many letters; together they cover all."""
    last = max(letters - SIZE, 0)
    starts = np.minimum(np.arange(-(-last // STRIDE) + 1) * STRIDE, last)
    return starts, np.minimum(starts + SIZE, letters)
