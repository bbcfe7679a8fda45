"""Keys and tokens that say by their form who issued them."""

import re
from collections.abc import Iterator
from typing import Final

from semroute.adapters.lexical.pii.automaton import BLOCK, Automaton
from semroute.adapters.lexical.pii.entropy import looks_random
from semroute.adapters.lexical.pii.issuers import CLOUD_KEYS, TOKENS
from semroute.adapters.lexical.pii.lexicon import Topic
from semroute.adapters.lexical.pii.reading import Reading
from semroute.adapters.lexical.pii.scores import CONTEXT, DISTINCT
from semroute.domain.pii import PiiKind, PiiSpan

_W: Final = r"[A-Za-z0-9_\-]"


# When a block has more than this of what keys begin with, the rest of the text is only looked
# through for what has not been seen yet.
_MANY: Final = 1_024


class _Issuers:
    """Who issues keys of one kind.

    Args:
        keys: For each issuer, what its keys begin with and what must follow.
    """

    def __init__(self, keys: tuple[tuple[str, str], ...]) -> None:
        # A pattern that begins with a literal is what makes searching fast. What is a token but
        # goes on is matched as well, as `more`.
        self._patterns = {
            start: re.compile(
                re.escape(start)
                + rf"(?<![^\W_].{{{len(start)}}})(?:{rest}(?![^\W_])|{rest}(?P<more>))",
                re.DOTALL,
            )
            for start, rest in keys
        }
        self._starts = tuple(self._patterns)
        self._automaton = _automaton_for(self._starts)

    def patterns_for(self, text: str) -> Iterator[re.Pattern[str]]:
        """Yields the patterns of the issuers that a text may have keys of."""
        present = self._present_in(text)
        return (pattern for start, pattern in self._patterns.items() if start in present)

    def _present_in(self, text: str) -> set[str]:
        present: set[str] = set()
        rest = text.encode("ascii", "replace")
        starts, automaton = self._starts, self._automaton
        while rest:
            for begin, found in automaton.blocks(rest):
                present.update(starts[index] for index, _, _ in found)
                if len(found) > _MANY:
                    rest = rest[begin + BLOCK :]
                    break
            else:
                break
            starts = tuple(start for start in starts if start not in present)
            automaton = _automaton_for(starts)
        return present


def _automaton_for(starts: tuple[str, ...]) -> Automaton:
    return Automaton([start.encode("ascii") for start in starts])


_CLOUD: Final = _Issuers(CLOUD_KEYS)
_TOKENS: Final = _Issuers(TOKENS)

# A secret access key has no form but its length. What is before it is matched with it, since few
# places of a text are before one.
_AWS_SECRET: Final = re.compile(r"[^A-Za-z0-9/+](?P<key>[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])")
_AZURE_SECRET: Final = re.compile(r"[0-9A-Za-z_~.\-]{3}[0-9]Q~[A-Za-z0-9_~.\-]{31,34}(?![\w~])")

_TELEGRAM: Final = re.compile(rf"[0-9](?<![^\W_].)[0-9]{{7,9}}:AA{_W}{{33}}(?!{_W})")
_DISCORD: Final = re.compile(
    rf"[MNO](?<![^\W_].)[A-Za-z0-9_\-]{{23,27}}\.{_W}{{6}}\.{_W}{{27,38}}(?!{_W})"
)
# Anchored at the dot after a token's header: who began at `eyJ` would read the rest of a text of
# nothing else again and again.
_AFTER_JWT_HEADER: Final = re.compile(
    rf"\.(?<={_W}{{13}}\.)(?=({_W}{{10,8192}}+\.{_W}{{0,2048}}+))"
)
_JWT_HEADER_BACKWARDS: Final = re.compile(rf"{_W}{{13,4099}}+")
_JWT_START: Final = re.compile(r"eyJ(?<![^\W_]...)")
_JWT_HEADER_MAX: Final = 4099
_JWT_HEADER_REST: Final = 10  # characters of a header after its start, at least
_BEGIN: Final = re.compile(
    r"-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----|PuTTY-User-Key-File-[23]:"
)
_END: Final = re.compile(
    r"-----END (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----|Private-MAC: [0-9a-f]{40,64}"
)
# A key of 16384 bits has 12,500 characters; one without an end is hidden this far.
_KEY_MAX: Final = 16_384


