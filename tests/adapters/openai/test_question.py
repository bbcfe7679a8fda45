import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from semroute.adapters.openai import OpenAICache, OpenAIChat
from semroute.domain.caching.question import Question
from semroute.domain.errors import InvalidRequestError
from semroute.domain.passage import Path
from tests.adapters.wire.documents import TEXT, UNHURRIED

ASKED = {
    "model": "auto",
    "messages": [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "What is a wren?"},
    ],
}
NO_EFFECT = [
    "stream",
    "stream_options",
    "user",
    "safety_identifier",
    "metadata",
    "store",
    "prompt_cache_key",
    "prompt_cache_options",
    "prompt_cache_retention",
]


def question(document: Any) -> Question:
    return OpenAICache().question(json.dumps(document).encode())


def asked(*messages: Any, **fields: Any) -> Question:
    return question({"model": "auto", "messages": messages, **fields})


def user(content: Any) -> dict[str, Any]:
    return {"role": "user", "content": content}


def part(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


def test_a_question_is_divided_into_the_last_text_and_the_rest() -> None:
    found = question(ASKED | {"temperature": 0.5, "stream": True})
    assert found.text == "What is a wren?"
    assert json.loads(found.rest) == {
        "model": "auto",
        "messages": [ASKED["messages"][0], {"role": "user", "content": True}],
        "temperature": 0.5,
    }
    assert b"wren" not in found.rest


@pytest.mark.parametrize("name", NO_EFFECT)
def test_who_asks_and_how_the_answer_is_sent_make_no_other_question(name: str) -> None:
    assert question(ASKED | {name: {"any": "thing"}}) == question(ASKED)


@pytest.mark.parametrize("name", NO_EFFECT)
def test_what_has_no_effect_at_the_top_may_have_one_deeper_inside(name: str) -> None:
    one, other = (question(ASKED | {"extra": {name: value}}) for value in (1, 2))
    assert one.rest != other.rest


@pytest.mark.parametrize(
    "fields",
    [
        {"model": "auto2"},
        {"messages": [{"role": "system", "content": "Be long."}, ASKED["messages"][1]]},
        {"messages": [{"role": "developer", "content": "Be brief."}, ASKED["messages"][1]]},
        {"messages": [user("Hi."), {"role": "assistant", "content": "Hi."}, user("And a wren?")]},
        {"messages": [*ASKED["messages"][:1], user("x") | {"name": "ann"}]},
        {"tools": [{"type": "function", "function": {"name": "f"}}]},
        {"tool_choice": "none"},
        {"response_format": {"type": "json_object"}},
        {"temperature": 0},
        {"temperature": None},
        {"top_p": 1},
        {"seed": 1},
        {"max_tokens": 10},
        {"max_completion_tokens": 10},
        {"stop": ["."]},
        {"n": 2},
        {"logit_bias": {"1": 1}},
        {"logprobs": True},
        {"reasoning_effort": "low"},
        {"service_tier": "flex"},
        {"modalities": ["text"]},
        {"nobody-has-heard-of-this": None},
    ],
)
def test_all_else_makes_another_question(fields: dict[str, Any]) -> None:
    assert question(ASKED | fields).rest != question(ASKED).rest


@pytest.mark.parametrize(
    ("one", "other"),
    [("1", "1.0"), ("1", "true"), ("0", "false"), ("0", "-0.0"), ('"1"', "1"), ("null", '""'),
     ("[]", "{}"), ("9007199254740992", "9007199254740993"), ("1" * 400, "1" * 399 + "2"),
     ("-" + "1" * 4300, "-" + "1" * 4299 + "2"), ("0.1", "0.10000000000000002"),
     (r'"\u00e9"', r'"e\u0301"')],
)  # fmt: skip
def test_values_that_a_server_may_tell_apart_are_told_apart(one: str, other: str) -> None:
    bodies = [
        b'{"model":"m","messages":[{"role":"user"}],"x":%s}' % x.encode() for x in (one, other)
    ]
    for body in bodies:
        OpenAIChat().parse(body)
    assert len({OpenAICache().question(body).rest for body in bodies}) == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("0.10", "0.1"),
        ("1E2", "100.0"),
        (r'"\u00e9\ud83d\ude00\/"', '"é😀/"'),
        ("[ 1 ,2]", "[1,2]"),
    ],
)
def test_the_spelling_of_a_value_does_not_matter(one: str, other: str) -> None:
    rests = [
        OpenAICache().question(b'{"x":%s,"model":"m","messages":[]}' % x.encode()).rest
        for x in (one, other)
    ]
    assert rests[0] == rests[1]


