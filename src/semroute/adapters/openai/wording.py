"""How answers with choices are worded: completions, and chunks of them."""

from attrs import define, field, frozen

from semroute.adapters.wire.saying import Slot
from semroute.domain.chat import Refusal

from .completion import Completion
from .refusals import DONE, Refusals


@frozen
class ChoicesWording:
    """Words answers with choices.

    Args:
        refusals: Words refusals.
    """

    refusals: Refusals

    def read(self, body: bytes) -> Completion:
        """Reads a completion."""
        return Completion.read(body)

    def refused(self, refusal: Refusal, body: bytes | None) -> bytes:
        """Returns a completion of refusals, which still says what it cost."""
        if body is None:
            return self.refusals.completion(refusal, [0])
        completion = Completion.read(body)
        said = completion.in_the_name_of(refusal)
        return self.refusals.completion(said, completion.choices, completion.usage)

    def speech(self) -> "ChoicesSpeech":
        """Returns a stream that has not begun."""
        return ChoicesSpeech(self.refusals)


@define
class ChoicesSpeech:
    """A stream of chunks.

    Args:
        refusals: Words refusals.
    """

    _refusals: Refusals
    _chunk: Completion | None = field(init=False, default=None)
    _last: Completion | None = field(init=False, default=None)  # that had choices
    # The choices that have not ended, and whether the client has heard of them.
    _choices: dict[int, bool] = field(init=False, factory=dict)

    def read(self, data: bytes) -> Completion:
        """Reads a chunk."""
        self._chunk = chunk = Completion.read(data)
        if chunk.choices:
            self._last = chunk
        for choice in chunk.choices:
            self._choices.setdefault(choice, False)
        return chunk

    def sent(self) -> None:
        """Hears that the chunk has gone on."""
        assert self._chunk is not None, "what goes on has been read"
        for choice in self._chunk.choices:
            self._choices[choice] = True
        for choice in self._chunk.finished:
            self._choices.pop(choice, None)

    def piece(self, slot: Slot, text: str) -> bytes:
        """Returns a chunk that says just this."""
        assert self._last is not None, "a text is in a chunk"
        return b"data: " + self._last.with_only(slot, text) + b"\n\n"

    def refused(self, refusal: Refusal) -> bytes:
        """Ends every choice that has not ended with a refusal."""
        if self._last is None:
            return self._refusals.stream(refusal, [0], with_usage=False)
        refusal = self._last.in_the_name_of(refusal)
        unheard = [choice for choice, is_heard in self._choices.items() if not is_heard]
        opening = self._refusals.opening(refusal, unheard)
        return opening + self._refusals.ending(refusal, self._choices) + DONE
