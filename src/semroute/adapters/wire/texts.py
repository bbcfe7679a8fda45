"""The texts of one answer that have begun, each with a filter of its own."""

from typing import Final

from attrs import define, field

from semroute.domain.filtering import NewFilter, Stop, TextFilter

from .arguments import ArgumentsFilter
from .saying import Slot, UnreadableError

DOCUMENTS: Final = frozenset({"arguments", "partial_json"})
"""Fields whose texts are JSON documents themselves."""

# A response says its texts up to four times as a whole, one after the other; some servers say
# with each event of a stream what they cite.
_MOST_REMEMBERED: Final = 16
_MOST_CHARS: Final = 65_536  # of more texts than that

# 128 choices with thirty tool calls each. Every one of them keeps a filter.
MAX_TEXTS: Final = 4096


class StoppedError(Exception):
    """A text must not go on.

    Args:
        message: What the client is told instead. It is not part of the error's own text,
            because errors are logged.
    """

    def __init__(self, message: str) -> None:
        super().__init__()
        self.message = message


@define
class Texts:
    """Filters texts, several at a time. All its methods raise `StoppedError`.

    Args:
        new_filter: Makes the filter of one text.
    """

    _new_filter: NewFilter
    _open: dict[Slot, TextFilter] = field(init=False, factory=dict)
    _whole: dict[tuple[bool, str], str] = field(init=False, factory=dict, repr=False)
    _chars: int = field(init=False, default=0)

    def feed(self, slot: Slot, piece: str) -> str:
        """Takes the next piece of a text and returns what may go on now."""
        if slot not in self._open:
            if len(self._open) >= MAX_TEXTS:
                raise UnreadableError
            self._open[slot] = self._begun(slot)
        return _allowed(self._open[slot].feed(piece))

    def finish(self, slot: Slot) -> str:
        """Returns what was held back of a text, which has ended."""
        return _allowed(self._open.pop(slot).finish())

    def whole(self, slot: Slot, text: str) -> str:
        """Returns what of a text may go on that comes all at once."""
        key = (slot.path[-1] in DOCUMENTS, text)
        if key not in self._whole:
            begun = self._begun(slot)
            said = _allowed(begun.feed(text)) + _allowed(begun.finish())
            if len(self._whole) >= _MOST_REMEMBERED and self._chars > _MOST_CHARS:
                self._whole.clear()
                self._chars = 0
            self._whole[key] = said
            self._chars += len(text)
        return self._whole[key]

    @property
    def begun(self) -> tuple[Slot, ...]:
        """The texts that have begun and not ended."""
        return tuple(self._open)

    def _begun(self, slot: Slot) -> TextFilter:
        is_document = slot.path[-1] in DOCUMENTS
        return ArgumentsFilter(self._new_filter) if is_document else self._new_filter()


def _allowed(said: str | Stop) -> str:
    if isinstance(said, Stop):
        raise StoppedError(said.message)
    return said