@pytest.mark.parametrize("body", ['{"a":1,"a":2,%s}', '{"x":{"a":1,"a":2},%s}'])
def test_a_key_that_comes_twice_is_refused_before_anybody_asks(body: str) -> None:
    rest = '"model":"m","messages":[{"role":"user","content":"hi"}]'
    with pytest.raises(InvalidRequestError):
        OpenAIChat().parse((body % rest).encode())


@pytest.mark.parametrize(
    "content", [True, 1, {}, {"text": "x"}, [{"type": "text", "text": True}], [True]]
)
def test_what_stands_where_the_text_was_cannot_be_asked(content: Any) -> None:
    with pytest.raises(InvalidRequestError):
        OpenAIChat().parse(json.dumps({"model": "m", "messages": [user(content)]}).encode())


@pytest.mark.parametrize(
    "message",
    [
        {"role": "user"},
        user(None),
        user([]),
        user([part("x"), {"type": "image_url", "image_url": {"url": "data:,"}}]),
        user([{"type": "input_text", "text": "x"}]),
        user([{"type": "refusal", "refusal": "x"}]),
        {"role": "assistant", "content": "x"},
        {"role": "system", "content": "x"},
        {"role": "tool", "tool_call_id": "1", "content": "x"},
        {"role": "User", "content": "x"},
    ],
)
def test_a_last_message_that_is_no_text_of_a_user_stays_in_the_rest(message: Any) -> None:
    found = asked(user("first"), message)
    assert found.text is None
    assert json.loads(found.rest)["messages"] == [user("first"), message]
    assert not found.is_comparable


def test_a_text_in_parts_is_one_text_whose_parts_still_count() -> None:
    splits = [["a", "b\nc"], ["a\nb", "c"], ["a", "b", "c"], ["a\nb\nc"]]
    found = [asked(user([part(text) for text in split])) for split in splits]
    assert {each.text for each in found} == {"a\nb\nc"}
    assert asked(user("a\nb\nc")).text == "a\nb\nc"
    assert len({each.rest for each in [*found, asked(user("a\nb\nc"))]}) == 5


def test_the_last_part_of_a_text_may_differ_and_what_else_is_in_a_part_may_not() -> None:
    assert asked(user([part("a"), part("b")])).rest == asked(user([part("c"), part("dd")])).rest
    cached = part("a") | {"cache_control": {"type": "ephemeral"}}
    assert asked(user([cached])).rest != asked(user([part("a")])).rest


@pytest.mark.parametrize(
    ("given", "expected"),
    [({}, None), ({"temperature": None}, None), ({"temperature": 0}, 0.0),
     ({"temperature": 1.5}, 1.5), ({"temperature": "1.5"}, 1.5), ({"temperature": True}, 1.0),
     ({"temperature": "warm"}, None), ({"temperature": []}, None),
     ({"temperature": 10**400}, None)],
)  # fmt: skip
def test_the_temperature_is_read_as_the_most_lenient_server_reads_it(
    given: dict[str, Any], expected: float | None
) -> None:
    assert question(ASKED | given).temperature == expected


@pytest.mark.parametrize(("n", "choices"), [(1, 1), (3, 3), (None, 1), ("x", 1)])
def test_a_question_says_how_many_answers_it_wants(n: Any, choices: int) -> None:
    assert question(ASKED | {"n": n}).choices == choices


@pytest.mark.parametrize(
    ("fields", "offers"),
    [({}, False), ({"tools": []}, False), ({"tools": None}, False), ({"functions": []}, False),
     ({"tools": [{}]}, True), ({"functions": [{}]}, True), ({"web_search_options": {}}, True)],
)  # fmt: skip
def test_a_question_says_whether_it_offers_tools(fields: dict[str, Any], *, offers: bool) -> None:
    assert question(ASKED | fields).offers_tools is offers


