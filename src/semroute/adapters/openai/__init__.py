"""OpenAI's chat API: read, edited, answered; and the texts of APIs like it."""

from .caching import OpenAICache
from .chat import OpenAIChat
from .models import OpenAIModels
from .unrouted import AnthropicTexts, OpenAITexts

__all__ = ["AnthropicTexts", "OpenAICache", "OpenAIChat", "OpenAIModels", "OpenAITexts"]
