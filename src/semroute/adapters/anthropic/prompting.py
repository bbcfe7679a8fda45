"""Where requests with messages have a system prompt, and how another one is put there."""

from typing import Final

from semroute.adapters.wire.prompted import prompted
from semroute.adapters.wire.raw import Fields, written
from semroute.domain.routing import SystemPrompt

_SYSTEM: Final = "system"


def prompt_messages(fields: Fields, system: SystemPrompt) -> None:
    """Puts a system prompt into a request with messages.

    Blocks that are replaced become a string, so what they say of the provider's cache goes, too.

    Raises:
        LookupError: Its own is neither a text nor a list of blocks.
    """
    block = written({"type": "text", "text": system.text})
    fields[_SYSTEM] = prompted(fields.get(_SYSTEM), system, block)
