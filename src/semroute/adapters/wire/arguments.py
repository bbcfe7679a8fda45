"""The arguments of a tool call: a JSON document that is itself a text, and arrives in pieces.

A filter must see what the document says, not how it is escaped, and what it puts in must be
escaped, or the document breaks. So each of its strings is filtered by itself, decoded. What stands
outside strings is JSON's own, except numbers, which may be somebody's: one that the filter
changes becomes a string.

Whatever a model may produce is taken. A string may come out with other escapes than it had; it
reads the same.
"""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Final

from attrs import define, field

from semroute.domain.filtering import NewFilter, Stop, TextFilter

# A longer word is no number of anybody's, and is not waited for.
_MAX_WORD_CHARS: Final = 64

_WORD: Final = re.compile(r"[\w.+-]{1,64}")
_BETWEEN: Final = re.compile(r'[^\w.+"-]+')
_DIGIT: Final = re.compile(r"\d")
_RUN: Final = re.compile(r'[^"\\]+')
_ESCAPE: Final = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}"
    r'|["\\/bfnrt])'
)
# What may yet become an escape; for half a surrogate pair its other half is waited for.
_HALF: Final = re.compile(
    r"\\(?:u(?:[0-9a-fA-F]{0,3}|[dD][89abAB][0-9a-fA-F]{2}(?:\\(?:u[0-9a-fA-F]{0,3})?)?))?"
)
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


@define
class ArgumentsFilter:
    """Filters the strings and numbers of a JSON document.

    Args:
        new_filter: Makes the filter of one of them.
    """

    _new_filter: NewFilter
    _inside: TextFilter | None = field(init=False, default=None)  # the string it is in
    _rest: str = field(init=False, default="")

    def feed(self, text: str) -> str | Stop:
        """Takes the next piece of the document."""
        return _joined(self._take(text))

    def finish(self) -> str | Stop:
        """Returns what was held back, also of a document that has no proper end."""
        return _joined(self._end())

    def _take(self, piece: str) -> Iterator[str | Stop]:
        text, self._rest = self._rest + piece, ""
        at = 0
        while at < len(text):
            size = 1
            if text[at] == '"':
                yield from self._quote()
            elif self._inside is None:
                token = _BETWEEN.match(text, at) or _WORD.match(text, at)
                assert token is not None, "every character but a quote is one or the other"
                size = len(token[0])
                if _WORD.match(token[0]) is None:
                    yield token[0]
                elif token.end() < len(text) or size == _MAX_WORD_CHARS:
                    yield self._word(token[0])
                else:
                    self._rest = token[0]
            elif _HALF.fullmatch(text, at) is not None:
                self._rest = text[at:]
                return
            else:
                token = _RUN.match(text, at) or _ESCAPE.match(text, at)
                spelled = token[0] if token is not None else "\\"  # it escapes nothing
                size = len(spelled)
                yield _escaped(self._inside.feed(_decoded(spelled)))
            at += size

    def _quote(self) -> Iterator[str | Stop]:
        if self._inside is None:
            self._inside = self._new_filter()
        else:
            yield _escaped(self._inside.finish())
            self._inside = None
        yield '"'

    def _word(self, word: str) -> str | Stop:
        if _DIGIT.search(word) is None:
            return word
        said = _joined(self._whole(word))
        return said if isinstance(said, Stop) or said == word else json.dumps(said)

    def _whole(self, text: str) -> Iterator[str | Stop]:
        inside = self._new_filter()
        yield inside.feed(text)
        yield inside.finish()

    def _end(self) -> Iterator[str | Stop]:
        if self._inside is not None:
            yield _escaped(self._inside.finish())
            yield self._rest  # half an escape, which says nothing
        elif self._rest:
            yield self._word(self._rest)


def _joined(parts: Iterable[str | Stop]) -> str | Stop:
    said: list[str] = []
    for part in parts:
        if isinstance(part, Stop):
            return part
        said.append(part)
    return "".join(said)


def _decoded(spelled: str) -> str:
    if len(spelled) == 1 or spelled[0] != "\\":
        return spelled
    said: str = json.loads(f'"{spelled}"')
    return _SURROGATE.sub("\ufffd", said)  # half a pair is no character


def _escaped(said: str | Stop) -> str | Stop:
    return said if isinstance(said, Stop) else json.dumps(said, ensure_ascii=False)[1:-1]
