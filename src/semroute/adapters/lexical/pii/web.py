"""Web addresses and the names of hosts."""

import re
from collections.abc import Iterator
from typing import Final

from semroute.adapters.lexical.pii.lexicon import Topic
from semroute.adapters.lexical.pii.reading import Reading
from semroute.adapters.lexical.pii.scores import CONTEXT, DISTINCT, LIKELY
from semroute.adapters.lexical.pii.toplevel import DOUBTFUL, SECOND_LEVEL, SURE
from semroute.adapters.lexical.pii.trees import tree_of
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

_LABEL: Final = r"[A-Za-z0-9][A-Za-z0-9\-]{0,62}+\.(?=[A-Za-z0-9])"
_GOES_ON: Final = r"(?=[A-Za-z0-9](?:[A-Za-z0-9\-]|\.[A-Za-z0-9]))"  # what is seen at once
_TOPS: Final = SURE | DOUBTFUL
# In small letters or in capitals: only one of the two trees is climbed.
_TOP: Final = (
    rf"(?P<top>(?=[a-z]{{2}}){tree_of(_TOPS)}|(?=[A-Z]{{2}}){tree_of(map(str.upper, _TOPS))})"
    r"-{0,60}+"
)


def _after_dot(following: str) -> re.Pattern[str]:
    """Returns a pattern of what follows the first label of a host.

    Anchored at a dot between letters or digits, which ordinary text has seldom. Of labels that end
    in no known domain some are matched without any, or each would be read again for each before.
    """
    return re.compile(
        rf"\.(?<=[^\W_]\.){_GOES_ON}(?:(?:{_LABEL}){{0,6}}+{_TOP}{following}|(?:{_LABEL}){{2,6}}+)"
    )


_ALONE: Final = _after_dot(r"(?![\w@(/])")
_WITH_PATH: Final = _after_dot(r"/[^\s<>\"`{}|\\^]{0,2048}+")
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
        has_dot = "." in text[match.start() + 4 : end]
        yield PiiSpan(PiiKind.URL, match.start(), end, DISTINCT) if has_dot else None
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
    pattern = _WITH_PATH if with_path else _ALONE
    for match in pattern.finditer(text):
        if match.lastgroup is None:
            continue
        dot, end = match.start(), match.end("top")
        label = _LABEL_BACKWARDS.match(text[max(0, dot - _LABEL_MAX) : dot][::-1])
        start = dot if label is None else dot - len(label[0].rstrip("_-"))
        if start == dot or (start and text[start - 1] in _NOT_BEFORE):
            yield None
            continue
        host = text[start:end]
        # "the end.Net profit": a top-level domain is written as the rest is.
        top = match["top"]
        folded = top.lower()
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
