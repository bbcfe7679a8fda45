import json
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semroute.adapters.wire.merging import merge
from semroute.adapters.wire.raw import fields_of, written

from .documents import JSON, TEXT, UNHURRIED


def merged(body: bytes, patch: Any) -> bytes:
    fields = fields_of(body)
    merge(fields, patch)
    return bytes(written(fields))


BODY = b'{"n":1.50,"o":{ "a" : 1E2 , "b":{"c": 0.10} },"l":[ 1 ]}'


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        ({}, BODY),
        ({"m": "x"}, BODY[:-1] + b',"m":"x"}'),
        ({"n": None}, b'{"o":{ "a" : 1E2 , "b":{"c": 0.10} },"l":[ 1 ]}'),
        ({"unheard-of": None}, BODY),
        ({"l": [2, None]}, BODY.replace(b"[ 1 ]", b"[2,null]")),
        ({"l": (2,)}, BODY.replace(b"[ 1 ]", b"[2]")),
        (
            {"o": {"b": {"d": True}}},
            b'{"n":1.50,"o":{"a":1E2,"b":{"c":0.10,"d":true}},"l":[ 1 ]}',
        ),
        ({"o": {"a": None}}, b'{"n":1.50,"o":{"b":{"c": 0.10}},"l":[ 1 ]}'),
        ({"o": 1}, b'{"n":1.50,"o":1,"l":[ 1 ]}'),
        # an object takes the place of what is none, and its nulls remove nothing
        ({"n": {"x": None, "y": {"z": None}}}, BODY.replace(b"1.50", b'{"y":{}}')),
        (
            MappingProxyType({"n": MappingProxyType({"y": [MappingProxyType({"z": 1})]})}),
            BODY.replace(b"1.50", b'{"y":[{"z":1}]}'),
        ),
    ],
)
def test_a_patch_changes_what_it_names_and_no_other_byte(patch: Any, expected: bytes) -> None:
    assert merged(BODY, patch) == expected


def reference(target: Any, patch: Any) -> Any:
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = reference(result.get(name), value)
    return result


OBJECTS = st.dictionaries(TEXT, JSON, max_size=4)


@UNHURRIED
@given(OBJECTS, OBJECTS)
def test_a_patch_does_what_rfc_7396_says(document: dict[str, Any], patch: dict[str, Any]) -> None:
    # Some of its names are those of the document, or nothing would be merged.
    patch |= dict(zip(document, patch.values(), strict=False))
    result = json.loads(merged(json.dumps(document).encode(), patch))
    assert json.dumps(result) == json.dumps(reference(document, patch))
