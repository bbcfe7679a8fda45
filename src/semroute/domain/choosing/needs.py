"""What a request needs of the model that answers it, and whether a model has it."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from attrs import frozen

from semroute.domain.chat import ChatRequest, ToolChoice
from semroute.domain.routing import Capability, Model
from semroute.domain.signals.definitions import Modality

# English text has about four characters a token in every tokenizer in use; other scripts have
# fewer, down to one. Only the model's own tokenizer knows, so this errs to the long side.
_CHARS_PER_TOKEN: Final = 3.5
_WIDE_CHARS_PER_TOKEN: Final = 1.0
_TURN_TOKENS: Final = 4  # what a chat template puts around a message
# A picture of 1024 x 1024 is 765 tokens to gpt-4o and 1,398 to Claude (width x height / 750), as
# their makers say; how large it is would have to be read from it.
_OPAQUE_TOKENS: Final = 1000
_WIDE: Final = re.compile("[\u2e80-\U0010ffff]+")  # Chinese, Japanese, Korean, emoji

CAPABILITY: Final[Mapping[Modality, Capability]] = {
    Modality.IMAGE: Capability.IMAGES,
    Modality.AUDIO: Capability.AUDIO,
    Modality.VIDEO: Capability.VIDEO,
    Modality.FILE: Capability.FILES,
}
"""What a model must be able to take, for each kind of part that is no text."""


@frozen
class Needs:
    """What a request needs.

    Args:
        tokens: How long it is, by estimate, with its tools.
        answer_tokens: How long its answer may be; 0 if nothing is said.
        capabilities: What the model must be able to take or to do.
    """

    tokens: int = 0
    answer_tokens: int = 0
    capabilities: frozenset[Capability] = frozenset()


def needs_of(chat: ChatRequest) -> Needs:
    """Returns what a request needs; its cost is proportional to the request."""
    capabilities = {CAPABILITY[modality] for modality in chat.modalities}
    if chat.tools and chat.tool_choice is not ToolChoice.NONE:
        capabilities.add(Capability.TOOLS)
    if chat.wants_schema:
        capabilities.add(Capability.JSON_SCHEMA)
    return Needs(tokens_of(chat), chat.max_answer_tokens or 0, frozenset(capabilities))


def tokens_of(chat: ChatRequest) -> int:
    """Returns about how many tokens a request has; what is no text counts as a picture."""
    texts = [passage.text for passage in chat.passages] or [each.text for each in chat.messages]
    tokens = sum(map(_tokens_in, texts), start=0.0)
    return round(tokens) + _TURN_TOKENS * len(chat.messages) + _OPAQUE_TOKENS * len(chat.opaque)


def _tokens_in(text: str) -> float:
    wide = 0 if text.isascii() else sum(map(len, _WIDE.findall(text)))
    return (len(text) - wide) / _CHARS_PER_TOKEN + wide / _WIDE_CHARS_PER_TOKEN


def obstacles(model: Model, needs: Needs, unhealthy: frozenset[str]) -> Iterator[str]:
    """Yields why a model cannot answer a request, in the form `capability: images`.

    What is not known of a model is no obstacle.

    Args:
        model: The model.
        needs: What the request needs.
        unhealthy: The endpoints that are known to be out of order.
    """
    if model.capabilities is not None:
        for missing in sorted(needs.capabilities - model.capabilities):
            yield f"capability: {missing}"
    length = needs.tokens + needs.answer_tokens
    if model.context is not None and length > model.context:
        yield f"context: {length} > {model.context} tokens"
    if all(place.endpoint in unhealthy for place in model.endpoints):
        yield "health: no endpoint is in order"
