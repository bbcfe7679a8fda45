"""A model's answer on its way to the client: what is looked for in it, and what is put back."""

import re
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from attrs import define, field, frozen

from .filtering import AnswerFilter, NewFilter, Stop, TextFilter
from .guards import Mode, PiiAction, PiiGuard
from .headers import Headers
from .http import LocalReply
from .judgement import Consequence
from .pii import PiiFinder, PiiKind, PiiSpan
from .restoring import Chained, Restoring

OpenFilter: TypeAlias = Callable[[Headers, NewFilter], AnswerFilter | None]
"""Wraps an answer whose headers are known; None when its body is nothing we can read."""

# An end of this length may still grow into something: e-mail addresses, keys and numbers with
# the word before them that says what they are are rarely longer.
_HELD_CHARS: Final = 160
# Tokens and keys may be longer, but have no blank in them, so a word is not cut. What goes on for
# longer than this is no token but somebody's data.
_WORD_CHARS: Final = 4096
_BREAK: Final = re.compile(r"[^!-~]")
# What is held is looked at again with every piece; once it is this long, only when it has grown
# by a quarter, or a key without an end would be read a thousand times.
_SHORT_CHARS: Final = 1024
_CONTEXT_CHARS: Final = 80  # how much of what has gone on is looked at again, for such words
# What only is watched is kept no longer than this: whoever waits for an end that never comes waits
# for the whole answer, and nothing that we know of is so long.
_WATCHED_CHARS: Final = 1 << 16

_UNSCREENED: Final = Stop("The answer was withheld: it could not be screened.")

_Acted: TypeAlias = tuple[int, int, PiiAction, PiiSpan]
"""A finding in the text that is held: where it begins and ends, and what is done about it."""


@frozen
class AnswerSentence:
    """What the check of answers says about one of them.

    Args:
        consequence: What it wants done; the same whether it is enforced or monitored.
        mode: Whether that is done, or only counted; off if only placeholders were looked for.
        found: What was found, and what is to be done about it.
        is_unread: Whether nobody could read it, or look for anything in it.
    """

    consequence: Consequence
    mode: Mode
    found: Mapping[PiiKind, PiiAction]
    is_unread: bool = False

    @classmethod
    def of(
        cls, guard: PiiGuard, found: Mapping[PiiKind, PiiAction], *, is_unread: bool
    ) -> "AnswerSentence":
        """Returns what follows from what was found under a guard."""
        consequence = Consequence.MASK if found else Consequence.ALLOW
        if PiiAction.BLOCK in found.values():
            consequence = Consequence.BLOCK
        elif is_unread and guard.mode is not Mode.OFF and guard.is_closed:
            consequence = Consequence.UNAVAILABLE
        return cls(consequence, guard.mode, found, is_unread)


@define(eq=False)
class AnswerScreening:
    """What is done to one answer.

    Args:
        guard: What is looked for, and what is done about it.
        originals: What the placeholders stand for that the model was given.
        finder: Looks for it.
        opens: Reads the answer as its API words it.
        substitute: What the client gets if the answer cannot be read; None: the answer, unread.

    Attributes:
        found: Kinds of data that were found, and what is done about them if the guard is enforced.
        is_begun: Whether there was an answer.
        is_decided: Whether it was cut off because of what was found, or would have been; nobody
            looks any further.
        is_unscreened: Whether nobody could look for anything in it, or in some of it.
        is_given_up: Whether looking took too long, so that nobody looks any further.
    """

    guard: PiiGuard
    originals: Mapping[str, str] = field(repr=False)
    finder: PiiFinder
    opens: OpenFilter
    substitute: LocalReply | None = None
    found: dict[PiiKind, PiiAction] = field(init=False, factory=dict)
    is_begun: bool = field(init=False, default=False)
    is_decided: bool = field(init=False, default=False)
    is_unscreened: bool = field(init=False, default=False)
    is_given_up: bool = field(init=False, default=False)
    _opened: AnswerFilter | None = field(init=False, default=None)

    @property
    def is_enforced(self) -> bool:
        """Whether anything is done about what is found, and not only counted."""
        return self.guard.mode is Mode.ENFORCE

    @property
    def is_unread(self) -> bool:
        """Whether nobody could read it, or look for anything in it."""
        return self.is_unscreened or (self._opened is not None and self._opened.is_unread)

    @property
    def is_over(self) -> bool:
        """Whether it was cut off, or would have been, so that nobody looks any further."""
        return self.is_decided or (self.guard.is_closed and self.is_unread)

    @property
    def is_stopped(self) -> bool:
        """Whether the answer was cut off because of what was found."""
        return self.is_decided and self.is_enforced

    @property
    def sentence(self) -> "AnswerSentence | None":
        """What the check says of the answer; None if none has begun."""
        if not self.is_begun:
            return None
        return AnswerSentence.of(self.guard, self.found, is_unread=self.is_unread)

    def open(self, headers: Headers) -> AnswerFilter | None:
        """Returns the filter for an answer that begins with these headers.

        None when its body cannot be read; `is_unread` then says so.
        """
        self.is_begun = True
        self._opened = self.opens(headers, self._new)
        self.is_unscreened = self._opened is None
        return self._opened

    def _new(self) -> TextFilter:
        match self.guard.mode, bool(self.originals):
            case Mode.OFF, _:
                return Restoring(self.originals)
            case _, False:
                return _Screened(self)
            case _:
                return Chained(_Screened(self), Restoring(self.originals))


