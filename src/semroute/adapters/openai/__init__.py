"""OpenAI's chat API: read, edited, answered."""

from .chat import OpenAIChat
from .models import OpenAIModels

__all__ = ["OpenAIChat", "OpenAIModels"]
