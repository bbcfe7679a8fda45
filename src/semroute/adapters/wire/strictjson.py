"""JSON read so strictly that no two parsers can disagree about it.

What the router reads must be what the model server reads. Duplicate keys, `NaN`, half a
surrogate pair or a number that overflows mean different things to different parsers, so a body
that has them is refused. Nesting is limited because recursive parsers are.
"""

import json
import math
import re
from collections import Counter
from typing import Final, NoReturn, TypeAlias

from semroute.domain.errors import InvalidRequestError

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"

MAX_DEPTH: Final = 64

# A parser holds the interpreter until it is done. Measured, a million lists take it 0.7 s and a
# million numbers 0.06 to 0.2 s; 15 MB of text take it 0.03 s. So what is bounded is not the size
# of a body but its structure, at about 0.2 s of either. Brackets and commas in text count too,
# because telling them apart would take as long; even 8 MB of program code has fewer.
MAX_BRACKETS: Final = 250_000
MAX_COMMAS: Final = 2_000_000

_SURROGATE_ESCAPE: Final = re.compile(rb"\\u[dD][89a-fA-F]")
_Nest: TypeAlias = dict[str, Json] | list[Json]
_NESTS: Final = (dict, list)  # a union would take three times as long to ask for
_PLAIN_KEY: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}")


def load_object(body: bytes) -> dict[str, Json]:
    """Reads a JSON object.

    Raises:
        InvalidRequestError: The body is something else; the client's fault.
    """
    _check_size(body)
    try:
        document = json.loads(
            body.decode(),
            object_pairs_hook=_object,
            parse_float=_finite,
            parse_constant=_constant,
        )
    except UnicodeDecodeError as error:
        message = f"The body is not UTF-8: byte {error.start} is wrong."
        raise InvalidRequestError(message) from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        message = f"The body is not JSON: {error.msg} at {where}."
        raise InvalidRequestError(message) from None
    except RecursionError:
        raise _too_deep() from None
    except ValueError:  # an integer with thousands of digits
        message = "The body has a number that is too long."
        raise InvalidRequestError(message) from None
    if not isinstance(document, dict):
        message = "The body must be a JSON object."
        raise InvalidRequestError(message)
    _check_nesting(body, document)
    _check_surrogates(body, document)
    return document


def _check_size(body: bytes) -> None:
    brackets = body.count(b"[") + body.count(b"{")
    if brackets > MAX_BRACKETS or body.count(b",") > MAX_COMMAS:
        message = "The body has too many values."
        raise InvalidRequestError(message)


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    result = dict(pairs)
    if len(result) != len(pairs):
        counts = Counter(key for key, _ in pairs)
        twice = next(key for key, count in counts.items() if count > 1)
        name = f" {twice!r}" if _PLAIN_KEY.fullmatch(twice) else ""
        message = f"An object in the body has the key{name} twice."
        raise InvalidRequestError(message)
    return result


def _finite(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        message = "The body has a number that is too large."
        raise InvalidRequestError(message)
    return value


def _constant(_: str) -> NoReturn:
    message = "The body has NaN or Infinity, which are not JSON."
    raise InvalidRequestError(message)


def _too_deep() -> InvalidRequestError:
    return InvalidRequestError(f"The body is nested deeper than {MAX_DEPTH} levels.")


def _check_nesting(body: bytes, document: _Nest) -> None:
    # Fewer brackets than levels allowed: the usual case, settled without a walk.
    if body.count(b"[") + body.count(b"{") <= MAX_DEPTH:
        return
    level: list[_Nest] = [document]
    depth = 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise _too_deep()
        level = [
            child
            for parent in level
            for child in (parent.values() if isinstance(parent, dict) else parent)
            if isinstance(child, _NESTS)
        ]


def _check_surrogates(body: bytes, document: Json) -> None:
    if _SURROGATE_ESCAPE.search(body) is None:
        return
    try:
        json.dumps(document, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        message = "The body has half a surrogate pair."
        raise InvalidRequestError(message) from None
