"""E-mail addresses."""

import re
from collections.abc import Iterator
from typing import Final

from semroute.adapters.lexical.pii.reading import Reading
from semroute.adapters.lexical.pii.scores import DISTINCT
from semroute.adapters.lexical.pii.spelt import spelt_addresses
from semroute.domain.pii import PiiKind, PiiSpan

# Anchored at the one character that every address has and prose has not. Letters of any script
# may stand on either side (RFC 6531). Labels have up to 63 characters; domains with more than
# nine are not looked at further.
_DOMAIN: Final = re.compile(
    r"@(?<=[\w.+%'*!#$&-]@)(?=[\w.-]{1,255}?\.(?:xn--|[^\W\d_]{63}"
    r"|[^\W\d_]{2,62}+(?:(?![\w-])|[_-]{1,61}+(?!\.?[^\W_]))))"
    r"[^\W_][\w-]{0,62}+(?:\.[^\W_][\w-]{0,62}+){1,8}+"
)
_LOCAL_BACKWARDS: Final = re.compile(r"[\w.+%'*!#$&-]{1,64}+")
_TOP_LEVEL: Final = re.compile(r"[^\W\d_]{2,63}|xn--[a-z0-9-]{2,59}", re.IGNORECASE)
_LOCAL_MAX: Final = 64  # RFC 5321, 4.5.3.1.1


def find_emails(reading: Reading) -> Iterator[PiiSpan | None]:
    """Finds e-mail addresses."""
    text = reading.text
    for match in _DOMAIN.finditer(text):
        at = match.start()
        local = _LOCAL_BACKWARDS.match(text[max(0, at - _LOCAL_MAX) : at][::-1])
        assert local is not None
        name = local[0][::-1].lstrip(".'*!#$&-%")
        domain = match[0].rstrip("-_")
        while domain.count(".") and not _TOP_LEVEL.fullmatch(domain[domain.rindex(".") + 1 :]):
            domain = domain[: domain.rindex(".")]
        end = at + len(domain)
        # "git@host:" is where a repository is cloned from.
        is_address = name and name[-1] != "." and "." in domain
        if is_address and not (name == "git" and text[end : end + 1] == ":"):
            yield PiiSpan(PiiKind.EMAIL, at - len(name), end, DISTINCT)
        else:
            yield None
    for spelt in spelt_addresses(text):
        yield PiiSpan(PiiKind.EMAIL, spelt.start, spelt.end, DISTINCT)