@pytest.mark.parametrize(
    ("role", "is_history"),
    [("system", False), ("developer", False), ("user", False), ("assistant", True),
     ("tool", True), ("function", True), ("model", True)],
)  # fmt: skip
def test_a_question_says_whether_a_model_or_a_tool_has_spoken(
    role: str, *, is_history: bool
) -> None:
    found = asked({"role": role, "content": "x"}, user("y"))
    assert found.has_history is is_history
    assert found.is_comparable is not is_history


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
PARTS = st.lists(st.builds(part, TEXT) | st.just({"type": "image_url"}), max_size=3)
MESSAGES = st.builds(
    lambda role, content, more: {**more, "role": role, "content": content},
    st.sampled_from(["user", "system", "assistant"]),
    TEXT | st.none() | PARTS,
    st.dictionaries(TEXT, VALUES, max_size=1),
)
REQUESTS = st.builds(
    lambda model, messages, more: {**more, "model": model, "messages": messages},
    st.sampled_from(["auto", "big"]),
    st.lists(MESSAGES, min_size=1, max_size=3),
    st.dictionaries(TEXT | st.sampled_from([*NO_EFFECT, "temperature", "n"]), VALUES, max_size=3),
)


def places_in(value: Any, path: Path = ()) -> Iterator[Path]:
    if path:
        yield path
    if isinstance(value, dict):
        for key, child in value.items():
            yield from places_in(child, (*path, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from places_in(child, (*path, index))


def with_change(document: Any, path: Path, new: Any) -> Any:
    if not path:
        return new
    copy = document.copy()
    copy[path[0]] = with_change(document[path[0]], path[1:], new)
    return copy


def spelled(document: Any) -> str:
    """All of a document that may change an answer, by way of another library."""
    effective = {key: value for key, value in document.items() if key not in NO_EFFECT}
    return json.dumps(effective, sort_keys=True)


def without_last_text(document: Any) -> str:
    *before, last = document["messages"]
    content = last["content"]
    if last["role"] == "user" and isinstance(content, str):
        last = last | {"content": ("text",)}
    elif last["role"] == "user" and content and all(each["type"] == "text" for each in content):
        lengths = [len(each["text"]) for each in content[:-1]]
        parts = [{**each, "text": ("a part",)} for each in content]
        last = last | {"content": ("parts", lengths, parts)}
    return spelled(document | {"messages": [*before, last]})


def is_request(document: Any) -> bool:
    try:
        OpenAIChat().parse(json.dumps(document).encode())
    except InvalidRequestError:
        return False
    return True


@UNHURRIED
@given(data=st.data(), request=REQUESTS)
def test_a_change_anywhere_makes_another_question_unless_it_has_no_effect(
    data: st.DataObject, request: Any
) -> None:
    path = data.draw(st.sampled_from(list(places_in(request))))
    other = with_change(request, path, data.draw(VALUES | MESSAGES))
    assume(is_request(other))
    one, two = question(request), question(other)
    assert ((one.rest, one.text) == (two.rest, two.text)) is (spelled(request) == spelled(other))
    assert (one.rest == two.rest) is (without_last_text(request) == without_last_text(other))


@UNHURRIED
@given(request=REQUESTS, key=TEXT, value=VALUES)
def test_a_field_more_makes_another_question(request: Any, key: str, value: Any) -> None:
    assume(key not in request and key not in NO_EFFECT)
    assert question({**request, key: value}).rest != question(request).rest


@UNHURRIED
@given(request=REQUESTS, text=TEXT)
def test_another_last_text_leaves_the_rest_as_it_is(request: Any, text: str) -> None:
    *before, last = request["messages"]
    ends = [{**last, "role": "user", "content": content} for content in ("x", text)]
    one, two = (question(request | {"messages": [*before, end]}) for end in ends)
    assert one.rest == two.rest
    assert (one.text, two.text) == ("x", text)


def reversed_keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: reversed_keys(child) for key, child in reversed(value.items())}
    return [reversed_keys(child) for child in value] if isinstance(value, list) else value


@UNHURRIED
@given(request=REQUESTS, ascii_only=st.booleans())
def test_neither_the_order_of_keys_nor_white_space_matters(
    request: Any, *, ascii_only: bool
) -> None:
    body = json.dumps(reversed_keys(request), indent=3, ensure_ascii=ascii_only).encode()
    assert OpenAICache().question(body) == question(request)
