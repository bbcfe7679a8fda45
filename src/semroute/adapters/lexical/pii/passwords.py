"""Passwords and keys of no known form: what is assigned to a name that says so."""

import re
from collections.abc import Iterator
from itertools import repeat
from typing import Final

from semroute.adapters.lexical.pii.crowds import every_third
from semroute.adapters.lexical.pii.entropy import is_mixed, is_varied
from semroute.adapters.lexical.pii.reading import Reading
from semroute.adapters.lexical.pii.scores import CONTEXT, DISTINCT, LIKELY
from semroute.adapters.lexical.pii.trees import tree_of
from semroute.domain.pii import PiiKind, PiiSpan

# Every name begins with one of these, which is seen faster than which name it is.
_STEMS: Final = (
    "pass",
    "pwd",
    "contr",
    "kennw",
    "mot de pass",
    "senha",
    "wacht",
    "hasło",
    "şifre",
    "parola",
    "пароль",
    "密码",
    "パスワード",
    "비밀번호",
    "secret",
    "token",
    "credential",
    "authoriz",
    "key",
)
# A name and what is assigned to it, in lower case. What is assigned to a spoken name is a password,
# random or not. Each has a letter first, which lets the search skip all other characters.
_ASSIGNED: Final = re.compile(
    rf"(?={tree_of(_STEMS)})"
    r"(?>(?P<spoken>passw(?:or)?ds?|passphrase|passcode|passwort|pwd|contraseña|kennwort|"
    r"mot de passe|senha|wachtwoord|hasło|şifre|parola|пароль|密码|パスワード|비밀번호|pass(?==))"
    r"|secret|token|credentials?|authorization|(?P<key>key))"
    r"(?:_(?:base|prod(?:uction)?|stag(?:e|ing)|dev|test|live|value))?"
    r"[\"'`]?[ \t]{0,3}(?:(?P<sign>[:=]{1,2}>?)|(?:is|was|to|for [^\s]{1,30}+ is)(?=[ :\"'`]):?)"
    r"[ \t]{0,3}(?:bearer |basic )?"
    r"(?:\"(?P<d>[^\"\n]{1,256}+)\"|'(?P<s>[^'\n]{1,256}+)'|`(?P<b>[^`\n]{1,256}+)`"
    r"|(?P<bare>[^\s\"'`,;<>(){}]{1,256}+))"
)
_BARE: Final = "bare"
# A key is a secret one if one of these comes before.
_KEY_OWNERS: Final = re.compile(
    r"(?:api|secret|access|auth|private|encryption|client|signing|master|license|session|account|"
    r"service|storage|subscription|app|aes|hmac)[_\- ]?"
)
_KEY_OWNER_MAX: Final = 13
_IN_URL: Final = re.compile(
    r"://(?<=[A-Za-z0-9]://)[^\s:@/?#]{0,64}+:(?P<value>[^\s@/]{1,128}+)@[^\s\"'`<>]{1,512}+"
)
_SCHEME_BACKWARDS: Final = re.compile(r"[A-Za-z0-9+.\-]{1,20}+")
_SCHEME_MAX: Final = 20
# A value made of nothing but these stands for one, or is the rest of a sentence.
_STAND_INS: Final = (
    "your my the a an some this change changeme changeit placeholder example sample dummy fake "
    "redacted hidden masked secret password passwd pass pwd token key apikey api none null nil "
    "true false undefined empty todo tbd test required optional string str value here insert "
    "replace env process config settings input user username admin not too wrong incorrect "
    "correct valid invalid expired forgotten reset weak strong stored hashed encrypted sent "
    "being be used in on at for of to and or me id goes name 123 1234 x xx xxx xxxx xxxxx "
    "xxxxxx xxxxxxxx"
)
_PLACEHOLDER: Final = re.compile(
    rf"[\W_]*+(?:{tree_of(set(_STAND_INS.split()))}(?:[\W_]++|\Z))*+\Z"
)
_LONGEST_STAND_IN: Final = 80
_REFERENCE: Final = re.compile(
    r"[$%]|\{\{|<|\[|[A-Za-z_][\w.]{0,60}[(\[]|os\.|process\.|self\.|args\."
)
_DIGIT: Final = re.compile(r"\d")
_SHORTEST: Final = 4
_SHORTEST_KEY: Final = 8
_LONG: Final = 128  # characters
_TESTS: Final = 2  # that a value went through: what is in it, how random it is, what it stands for
_TRAILING: Final = ".,;:!?)]}"


