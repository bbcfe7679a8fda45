"""OpenAI's chat API: read, edited, answered; and the texts of APIs like it."""

from .chat import OpenAIChat
from .models import OpenAIModels
from .unrouted import AnthropicTexts, OpenAITexts

__all__ = ["AnthropicTexts", "OpenAIChat", "OpenAIModels", "OpenAITexts"]
