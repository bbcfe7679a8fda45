"""What answers of OpenAI's older APIs cost, as they say it."""

from typing import Annotated, Final

import msgspec

from semroute.adapters.wire.sse import SseParser
from semroute.domain.record import UpstreamAnswer, Usage

_USAGE_BYTES: Final = 64 * 1024  # a stream says what it cost in one of its last events


def usage_of(answer: UpstreamAnswer) -> Usage | None:
    """Reads the `usage` of a completion or of embeddings, or of the last chunk that has one."""
    content_type = (answer.headers.get("content-type") or "").partition(";")[0].strip()
    if content_type == "text/event-stream":
        end = answer.body[-_USAGE_BYTES:]
        documents = [event.data.encode() for event in SseParser().feed(end)]
    else:
        documents = [answer.body]
    return next(filter(None, map(_usage, reversed(documents))), None)


_Count = Annotated[int, msgspec.Meta(ge=0)]


class _Tokens(msgspec.Struct):
    prompt_tokens: _Count
    completion_tokens: _Count = 0


class _Answer(msgspec.Struct):
    usage: _Tokens | None = None


_ANSWER: Final = msgspec.json.Decoder(_Answer)


def _usage(document: bytes) -> Usage | None:
    if b'"usage"' not in document:
        return None
    try:
        tokens = _ANSWER.decode(document).usage
    except (msgspec.DecodeError, RecursionError):
        return None  # a model server may answer what it likes
    return None if tokens is None else Usage(tokens.prompt_tokens, tokens.completion_tokens)
