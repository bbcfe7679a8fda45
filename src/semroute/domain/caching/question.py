"""What a request asks, in the form in which it is compared with other requests."""

from typing import Final

from attrs import field, frozen

# A pass of the encoder covers about 256 tokens; what a longer text asks may stand beyond it.
_MOST_CHARS: Final = 800


@frozen
class Question:
    """One request, divided into what was asked last and everything else.

    Two requests whose `rest` differs are never answered from one another.

    Args:
        rest: The whole request, in canonical JSON, with a placeholder where the last user text
            stands, and without what cannot change an answer: whether it is streamed, and who
            asks (`user`, `metadata` and the like).
        text: The last user text; None if the last message is not from the user, or is more than
            text. `rest` then holds all of the request.
        temperature: As the client asked; None if it left that to the server.
        choices: How many answers it wants.
        offers_tools: Whether the model may call tools.
        has_history: Whether the model or a tool has spoken before.
    """

    rest: bytes = field(repr=False)
    text: str | None = field(repr=False)
    temperature: float | None = None
    choices: int = 1
    offers_tools: bool = False
    has_history: bool = False

    @property
    def is_comparable(self) -> bool:
        """Whether another text with the same meaning would ask the same.

        After a conversation it might not, as the text may lean on it; nor with tools, as what
        they find changes. And a long text has no one meaning.
        """
        return (
            self.text is not None
            and 0 < len(self.text.strip()) <= _MOST_CHARS
            and self.choices == 1
            and not self.offers_tools
            and not self.has_history
        )
