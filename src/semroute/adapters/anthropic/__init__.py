"""Anthropic's API: messages read, edited, answered; their tokens counted; models shown."""

from .counting import AnthropicTokenCount
from .messages import AnthropicMessages
from .models import AnthropicModels
from .texts import AnthropicTexts

__all__ = ["AnthropicMessages", "AnthropicModels", "AnthropicTexts", "AnthropicTokenCount"]
