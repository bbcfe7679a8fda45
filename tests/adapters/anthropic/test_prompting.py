import json
from typing import Any

import pytest

from semroute.adapters.anthropic import AnthropicMessages, AnthropicTokenCount
from semroute.domain.routing import ChatEdit, SystemPrompt, SystemPromptMode

INSERT, APPEND, REPLACE = SystemPromptMode
codecs = pytest.mark.parametrize("codec", [AnthropicMessages(), AnthropicTokenCount()])


def block(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "text", "text": text, **more}


KIND = block("be kind", cache_control={"type": "ephemeral"})
BODY = {"model": "big", "messages": [{"role": "user", "content": "hi"}]}


@codecs
@pytest.mark.parametrize(
    ("fields", "mode", "expected"),
    [
        ({}, INSERT, "be brief"),
        ({}, APPEND, "be brief"),
        ({}, REPLACE, "be brief"),
        ({"system": None}, INSERT, "be brief"),
        ({"system": ""}, APPEND, "be brief"),
        ({"system": "be kind"}, INSERT, "be brief\n\nbe kind"),
        ({"system": "be kind"}, APPEND, "be kind\n\nbe brief"),
        ({"system": "be kind"}, REPLACE, "be brief"),
        ({"system": [KIND]}, INSERT, [block("be brief"), KIND]),
        ({"system": [KIND]}, APPEND, [KIND, block("be brief")]),
        ({"system": [KIND]}, REPLACE, "be brief"),
        ({"system": []}, INSERT, [block("be brief")]),
    ],
)
def test_the_system_prompt_says_ours_too(
    codec: AnthropicMessages, fields: dict[str, Any], mode: SystemPromptMode, expected: Any
) -> None:
    edit = ChatEdit(system=SystemPrompt("be brief", mode))
    result = codec.edit(json.dumps(BODY | fields).encode(), edit)
    assert json.loads(result) == BODY | {"system": expected}
    assert codec.parse(result).messages[0].text.count("be brief") == 1


@codecs
def test_the_other_blocks_keep_their_bytes(codec: AnthropicMessages) -> None:
    body = b'{"system" : [ {"type":"text", "text":"\\u00e9", "n":1.0 }],"model":"a"}'
    assert codec.edit(body, ChatEdit(system=SystemPrompt("be brief", APPEND))) == (
        b'{"system":[{"type":"text", "text":"\\u00e9", "n":1.0 },'
        b'{"type":"text","text":"be brief"}],"model":"a"}'
    )


@codecs
def test_a_system_prompt_that_is_something_else_is_our_own_fault(codec: AnthropicMessages) -> None:
    with pytest.raises(LookupError):
        codec.edit(b'{"system": 7}', ChatEdit(system=SystemPrompt("be brief")))