@define
class _Screened:
    """Looks for personal data in a text that arrives in pieces.

    It holds back an end that may grow into something. If it only watches, everything goes on at
    once, and it sees what it would have seen.
    """

    screening: AnswerScreening
    _passed: str = field(init=False, default="", repr=False)
    _held: str = field(init=False, default="", repr=False)
    _seen: int = field(init=False, default=0)

    def feed(self, text: str) -> str | Stop:
        said = self._fed(text)
        return said if self.screening.is_enforced else text

    def finish(self) -> str | Stop:
        said = self._ended()
        return said if self.screening.is_enforced else ""

    def _fed(self, text: str) -> str | Stop:
        if self.screening.is_over:
            return ""
        self._held += text
        if _SHORT_CHARS < len(self._held) < self._seen + self._seen // 4:
            return ""
        self._seen = len(self._held)
        spans = self._spans()
        return self._unscreened() if spans is None else self._released(spans, self._cut(spans))

    def _ended(self) -> str | Stop:
        if self.screening.is_over:
            return ""
        spans = self._spans()
        return self._unscreened() if spans is None else self._released(spans, len(self._held))

    def _spans(self) -> list[_Acted] | None:
        """Returns what is to be acted on in the text that is held, by its positions there.

        None if nobody can tell.
        """
        guard, offset = self.screening.guard, len(self._passed)
        if self.screening.is_given_up:
            return None
        try:
            found = self.screening.finder.find(self._passed + self._held)
        except TimeoutError:
            self.screening.is_given_up = True
            return None
        except Exception:  # noqa: BLE001 - whatever goes wrong, `on_error` says what follows
            return None
        spans = ((span, guard.action_on(span.kind, span.score)) for span in found)
        return [
            (max(span.start - offset, 0), span.end - offset, action, span)
            for span, action in spans
            if span.end > offset and action is not PiiAction.ALLOW
        ]

    def _unscreened(self) -> str | Stop:
        """Returns what becomes of the text that is held if nobody can look through it."""
        self.screening.is_unscreened = True
        if self.screening.guard.is_closed:
            self._decide()
            return _UNSCREENED
        return self._released([], len(self._held))

    def _cut(self, spans: list[_Acted]) -> int:
        """Returns how much of the held text may go on: whole words, and never half a find."""
        cut = self._end_of_words(spans)
        is_too_much = len(self._held) - cut > _WATCHED_CHARS
        return len(self._held) if is_too_much and not self.screening.is_enforced else cut

    def _end_of_words(self, spans: list[_Acted]) -> int:
        cut = len(self._held) - _HELD_CHARS
        if cut <= 0:
            return 0
        # Only letters beyond ASCII, as of a language that writes no blanks, may be parted.
        last = _BREAK.search(self._held[:cut][::-1])
        if last is not None:
            cut -= last.start()
        elif len(self._held) <= _WORD_CHARS:
            return 0
        for start, end, _, _ in reversed(spans):  # what is hidden may stand where others do
            if start < cut < end:
                cut = start
        return cut

    def _released(self, spans: list[_Acted], cut: int) -> str | Stop:
        screening = self.screening
        pieces: list[str] = []
        done = 0
        for start, end, action, span in spans:
            if end > cut:
                break
            screening.found[span.kind] = action
            if action is PiiAction.BLOCK:
                self._decide()
                return Stop(f"The answer was withheld: it has {_spoken(span.kind)} in it.")
            if start >= done:  # what stands in a URL that is masked is masked
                pieces += (self._held[done:start], f"[{span.kind.value.upper()}]")
            done = max(done, end)
        pieces.append(self._held[done:cut])
        self._passed = (self._passed + self._held[:cut])[-_CONTEXT_CHARS:]
        self._held = self._held[cut:]
        return "".join(pieces)

    def _decide(self) -> None:
        self.screening.is_decided = True
        self._held = self._passed = ""


def _spoken(kind: PiiKind) -> str:
    return f"personal data ({kind.value.replace('_', ' ')})"
