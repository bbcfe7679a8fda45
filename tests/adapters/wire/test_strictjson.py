import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semroute.adapters.wire.strictjson import MAX_DEPTH, load_object
from semroute.domain.errors import InvalidRequestError

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(
    st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), JSON),
    st.sampled_from([0, 1]),
)
def test_every_proper_object_is_read_as_the_standard_library_reads_it(
    document: dict[str, object], ascii_only: int
) -> None:
    body = json.dumps(document, ensure_ascii=bool(ascii_only)).encode()
    assert load_object(body) == document


@given(st.binary(max_size=200))
def test_bytes_are_read_or_refused_and_nothing_else_happens(body: bytes) -> None:
    try:
        document = load_object(body)
    except InvalidRequestError:
        return
    assert document == json.loads(body)


def nested(depth: int) -> bytes:
    return b'{"a":' * depth + b"1" + b"}" * depth


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON.*line 1, column 2"),
        (b"[]", "must be a JSON object"),
        (b"null", "must be a JSON object"),
        (b'"x"', "must be a JSON object"),
        (b'{"a": 1, "a": 2}', "key 'a' twice"),
        (b'{"x": [{"a b": 1, "a b": 2}]}', "the key twice"),
        (b'{"a": [' + b"[]," * 250_000 + b"1]}", "too many values"),
        (b'{"a": [' + b"1," * 2_000_001 + b"1]}", "too many values"),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": -Infinity}', "Infinity"),
        (b'{"a": 1e999}', "too large"),
        (b'{"a": ' + b"1" * 5000 + b"}", "too long"),
        (b'{"a": "\\ud800"}', "surrogate"),
        (b'{"\\udc00": 1}', "surrogate"),
        (b'{"a": "\xff"}', "not UTF-8: byte 7"),
        (b"\xef\xbb\xbf{}", "not JSON"),
        ('{"a": 1}'.encode("utf-16"), "not UTF-8"),
        (nested(MAX_DEPTH + 1), "deeper than 64"),
        (b'{"a": ' + b"[" * 100_000, "nested|not JSON"),
        (b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "deeper than 64"),
    ],
)
def test_ambiguous_and_broken_bodies_are_refused(body: bytes, message: str) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        load_object(body)
    assert re.search(message, caught.value.message)


@pytest.mark.parametrize(
    "body",
    [
        nested(MAX_DEPTH),
        b'{"a": [' + b"[]," * 200 + b"[]]}",  # many brackets, little depth
        b'{"a": "\\ud83d\\ude00"}',  # a whole pair
        b'{"a": 123456789012345678901234567890}',
    ],
)
def test_unusual_but_clear_bodies_are_read(body: bytes) -> None:
    assert load_object(body) == json.loads(body)


@given(st.text(), st.text())
def test_errors_never_quote_the_body(key: str, value: str) -> None:
    secret = f"s3cret {value}"
    body = json.dumps({"a b c": secret})[:-1] + ', "a b c": 1}'
    with pytest.raises(InvalidRequestError) as caught:
        load_object(body.encode())
    assert "s3cret" not in str(caught.value)
