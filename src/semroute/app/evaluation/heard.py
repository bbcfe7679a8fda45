"""A reader that is asked about no text twice."""

from collections.abc import Mapping, Sequence

from attrs import define, field

from semroute.domain.ports import TextReader
from semroute.domain.reading import Reading


@define(eq=False)
class Heard:
    """A reader, and all that it has said.

    Args:
        reader: Who reads.
    """

    reader: TextReader
    _said: dict[str, Reading] = field(init=False, factory=dict)

    @property
    def is_ready(self) -> bool:
        """Whether it can read yet."""
        return self.reader.is_ready

    @property
    def said(self) -> Mapping[str, Reading]:
        """What it has said of every text."""
        return self._said

    async def read(self, texts: Sequence[str]) -> list[Reading]:
        """Returns what is said of each text; it is asked about new ones only."""
        new = [text for text in dict.fromkeys(texts) if text not in self._said]
        if new:
            self._said.update(zip(new, await self.reader.read(new), strict=True))
        return [self._said[text] for text in texts]
