"""What every codec promises of APIs that are not routed."""

import json

import pytest

from semroute.adapters.anthropic import AnthropicTexts
from semroute.adapters.openai import OpenAITexts
from semroute.domain.errors import InvalidRequestError
from semroute.domain.ports import TextCodec
from semroute.domain.routing import ChatEdit

CODECS: list[TextCodec] = [OpenAITexts(), AnthropicTexts()]
codecs = pytest.mark.parametrize("codec", CODECS, ids=["openai", "anthropic"])

JSON = "application/json"
BODY = b'{"model": "m", "prompt": "one", "input": ["two", {"text": "three"}], "seed": 1.50}'


@codecs
def test_every_text_is_read(codec: TextCodec) -> None:
    texts = {each.text: each.path for each in codec.read(BODY, JSON).passages}
    assert texts["one"] == ("prompt",)
    assert texts["two"] == ("input", 0)
    assert texts["three"] == ("input", 1, "text")


@codecs
def test_texts_are_replaced_where_they_stand(codec: TextCodec) -> None:
    edited = codec.edit(BODY, ChatEdit(None, {("input", 1, "text"): "3", ("prompt",): "1"}))
    assert json.loads(edited) == {
        "model": "m", "prompt": "1", "input": ["two", {"text": "3"}], "seed": 1.5,
    }  # fmt: skip
    assert b"1.50" in edited


@codecs
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"a": 1, "a": 2}', b'{"a": NaN}', b"\xff"])
def test_what_is_no_object_is_the_client_s_fault(codec: TextCodec, body: bytes) -> None:
    with pytest.raises(InvalidRequestError):
        codec.read(body, JSON)


@codecs
@pytest.mark.parametrize("status", [400, 403, 413, 503])
def test_errors_are_json_that_says_what_is_wrong(codec: TextCodec, status: int) -> None:
    reply = codec.error(status, InvalidRequestError("It is wrong.", "prompt", "wrong"), "01JD")
    assert reply.status == status
    assert reply.headers.get("content-type") == "application/json"
    error = json.loads(reply.body)["error"]
    assert "It is wrong." in error["message"]
    assert error["type"]


@codecs
def test_a_form_is_read_or_refused_and_never_taken_for_json(codec: TextCodec) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="prompt"\r\n\r\nhi\r\n--x--\r\n'
    kind = "multipart/form-data; boundary=x"
    try:
        (passage,) = codec.read(body, kind).passages
    except InvalidRequestError:
        return
    assert (passage.path, passage.text) == (("prompt",), "hi")
    edited = codec.edit(body, ChatEdit(None, {("prompt",): "ho"}))
    assert edited == body.replace(b"hi", b"ho")
    with pytest.raises(InvalidRequestError):
        codec.read(b'{"prompt": "hi"}', kind)