def find_cloud_keys(reading: Reading) -> Iterator[PiiSpan | None]:
    """Finds keys of cloud providers."""
    text = reading.text
    yield from _of_issuers(text, _CLOUD, PiiKind.CLOUD_KEY)
    if "Q~" in text:
        for match in _AZURE_SECRET.finditer(text):
            yield PiiSpan(PiiKind.CLOUD_KEY, match.start(), match.end(), DISTINCT)
    if not reading.mentions(Topic.CLOUD):
        return
    for match in _AWS_SECRET.finditer(f"\n{text}"):  # faster than to look for words first
        start, end = match.start(), match.end() - 1  # without the end of line before the text
        if reading.near(Topic.CLOUD, start, end):
            is_key = looks_random(match["key"])
            yield PiiSpan(PiiKind.CLOUD_KEY, start, end, CONTEXT) if is_key else None


def find_tokens(reading: Reading) -> Iterator[PiiSpan | None]:
    """Finds tokens of services: source hosts, chat, payment, models, mail."""
    text = reading.text
    yield from _of_issuers(text, _TOKENS, PiiKind.TOKEN)
    if ":AA" in text:
        for match in _TELEGRAM.finditer(text):
            yield PiiSpan(PiiKind.TOKEN, match.start(), match.end(), DISTINCT)
    if reading.has_digit and "." in text:
        for match in _DISCORD.finditer(text):
            if looks_random(match[0]):
                yield PiiSpan(PiiKind.TOKEN, match.start(), match.end(), DISTINCT)


def find_jwts(reading: Reading) -> Iterator[PiiSpan]:
    """Finds JSON Web Tokens: `eyJ` is how every JSON object begins in base64url."""
    text = reading.text
    if "eyJ" not in text:
        return
    reached = 0
    for match in _AFTER_JWT_HEADER.finditer(text):
        dot = match.start()
        if dot < reached:
            continue
        least = max(reached, dot - _JWT_HEADER_MAX)
        before = text.rfind(".", least, dot)
        window = text[least if before < 0 else before + 1 : dot]
        header = _JWT_HEADER_BACKWARDS.match(window[::-1])
        if header is None:
            continue
        start = _JWT_START.search(text, dot - header.end(), dot - _JWT_HEADER_REST)
        if start is not None:
            reached = match.end(1)
            yield PiiSpan(PiiKind.JWT, start.start(), reached, DISTINCT)


def find_private_keys(reading: Reading) -> Iterator[PiiSpan]:
    """Finds private keys from their first line to their last, or as far as a key reaches."""
    text = reading.text
    if "PRIVATE KEY" not in text and "PuTTY" not in text:
        return
    ends = [match.end() for match in _END.finditer(text)]
    begins = [match.start() for match in _BEGIN.finditer(text)]
    place = 0
    reached = 0
    for index, start in enumerate(begins):
        if start < reached:
            continue
        while place < len(ends) and ends[place] <= start:
            place += 1
        end = min(len(text), start + _KEY_MAX)
        if index + 1 < len(begins):
            end = min(end, begins[index + 1])
        if place < len(ends) and ends[place] <= end:
            end = ends[place]
        reached = end
        yield PiiSpan(PiiKind.PRIVATE_KEY, start, end, DISTINCT)


def _of_issuers(text: str, issuers: _Issuers, kind: PiiKind) -> Iterator[PiiSpan | None]:
    for pattern in issuers.patterns_for(text):
        reached = 0
        while (match := pattern.search(text, reached)) is not None:
            if match.lastgroup is None:
                reached = match.end()
                yield PiiSpan(kind, match.start(), reached, DISTINCT)
            else:
                reached = match.start() + 1
                yield None
