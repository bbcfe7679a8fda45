"""Passwords and keys of no known form: what is assigned to a name that says so."""

import re
from collections.abc import Iterator
from typing import Final

from semroute.adapters.lexical.pii.entropy import looks_random
from semroute.adapters.lexical.pii.reading import Reading
from semroute.adapters.lexical.pii.scores import CONTEXT, DISTINCT, LIKELY
from semroute.domain.pii import PiiKind, PiiSpan

# What is assigned to the first group of names is a password, random or not.
_NAMES: Final = re.compile(
    r"(?P<spoken>passw(?:or)?ds?|passphrase|passcode|passwd|pwd|contraseña|passwort|kennwort"
    r"|mot de passe|senha|wachtwoord)"
    r"|(?:secret|api|access|auth|private|encryption|client|signing|refresh|bearer)"
    r"[_\- ]?(?:access[_\- ]?)?(?:key|token|secret|id[_\- ]?token)"
    r"|secret|token|credentials?|authorization"
)
_ASSIGNED: Final = re.compile(
    r"[\"'`]?[ \t]{0,3}(?:(?P<sign>[:=]>?|:=|=>|==)|(?P<word>is|was|to|for [^\s]{1,30} is)(?=[ :\"'`]):?)"
    r"[ \t]{0,3}(?:Bearer |Basic )?"
    r"(?:\"(?P<d>[^\"\n]{1,256}+)\"|'(?P<s>[^'\n]{1,256}+)'|`(?P<b>[^`\n]{1,256}+)`"
    r"|(?P<bare>[^\s\"'`,;<>(){}]{1,256}+))"
)
_IN_URL: Final = re.compile(
    r"://(?<=[A-Za-z0-9]://)[^\s:@/?#]{0,64}+:(?P<value>[^\s@/]{1,128}+)@[^\s\"'`<>]{1,512}+"
)
_SCHEME_BACKWARDS: Final = re.compile(r"[A-Za-z0-9+.\-]{1,20}+")
_SCHEME_MAX: Final = 20
# A value made of nothing but these stands for one, or is the rest of a sentence.
_PLACEHOLDER_WORDS: Final = frozenset(
    [
        "your",
        "my",
        "the",
        "a",
        "an",
        "some",
        "this",
        "change",
        "changeme",
        "changeit",
        "placeholder",
        "example",
        "sample",
        "dummy",
        "fake",
        "redacted",
        "hidden",
        "masked",
        "secret",
        "password",
        "passwd",
        "pass",
        "pwd",
        "token",
        "key",
        "apikey",
        "api",
        "none",
        "null",
        "nil",
        "true",
        "false",
        "undefined",
        "empty",
        "todo",
        "tbd",
        "test",
        "required",
        "optional",
        "string",
        "str",
        "value",
        "here",
        "insert",
        "replace",
        "env",
        "process",
        "config",
        "settings",
        "input",
        "user",
        "username",
        "admin",
        "not",
        "too",
        "wrong",
        "incorrect",
        "correct",
        "valid",
        "invalid",
        "expired",
        "forgotten",
        "reset",
        "weak",
        "strong",
        "stored",
        "hashed",
        "encrypted",
        "sent",
        "being",
        "be",
        "used",
        "in",
        "on",
        "at",
        "for",
        "of",
        "to",
        "and",
        "or",
        "me",
        "id",
        "goes",
        "name",
        "123",
        "1234",
        "x",
        "xx",
        "xxx",
        "xxxx",
        "xxxxx",
        "xxxxxx",
        "xxxxxxxx",
    ]
) | {""}
_BETWEEN_WORDS: Final = re.compile(r"[\W_]+")
_REFERENCE: Final = re.compile(
    r"[$%]|\{\{|<|\[|[A-Za-z_][\w.]{0,60}[(\[]|os\.|process\.|self\.|args\."
)
_SHORTEST: Final = 4
_SHORTEST_KEY: Final = 8
_TRAILING: Final = ".,;:!?)]}"


def find_passwords(reading: Reading) -> Iterator[PiiSpan]:
    """Finds what is assigned to a name such as `password` or `api_key`, and passwords in URLs.

    Placeholders and references to variables are none. A sentence's "the password is ..." counts
    only if what follows has a digit or a sign among its letters.
    """
    text = reading.text
    if "://" in text:
        yield from _in_urls(text)
    reached = 0
    for name in _NAMES.finditer(reading.lower):
        if name.start() < reached:
            continue
        assigned = _ASSIGNED.match(text, name.end())
        if assigned is None:
            continue
        group = assigned.lastgroup
        assert group is not None
        start, end = assigned.span(group)
        reached = end
        value = text[start:end]
        if group == "bare":
            value = value.rstrip(_TRAILING) if assigned["sign"] is None else value.rstrip(",;")
            end = start + len(value)
        quoted = group != "bare"
        if name["spoken"] is None:
            convincing = len(value) >= _SHORTEST_KEY and looks_random(value)
            score = LIKELY
        else:
            convincing = _is_password(value, quoted=quoted, by_sign=assigned["sign"] is not None)
            score = CONTEXT
        if convincing and not is_placeholder(value):
            yield PiiSpan(PiiKind.PASSWORD, start, end, score)


def is_placeholder(value: str) -> bool:
    """Returns whether a value stands for one: `changeme`, `<your key>`, `${VAR}`, `****`."""
    return (
        len(set(value)) <= 2  # noqa: PLR2004 - "xxxx", "*-*-"
        or _REFERENCE.match(value) is not None
        or _PLACEHOLDER_WORDS.issuperset(_BETWEEN_WORDS.split(value.lower()))
        or value[:5].lower() in {"your_", "your-", "your "}
    )


def _is_password(value: str, *, quoted: bool, by_sign: bool) -> bool:
    if len(value) < _SHORTEST or (" " in value and not quoted):
        return False
    letters = sum(map(str.isalpha, value))
    mixed = 0 < letters < len(value.strip("-_'"))
    if mixed and any(map(str.isdigit, value)):
        return True
    if quoted and by_sign:
        return " " not in value or mixed
    if value.isdigit():
        return by_sign or len(value) >= _SHORTEST
    signs = any(character in "!@#$%^&*+=?~" for character in value[:-1])
    return signs or (by_sign and _has_inner_capital(value))


def _has_inner_capital(value: str) -> bool:
    return any(map(str.isupper, value[1:])) and any(map(str.islower, value))


def _in_urls(text: str) -> Iterator[PiiSpan]:
    for match in _IN_URL.finditer(text):
        if is_placeholder(match["value"]):
            continue
        begin = match.start()
        scheme = _SCHEME_BACKWARDS.match(text[max(0, begin - _SCHEME_MAX) : begin][::-1])
        start = begin - (scheme.end() if scheme else 0)
        # All of it: who has the password and not the host has only half of what must not leave.
        yield PiiSpan(PiiKind.PASSWORD, start, match.end(), DISTINCT)
