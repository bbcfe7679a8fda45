"""Placeholders in a model's answer become the words they stand for."""

import re
from collections.abc import Mapping
from typing import Final

from attrs import define, field

from .filtering import Stop, TextFilter

# One pattern for all placeholders: an answer has a filter for each of its texts, and a pattern
# of thousands of alternatives takes longer to compile than to be of use.
_PLACEHOLDER: Final = re.compile(r"\[[A-Z_]+_[0-9]+\]")
_BEGINNING: Final = re.compile(r"\[(?:[A-Z_]+(?:_[0-9]+)?)?")
_LONGEST: Final = 64  # more than any kind's name and as many digits as there are characters


@define
class Restoring:
    """Puts originals in the place of placeholders, in a text that arrives in pieces.

    It holds back an end that may be the beginning of a placeholder, and nothing else.

    Args:
        originals: What each placeholder stands for; at least one.
    """

    originals: Mapping[str, str] = field(repr=False)
    _held: str = field(init=False, default="", repr=False)

    def feed(self, text: str) -> str:
        """Takes the next piece and returns what may go on now."""
        whole = self._held + text
        keep = self._beginning_at(whole)
        self._held = whole[keep:]
        return self._restored(whole[:keep])

    def finish(self) -> str:
        """Returns what was held back."""
        rest, self._held = self._held, ""
        return self._restored(rest)

    def _restored(self, text: str) -> str:
        return _PLACEHOLDER.sub(lambda match: self.originals.get(match[0], match[0]), text)

    def _beginning_at(self, text: str) -> int:
        """Returns where an unfinished placeholder begins at the end; the length if none does."""
        bracket = text.rfind("[", max(len(text) - _LONGEST, 0))
        if bracket < 0 or _BEGINNING.fullmatch(text, bracket) is None:
            return len(text)
        end = text[bracket:]
        is_open = any(name.startswith(end) and name != end for name in self.originals)
        return bracket if is_open else len(text)


@define
class Chained:
    """Two filters, one after the other.

    Args:
        first: Sees the text as it arrives.
        second: Sees what the first lets go on.
    """

    first: TextFilter
    second: TextFilter

    def feed(self, text: str) -> str | Stop:
        """Takes the next piece and returns what may go on now."""
        passed = self.first.feed(text)
        return passed if isinstance(passed, Stop) else self.second.feed(passed)

    def finish(self) -> str | Stop:
        """Returns what both held back."""
        passed = self.first.finish()
        if isinstance(passed, Stop):
            return passed
        rest = self.second.feed(passed)
        if isinstance(rest, Stop):
            return rest
        end = self.second.finish()
        return end if isinstance(end, Stop) else rest + end
