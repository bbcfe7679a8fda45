import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semroute.adapters.wire.editing import edited
from semroute.domain.passage import Path
from semroute.domain.routing import ChatEdit

from .documents import JSON, TEXT, strings_in


def test_a_new_model_keeps_the_bytes_of_all_other_values() -> None:
    request = (
        b'{"messages" : [ {"role":"user","content":"\\u00e9 \\/ "} ],"model":"auto",'
        b'"temperature":1.50,"seed":123456789012345678901234567890,"x":{ "y" :1E2} }'
    )
    assert edited(request, ChatEdit(model="qwen/é")) == (
        b'{"messages":[ {"role":"user","content":"\\u00e9 \\/ "} ],"model":"qwen/\xc3\xa9",'
        b'"temperature":1.50,"seed":123456789012345678901234567890,"x":{ "y" :1E2}}'
    )


def test_a_new_text_keeps_the_bytes_of_everything_beside_its_path() -> None:
    request = (
        b' {"model":"a", "messages":[ { "role" : "user", "n" : 1.0e0, "content":'
        b'[{"type":"text","text":"me@x.example"}, { "\\u0061": [ 1, 2 ]} ]}, {"content": "\\/"} ]}'
    )
    edit = ChatEdit(texts={("messages", 0, "content", 0, "text"): 'say "[EMAIL_1]"'})
    assert edited(request, edit) == (
        b'{"model":"a","messages":[{"role":"user","n":1.0e0,"content":'
        b'[{"type":"text","text":"say \\"[EMAIL_1]\\""},{ "\\u0061": [ 1, 2 ]}]},'
        b'{"content": "\\/"}]}'
    )


def test_an_empty_edit_keeps_every_byte() -> None:
    request = b' { "model" : "a" } '
    assert edited(request, ChatEdit()) == request


@pytest.mark.parametrize(
    "path",
    [
        (),
        ("me@x.example",),
        ("n",),
        ("messages",),
        ("messages", 1),
        ("messages", -1),
        ("messages", "0"),
        ("model", 0),
        ("model", "x"),
        (0,),
    ],
)
def test_an_edit_of_what_is_no_string_fails_without_naming_it(path: Path) -> None:
    request = b'{"model": "a", "n": 1, "messages": ["hi"]}'
    with pytest.raises(LookupError) as caught:
        edited(request, ChatEdit(texts={path: "x"}))
    assert str(caught.value) == "An edit names a place where the body has no string."


@pytest.mark.parametrize("is_outer_first", [True, False])
def test_a_place_and_a_place_inside_it_are_never_both_edited(*, is_outer_first: bool) -> None:
    texts: list[tuple[Path, str]] = [(("messages",), "x"), (("messages", 0), "y")]
    with pytest.raises(LookupError):
        edited(
            b'{"messages": ["hi"]}',
            ChatEdit(texts=dict(texts if is_outer_first else reversed(texts))),
        )


@settings(deadline=None)
@given(
    document=st.dictionaries(TEXT, JSON, max_size=5),
    choices=st.dictionaries(st.integers(0, 30), TEXT, max_size=4),
    ascii_only=st.booleans(),
)
def test_an_edit_reads_like_the_document_with_the_strings_set(
    document: dict[str, Any], choices: dict[int, str], *, ascii_only: bool
) -> None:
    paths = list(strings_in(document))
    texts = {paths[at % len(paths)]: text for at, text in choices.items()} if paths else {}
    body = json.dumps(document, ensure_ascii=ascii_only, indent=1).encode()
    result = edited(body, ChatEdit(texts=texts))
    expected = json.loads(body)
    for path, text in texts.items():
        place = expected
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = text
    assert json.dumps(json.loads(result)) == json.dumps(expected)  # in this order, too


@settings(deadline=None)
@given(st.lists(JSON, min_size=2, max_size=5), st.integers(0, 2**32))
def test_the_bytes_beside_an_edited_string_are_as_they_were(values: list[Any], seed: int) -> None:
    draw = random.Random(seed)
    spelled = [
        json.dumps(value, ensure_ascii=draw.random() < 0.5, indent=draw.choice([None, 0, 3]))
        for value in values
    ]
    at = draw.randrange(len(values))
    before, after = spelled[:at], spelled[at:]
    body = '{"x": [' + " , ".join([*before, '"old"', *after]) + "]}"
    result = edited(body.encode(), ChatEdit(texts={("x", at): "new"}))
    assert result.decode() == '{"x":[' + ",".join([*before, '"new"', *after]) + "]}"