def find_passwords(reading: Reading) -> Iterator[PiiSpan | None]:
    """Finds what is assigned to a name such as `password` or `api_key`, and passwords in URLs.

    Placeholders and references to variables are none. A sentence's "the password is ..." counts
    only if what follows has a digit or a sign among its letters.
    """
    text = reading.text
    if "://" in text:
        yield from _in_urls(text)
    lower = reading.lower
    if not any(stem in lower for stem in _STEMS):
        return
    is_third = every_third()
    for assigned in _ASSIGNED.finditer(lower):
        start, value = _value_of(text, assigned)
        if assigned["spoken"] is not None:
            convincing = _is_password(value, assigned)
            score = CONTEXT
        elif _is_secret(value, lower, assigned):
            convincing = is_varied(value)
            score = LIKELY
            # It takes as long to tell as all else, and with a long one twice as long.
            yield from repeat(None, 2 if len(value) > _LONG else 1)
        else:
            if next(is_third):
                yield None  # names of columns and the like, of which there may be many
            continue
        if convincing and not is_placeholder(value):
            yield PiiSpan(PiiKind.PASSWORD, start, start + len(value), score)
        else:
            yield from repeat(None, _TESTS)


def _value_of(text: str, assigned: re.Match[str]) -> tuple[int, str]:
    """Returns where a value begins, and the value without what ends the sentence it is in."""
    group = assigned.lastgroup
    assert group is not None
    start, end = assigned.span(group)
    value = text[start:end]
    if group != _BARE:
        return start, value.rstrip()
    return start, value.rstrip(_TRAILING if assigned["sign"] is None else ",;")


def is_placeholder(value: str) -> bool:
    """Returns whether a value stands for one: `changeme`, `<your key>`, `${VAR}`, `****`."""
    return (
        _has_two_characters(value)  # "xxxx", "*-*-"
        or _REFERENCE.match(value) is not None
        or (len(value) <= _LONGEST_STAND_IN and _PLACEHOLDER.match(value.lower()) is not None)
        or value[:5].lower() in {"your_", "your-", "your "}
    )


def _has_two_characters(value: str) -> bool:
    """Returns whether a value has no more than two; a set of them takes ten times as long."""
    others = value.replace(value[:1], "")
    return not others.strip(others[:1])


def _is_password(value: str, assigned: re.Match[str]) -> bool:
    quoted = assigned.lastgroup != _BARE
    by_sign = assigned["sign"] is not None
    if len(value) < _SHORTEST or (" " in value and not quoted):
        return False
    letters = sum(map(str.isalpha, value))
    mixed = 0 < letters < len(value.strip("-_'"))
    if mixed and _DIGIT.search(value) is not None:
        return True
    if quoted and by_sign:
        return " " not in value or mixed
    if value.isdigit():
        return by_sign or len(value) >= _SHORTEST
    signs = any(character in "!@#$%^&*+=?~" for character in value[:-1])
    return signs or (by_sign and _has_inner_capital(value))


def _is_secret(value: str, lower: str, assigned: re.Match[str]) -> bool:
    if len(value) < _SHORTEST_KEY or not is_mixed(value):
        return False
    begin = assigned.start()
    return (
        assigned["key"] is None
        or _KEY_OWNERS.search(lower, max(0, begin - _KEY_OWNER_MAX), begin) is not None
    )


def _has_inner_capital(value: str) -> bool:
    return any(map(str.isupper, value[1:])) and any(map(str.islower, value))


def _in_urls(text: str) -> Iterator[PiiSpan | None]:
    for match in _IN_URL.finditer(text):
        if is_placeholder(match["value"]):
            yield None
            continue
        begin = match.start()
        scheme = _SCHEME_BACKWARDS.match(text[max(0, begin - _SCHEME_MAX) : begin][::-1])
        start = begin - (scheme.end() if scheme else 0)
        # All of it: who has the password and not the host has only half of what must not leave.
        yield PiiSpan(PiiKind.PASSWORD, start, match.end(), DISTINCT)
