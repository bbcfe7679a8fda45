"""Addresses of machines: IPv4, IPv6 and MAC."""

import re
from collections.abc import Iterator
from socket import AF_INET6, inet_pton
from typing import Final

from semroute.adapters.lexical.pii.crowds import every_third
from semroute.adapters.lexical.pii.lexicon import Topic
from semroute.adapters.lexical.pii.reading import Reading
from semroute.adapters.lexical.pii.scores import CONTEXT, DISTINCT, LIKELY
from semroute.domain.pii import PiiKind, PiiSpan

_V4: Final = re.compile(
    r"[0-9](?=[0-9]{0,2}\.)(?<![^\W_].)(?<![0-9][.].)[0-9]{0,2}+(?:\.[0-9]{1,3}+){3}(?![^\W_]|\.[0-9])"
)
# At least a double colon or six single ones: times and scores have fewer.
_V6_WRITTEN: Final = (
    r"(?:(?<=:)(?=:[0-9A-Fa-f])|(?=[0-9A-Fa-f]{0,3}:))"
    r"(?=(?<=:):|(?:[0-9A-Fa-f]{0,4}+:(?!:)){0,5}+[0-9A-Fa-f]{0,4}+:)"
    r"[0-9A-Fa-f:]{1,38}+(?:(?<=:[0-9])(?:\.[0-9]{1,3}){3}|(?<=:[0-9]{2})(?:\.[0-9]{1,3}){3}"
    r"|(?<=:[0-9]{3})(?:\.[0-9]{1,3}){3})?(?![\w:])"
)
_V6: Final = re.compile(rf"[0-9A-Fa-f:](?<![\w:.].){_V6_WRITTEN}")
# Shorter ones count only if the text has a word about machines.
_V6_SURE: Final = re.compile(rf"[0-9A-Fa-f:](?<![\w:.].)(?=[0-9A-Fa-f:.]{{5}}){_V6_WRITTEN}")
_MAC: Final = re.compile(
    r"[0-9A-Fa-f](?<![\w:.\-].)(?:"
    r"[0-9A-Fa-f](?P<s>[:\-])[0-9A-Fa-f]{2}(?:(?P=s)[0-9A-Fa-f]{2}){4}"
    r"|[0-9A-Fa-f]{3}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}"
    r")(?![\w\-]|[:.]\w)"
)
_VERSION_BEFORE: Final = 12  # characters: "version 1.2.3.4", "firmware: 1.2.3.4"
_ONE_DIGIT_EACH: Final = 7
_BYTES: Final = re.compile(
    r"(?:(?:[0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5])(?:\.(?!\Z)|\Z)){4}"
)
_DOTS: Final = 3
_COLONS: Final = 7  # of an address without a double one
_SURE_GROUPS: Final = 4
_SURE_SHORTEST: Final = 6  # characters: "fe80::"
# Global unicast, unique local, link local: how an abbreviated address nearly always begins.
_SURE_START: Final = re.compile(
    r"2[0-9a-f]{3}:|f[cd][0-9a-f]{2}:|fe80:|64:ff9b:|::ffff:", re.IGNORECASE
)


def find_ip_addresses(reading: Reading) -> Iterator[PiiSpan | None]:
    """Finds IPv4 and IPv6 addresses, but not versions and numbered sections."""
    if reading.has_digit and reading.text.count(".") >= _DOTS:
        is_third = every_third()
        for match in _V4.finditer(reading.text):
            if not _is_v4(match[0]):
                if next(is_third):
                    yield None
                continue
            start, end = match.span()
            about_machine = reading.near(Topic.ADDRESS, start, end)
            if not about_machine and reading.near(
                Topic.VERSION, start, end, before=_VERSION_BEFORE, after=0
            ):
                continue
            doubtful = end - start <= _ONE_DIGIT_EACH and not about_machine
            yield PiiSpan(PiiKind.IP_ADDRESS, start, end, LIKELY if doubtful else DISTINCT)
    if "::" in reading.text or reading.text.count(":") >= _COLONS:
        yield from _find_v6(reading)


def _is_v4(written: str) -> bool:
    return _BYTES.fullmatch(written) is not None


def _find_v6(reading: Reading) -> Iterator[PiiSpan | None]:
    pattern = _V6 if reading.mentions(Topic.ADDRESS) else _V6_SURE
    for match in pattern.finditer(reading.text):
        start, end = match.span()
        written = match[0]
        if written[-1] == ":" and written[-2:] != "::":
            written, end = written[:-1], end - 1  # "at 2001:db8::1: refused"
        if "::" not in written and written.count(":") + ("." in written) != _COLONS:
            continue
        if _is_sure(written):
            score = DISTINCT
        elif reading.near(Topic.ADDRESS, start, end):
            score = CONTEXT
        else:
            yield None
            continue
        yield PiiSpan(PiiKind.IP_ADDRESS, start, end, score) if _is_v6(written) else None


def _is_sure(written: str) -> bool:
    """Returns whether an address, if it is one, is nothing else that is written like one."""
    return len(written) >= _SURE_SHORTEST and (
        _SURE_START.match(written) is not None or sum(map(bool, written.split(":"))) >= _SURE_GROUPS
    )


def _is_v6(written: str) -> bool:
    if not any(map(str.isdigit, written)):
        return False  # "dead::beef", and words of some programming languages
    try:
        inet_pton(AF_INET6, written)
    except OSError:
        return False
    return True


def find_mac_addresses(reading: Reading) -> Iterator[PiiSpan]:
    """Finds MAC addresses: six pairs, or three groups of four as routers print them."""
    if not reading.has_digit:
        return
    for match in _MAC.finditer(reading.text):
        start, end = match.span()
        # Digits alone may be a phone number or a measurement.
        sure = match["s"] == ":" or not match[0].replace("-", "").replace(".", "").isdigit()
        if sure or reading.near(Topic.ADDRESS, start, end):
            yield PiiSpan(PiiKind.MAC_ADDRESS, start, end, DISTINCT)
