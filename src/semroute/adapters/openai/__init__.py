"""OpenAI's APIs: read, edited, answered; and the texts of APIs like them."""

from .caching import OpenAICache
from .chat import OpenAIChat
from .completions import OpenAICompletions
from .embeddings import OpenAIEmbeddings
from .models import OpenAIModels
from .responses import OpenAIResponses
from .unrouted import OpenAITexts

__all__ = [
    "OpenAICache",
    "OpenAIChat",
    "OpenAICompletions",
    "OpenAIEmbeddings",
    "OpenAIModels",
    "OpenAIResponses",
    "OpenAITexts",
]
