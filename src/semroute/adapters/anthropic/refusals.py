"""Messages of a model that refuses: the reason as text, and `refusal` as the reason to stop."""

import json
from collections.abc import Iterable
from typing import Final, TypeAlias

from semroute.domain.chat import Refusal

_Fields: TypeAlias = dict[str, object]

_NO_USAGE: Final[_Fields] = {"input_tokens": 0, "output_tokens": 0}


def whole(refusal: Refusal, usage: object = None) -> bytes:
    """Returns a whole message.

    Args:
        refusal: What is said.
        usage: What it cost, in the words of the API; None for nothing.
    """
    document = _message(refusal) | {
        "content": [_block(refusal.message)],
        "stop_reason": "refusal",
        "usage": usage or _NO_USAGE,
    }
    return json.dumps(document).encode()


def stream(refusal: Refusal) -> bytes:
    """Returns a whole stream, from its first event to its last."""
    return event("message_start", message=_message(refusal)) + ending(refusal, (), 0)


def ending(refusal: Refusal, open_blocks: Iterable[int], block: int) -> bytes:
    """Returns the events that end a stream which has begun.

    Args:
        refusal: What is said.
        open_blocks: The numbers of the blocks that have not ended.
        block: The number of the next block.
    """
    ends = [event("content_block_stop", index=index) for index in open_blocks]
    said = (
        event("content_block_start", index=block, content_block=_block("")),
        event(
            "content_block_delta",
            index=block,
            delta={"type": "text_delta", "text": refusal.message},
        ),
        event("content_block_stop", index=block),
        event(
            "message_delta",
            delta={"stop_reason": "refusal", "stop_sequence": None},
            usage={"output_tokens": 0},
        ),
        event("message_stop"),
    )
    return b"".join((*ends, *said))


def event(kind: str, **fields: object) -> bytes:
    """Returns an event of this type."""
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **fields})}\n\n".encode()


def _block(text: str) -> _Fields:
    return {"type": "text", "text": text}


def _message(refusal: Refusal) -> _Fields:
    """Returns a message that says nothing yet."""
    return {
        "id": refusal.id,
        "type": "message",
        "role": "assistant",
        "model": refusal.model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": _NO_USAGE,
    }
