"""What becomes of a system prompt when the router has something to say, too."""

from typing import Final, TypeVar

from semroute.domain.routing import SystemPrompt, SystemPromptMode

from .raw import Raw, is_list, is_nothing, is_text, items_of, text_of, written

_Piece = TypeVar("_Piece")

_BETWEEN: Final = "\n\n"  # a paragraph of its own in plain text and in Markdown


def prompted(given: Raw | None, system: SystemPrompt, part: Raw) -> Raw:
    """Returns the content of a system prompt, with ours in it.

    Args:
        given: What the request has: a string, a list of parts, or nothing.
        system: Ours, and how the two go together.
        part: Ours as a part of a list. The other parts keep their bytes.

    Raises:
        LookupError: The request has something else there.
    """
    if system.mode is SystemPromptMode.REPLACE or is_nothing(given):
        return written(system.text)
    if is_list(given):
        return written(_ordered(part, items_of(given), system.mode))
    if is_text(given):
        said = list(filter(None, [text_of(given)]))
        return written(_BETWEEN.join(_ordered(system.text, said, system.mode)))
    message = "An edit names a system prompt that is no text."
    raise LookupError(message)


def _ordered(ours: _Piece, theirs: list[_Piece], mode: SystemPromptMode) -> list[_Piece]:
    return [*theirs, ours] if mode is SystemPromptMode.APPEND else [ours, *theirs]
