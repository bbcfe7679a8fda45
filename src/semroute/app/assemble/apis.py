"""The APIs we speak: those that are routed, and those that are only screened."""

from collections.abc import Mapping
from typing import Final, Protocol

from attrs import evolve

from semroute.adapters.anthropic import (
    AnthropicMessages,
    AnthropicModels,
    AnthropicTexts,
    AnthropicTokenCount,
)
from semroute.adapters.openai import (
    OpenAIChat,
    OpenAICompletions,
    OpenAIEmbeddings,
    OpenAIModels,
    OpenAIResponses,
    OpenAITexts,
)
from semroute.app.api import Api
from semroute.app.rulings import Rulings
from semroute.app.senses import Senses
from semroute.app.unrouted import ScreenTexts, ScreenUnrouted
from semroute.domain.decide import decide, decide_embedding
from semroute.domain.http import Service, Unrouted
from semroute.domain.ports import (
    AnswerCodec,
    ChatCodec,
    ContinuableCodec,
    ModelDirectory,
    TextCodec,
)


class _Codec(ChatCodec, AnswerCodec, Protocol):
    """Speaks one API, both ways."""


_CODECS: Final[Mapping[Service, _Codec]] = {
    Service.CHAT_COMPLETIONS: OpenAIChat(),
    Service.COMPLETIONS: OpenAICompletions(),
    Service.EMBEDDINGS: OpenAIEmbeddings(),
    Service.RESPONSES: OpenAIResponses(),
    Service.MESSAGES: AnthropicMessages(),
    Service.TOKEN_COUNT: AnthropicTokenCount(),
}
_PROMPTS: Final = {
    Service.COMPLETIONS: "prompt",
    Service.EMBEDDINGS: "input",
    Service.RESPONSES: "input",
}
_TEXTS: Final[Mapping[Unrouted, TextCodec]] = {
    **dict.fromkeys(Unrouted, OpenAITexts()),
    Unrouted.MESSAGES: AnthropicTexts(),
}

MODELS: Final[Mapping[Service, ModelDirectory]] = {
    Service.CHAT_COMPLETIONS: OpenAIModels(),
    Service.MESSAGES: AnthropicModels(),
}
"""Shows models, by the API whose client asks."""

ANSWERS: Final[Mapping[str, AnswerCodec]] = {
    service.value: codec for service, codec in _CODECS.items()
}
"""Reads answers, by what a record says was asked for."""

RESPONSES: Final[ContinuableCodec] = OpenAIResponses()
"""Reads the ids of answers that can be gone on from."""


def apis_of(rulings: Rulings) -> dict[Service, Api]:
    """Returns what is special about each API that is routed.

    Args:
        rulings: Words verdicts; whatever it is about, it is told otherwise here.
    """
    return {
        service: Api(
            evolve(
                rulings,
                chat=codec,
                answers=codec,
                words=codec,
                answers_in_words=service.answers_in_words,
                prompt_field=_PROMPTS.get(service, rulings.prompt_field),
            ),
            decide=decide_embedding if service is Service.EMBEDDINGS else decide,
            is_recalled=service is Service.CHAT_COMPLETIONS,
        )
        for service, codec in _CODECS.items()
    }


def unrouted_of(
    rulings: Rulings, screen: ScreenTexts, senses: Senses
) -> dict[Unrouted, ScreenUnrouted]:
    """Returns what rules on requests of each API that is only screened."""
    return {
        service: ScreenUnrouted(
            codec,
            evolve(rulings, words=codec),
            screen,
            senses,
            service.answers_in_words,
            service.is_read,
        )
        for service, codec in _TEXTS.items()
    }
