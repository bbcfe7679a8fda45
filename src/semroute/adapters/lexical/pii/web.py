"""Web addresses and the names of hosts."""

import re
from collections.abc import Iterator
from typing import Final

from semroute.adapters.lexical.pii.lexicon import Topic
from semroute.adapters.lexical.pii.reading import Reading
from semroute.adapters.lexical.pii.scores import CONTEXT, DISTINCT, LIKELY
from semroute.adapters.lexical.pii.toplevel import DOUBTFUL, SECOND_LEVEL, SURE
from semroute.domain.pii import PiiKind, PiiSpan

# What follows a scheme, up to what cannot stand in an address. Two thousand characters are more
# than browsers of all makes agree on.
_AFTER_SCHEME: Final = re.compile(
    r"://(?<=[A-Za-z][A-Za-z0-9]://)(?=[^\W_]|[\[%~$_])[^\s<>\"`{}|\\^]{1,2048}+"
)
_SCHEME_BACKWARDS: Final = re.compile(r"[A-Za-z0-9+.\-]{0,19}+")
_SCHEME_MAX: Final = 20
_WWW: Final = re.compile(
    r"[wW](?<![\w.@/\-].)[wW]{2}[0-9]?\.[^\W_][^\s<>\"`{}|\\^]{0,2048}+", re.ASCII
)
_TRAILING: Final = ".,;:!?'\"*_~\xbb\u201d\u2019"
_CLOSING: Final = {")": "(", "]": "["}

# Anchored at a dot between letters or digits, which ordinary text has seldom.
_AFTER_DOT: Final = re.compile(
    r"\.(?<=[^\W_]\.)(?=[A-Za-z0-9])"
    r"(?![A-Za-z\-]{0,63}+[0-9][A-Za-z0-9\-]{0,63}+(?!/|\.[A-Za-z0-9]))("
    r"[A-Za-z0-9\-]{1,63}+(?:\.[A-Za-z0-9][A-Za-z0-9\-]{0,62}+){0,6}+)"
    r"(?![\w@(])(/[^\s<>\"`{}|\\^]{0,2048}+)?"
)
_PATH: Final = 2  # the group of what follows a host
_LABEL_BACKWARDS: Final = re.compile(r"[\w\-]{1,63}+")
_LABEL_MAX: Final = 63
_NOT_BEFORE: Final = frozenset("@/.\\$")
# Names of technologies that look like hosts.
_TECHNOLOGIES: Final = frozenset(("asp.net", "ado.net", "vb.net", "ml.net", "paint.net"))


def find_urls(reading: Reading) -> Iterator[PiiSpan | None]:
    """Finds addresses with a scheme, with `www.`, or with a host and a path."""
    text = reading.text
    if "://" in text:
        for match in _AFTER_SCHEME.finditer(text):
            begin = match.start()
            window = text[max(0, begin - _SCHEME_MAX) : begin][::-1]
            scheme = _SCHEME_BACKWARDS.match(window)
            assert scheme is not None
            name = scheme[0][::-1].lstrip("0123456789+.-")
            start = begin - len(name)
            yield PiiSpan(PiiKind.URL, start, _without_trailing(text, start, match.end()), DISTINCT)
    if "." not in text:
        return
    for match in _WWW.finditer(text):
        end = _without_trailing(text, match.start(), match.end())
        if "." in text[match.start() + 4 : end]:
            yield PiiSpan(PiiKind.URL, match.start(), end, DISTINCT)
    for host in _hosts(reading, with_path=True):
        if host is None:
            yield None
        else:
            start, end, score = host
            yield PiiSpan(PiiKind.URL, start, _without_trailing(text, start, end), score)


def find_domains(reading: Reading) -> Iterator[PiiSpan | None]:
    """Finds names of hosts that stand alone: `example.com`, `shop.example.co.uk`."""
    if "." in reading.text:
        for host in _hosts(reading, with_path=False):
            yield None if host is None else PiiSpan(PiiKind.DOMAIN, *host)


def _hosts(reading: Reading, *, with_path: bool) -> Iterator[tuple[int, int, float] | None]:
    """Yields where hosts stand and how sure that is, and None for each that hardly is none."""
    text = reading.text
    reached = 0
    for match in _AFTER_DOT.finditer(text):
        has_path = match.lastindex == _PATH
        if has_path and not with_path:
            reached = 0
            continue
        dot, until = match.start(), match.end(1)
        # More labels than a host has: what follows them is no host of its own.
        is_rest, reached = dot == reached, 0 if has_path else until
        if is_rest or has_path is not with_path or text[until - 1].isdecimal():
            continue
        rest = match[1].rstrip("-")
        top = rest[rest.rfind(".") + 1 :]
        folded = top if top.islower() else top.lower()
        if folded not in SURE and folded not in DOUBTFUL:
            continue
        label = _LABEL_BACKWARDS.match(text[max(0, dot - _LABEL_MAX) : dot][::-1])
        start = dot if label is None else dot - len(label[0].rstrip("_-"))
        end = dot + 1 + len(rest)
        if start == dot or (start and text[start - 1] in _NOT_BEFORE):
            yield None
            continue
        host = text[start:end]
        # "the end.Net profit": a top-level domain is written as the rest is.
        if folded != top and not host.isupper():
            yield None
            continue
        score = _score(reading, host.lower(), folded, start, end)
        yield None if score is None else (start, match.end() if with_path else end, score)


def _score(reading: Reading, host: str, top: str, start: int, end: int) -> float | None:
    if host in _TECHNOLOGIES:
        return None
    labels = host.split(".")
    if labels[0].isdigit() and len(labels) == 2:  # noqa: PLR2004 - "3.de" is no name
        return None
    if reading.near(Topic.SITE, start, end):
        return CONTEXT
    if top in SURE or labels[-2] in SECOND_LEVEL or labels[0] == "www":
        return LIKELY
    return None


def _without_trailing(text: str, start: int, end: int) -> int:
    """Returns where an address ends, without what belongs to the sentence around it.

    A closing bracket belongs to the address only if its opening one does.
    """
    for closing, opening in _CLOSING.items():
        place = text.find(closing, start, end)
        while place >= 0:
            if text.count(opening, start, place) < text.count(closing, start, place + 1):
                end = place
                break
            place = text.find(closing, place + 1, end)
    while end > start and text[end - 1] in _TRAILING:
        end -= 1
    return end
