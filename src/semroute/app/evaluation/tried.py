"""A screen that is being measured."""

from collections.abc import Sequence

from attrs import define, evolve, frozen

from semroute.app.screen import Screen
from semroute.domain.attack import AttackKind
from semroute.domain.guards import Guards
from semroute.domain.passage import Origin, Passage
from semroute.domain.ports import TextReader
from semroute.domain.reading import Reading


class UnscreenedError(Exception):
    """A text could not be screened, so nothing can be said of how well texts are."""


@frozen
class Outcome:
    """What a screen said of one request.

    Args:
        probability: That it is an attack, of the kind that its origin makes it.
        is_flagged: Whether that reaches the threshold.
        was_read: Whether the letters left doubt, so that the encoder was asked.
    """

    probability: float
    is_flagged: bool
    was_read: bool


@define(eq=False)
class _Overheard:
    """A reader, and whether it was asked."""

    reader: TextReader
    was_asked: bool = False

    @property
    def is_ready(self) -> bool:
        return self.reader.is_ready

    async def read(self, texts: Sequence[str]) -> list[Reading]:
        self.was_asked = True
        return await self.reader.read(texts)


@frozen(eq=False)
class TriedScreen:
    """Screens requests made for it, and keeps to the configured thresholds.

    Args:
        screen: What screens them.
        guards: Where the thresholds stand.
    """

    screen: Screen
    guards: Guards

    async def __call__(self, texts: Sequence[str], origin: Origin) -> Outcome:
        """Screens the texts as one request.

        Parts of a message and turns are the same to the screen: passages that follow each other.

        Raises:
            UnscreenedError: A check could not be made.
        """
        reader = None if self.screen.reader is None else _Overheard(self.screen.reader)
        passages = [
            Passage(("messages", at, "content"), origin, text) for at, text in enumerate(texts)
        ]
        screening = await evolve(self.screen, reader=reader)(passages, ())
        for check, fault in screening.failures.items():
            message = f"the check {check.value} could not be made: {fault.value}"
            raise UnscreenedError(message)
        kind = AttackKind.of(origin)
        probability = max(
            (threat.probability for threat in screening.threats if threat.kind is kind),
            default=0.0,
        )
        return Outcome(
            probability,
            probability >= self.threshold(origin),
            reader is not None and reader.was_asked,
        )

    def threshold(self, origin: Origin) -> float:
        """Returns from which probability on what these people write is taken for an attack."""
        match AttackKind.of(origin):
            case AttackKind.JAILBREAK:
                return self.guards.jailbreak.threshold
            case AttackKind.INJECTION:
                return self.guards.injection.threshold
