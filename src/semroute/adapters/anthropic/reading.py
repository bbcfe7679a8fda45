"""What a request with messages asks, for messages and for the number of their tokens."""

from collections.abc import Iterator
from typing import Final

from semroute.adapters.wire.choice import choice_of
from semroute.adapters.wire.fields import (
    is_streaming_in,
    knobs_in,
    length_in,
    list_in,
    message_of,
    model_in,
    role_of,
    wants_schema_in,
)
from semroute.adapters.wire.modalities import modalities_in
from semroute.adapters.wire.offered import tools_in
from semroute.adapters.wire.passages import passages_of
from semroute.adapters.wire.strictjson import Json, load_object
from semroute.domain.chat import ChatRequest, Message, Role
from semroute.domain.errors import InvalidRequestError

from .calling import blocks_in, called_in, is_result

_PARTS: Final = {"text": "text"}  # type: the field its text is in
_RESULT: Final = "tool_result"  # what the types of such blocks end in
# Where the format of an answer stands: now, and as it was when it was new.
_FORMATS: Final = (("output_config", "format"), ("output_format",))


def chat_in(body: bytes) -> ChatRequest:
    """Reads a request; fields that routing does not need are left alone.

    A user's turn may begin with what tools returned. That is a turn of the tools, and if there
    is nothing else in it, the user has said nothing new.

    Raises:
        InvalidRequestError: It is none; the client's fault.
    """
    document = load_object(body)
    model = model_in(document)
    messages = list_in(document, "messages")
    system = document.get("system")
    turns = [] if system is None else [message_of(Role.SYSTEM, system, "system", _PARTS)]
    for index, turn in enumerate(messages):
        turns += _turns(turn, f"messages[{index}]")
    reading = passages_of(document)
    choice = choice_of(document.get("tool_choice"))
    blocks = [block for turn in messages for block in blocks_in(turn)]
    return ChatRequest(
        model,
        tuple(turns),
        is_streaming=is_streaming_in(document),
        knobs=knobs_in(document),
        passages=reading.passages,
        opaque=reading.opaque,
        tools=tools_in(document.get("tools")),
        tool_choice=choice.freedom,
        called=choice.names.union(called_in(blocks)),
        modalities=frozenset(modalities_in([*blocks])),
        wants_schema=any(wants_schema_in(document, *path) for path in _FORMATS),
        max_answer_tokens=length_in(document, "max_tokens"),
        is_continuation=is_result(messages[-1]),
    )


def _turns(turn: Json, path: str) -> Iterator[Message]:
    if not isinstance(turn, dict):
        message = "A message must be an object."
        raise InvalidRequestError(message, path)
    role = turn.get("role")
    if not isinstance(role, str):
        message = "A message must have a role."
        raise InvalidRequestError(message, f"{path}.role")
    content, where = turn.get("content"), f"{path}.content"
    said = message_of(role_of(role), content, where, _PARTS)
    results = list(_results(content, where))
    yield from results
    if said.text or not results:
        yield said


def _results(content: Json, path: str) -> Iterator[Message]:
    for index, block in enumerate(content if isinstance(content, list) else ()):
        kind = block.get("type") if isinstance(block, dict) else None
        if isinstance(block, dict) and isinstance(kind, str) and kind.endswith(_RESULT):
            inner = block.get("content")
            # Results of the server's own tools are objects of many kinds.
            readable = inner if kind == _RESULT else None
            yield message_of(Role.TOOL, readable, f"{path}[{index}].content", _PARTS)
