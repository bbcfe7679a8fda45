"""What letters and encoder say of every part of a text, so that other bounds can be tried on it."""

import math
from collections.abc import Callable, Sequence

from attrs import evolve, frozen

from semroute.domain.attack import Cascade

from .guard import LabelledText, screen_all
from .heard import Heard
from .tried import TriedScreen


@frozen
class Part:
    """A suspicious part of a text.

    Args:
        logit: How much it reads like an attack, by its letters alone.
        alone: Whether the letters alone flag it.
        together: Whether letters and encoder flag it; as the letters do, if nobody read it.
    """

    logit: float
    alone: bool
    together: bool


@frozen
class Weighed:
    """A text of which both were asked.

    Args:
        text: The text.
        parts: Its parts; none if there is nothing in it.
        is_whole: Whether all of them were read, and not only as many as a request may have read.
    """

    text: LabelledText
    parts: tuple[Part, ...]
    is_whole: bool = True

    @property
    def logit(self) -> float:
        """How much it reads like an attack, by its letters alone."""
        return max((part.logit for part in self.parts), default=-math.inf)

    @property
    def alone(self) -> bool:
        """Whether the letters alone flag it."""
        return any(part.alone for part in self.parts)

    @property
    def together(self) -> bool:
        """Whether it is flagged if the encoder is always asked."""
        return self.read_from(-math.inf)

    def read_from(self, low: float) -> bool:
        """Whether it is flagged if the encoder reads all parts from this logit on."""
        return any(part.together if part.logit >= low else part.alone for part in self.parts)

    def is_read(self, cascade: Cascade) -> bool:
        """Whether the encoder is asked about it, as `Screen` asks."""
        return bool(self.parts) and cascade.is_unsure(self.logit)

    def is_flagged(self, cascade: Cascade) -> bool:
        """Whether it is flagged, as `Screen` does."""
        return self.read_from(cascade.low) if self.is_read(cascade) else self.alone

    def excess(self, *, flagged: bool) -> int:
        """Returns 1 if that is wrong and asking about it would be right; -1 the other way round."""
        truth = self.text.is_attack
        return (flagged != truth) - (self.together != truth)


async def weigh(
    tried: TriedScreen,
    heard: Heard,
    texts: Sequence[LabelledText],
    progress: Callable[[float], None],
) -> list[Weighed]:
    """Asks the encoder about every text, within what it may read of a request.

    Args:
        tried: What screens them.
        heard: The reader it asks, which is not asked again about what it has read.
        texts: The texts; none comes twice.
        progress: Told how far it is.

    Raises:
        UnscreenedError: A text could not be read.
    """
    # Asks the encoder about every text.
    cascade = evolve(tried.screen.cascade, low=-math.inf, high=math.inf)
    every = evolve(tried, screen=evolve(tried.screen, reader=heard, cascade=cascade))
    await screen_all(every, texts, progress)
    return [_weighed(tried, heard, text) for text in texts]


def _weighed(tried: TriedScreen, heard: Heard, text: LabelledText) -> Weighed:
    if not text.text.strip():
        return Weighed(text, ())  # `Screen` looks at none of it
    worst: dict[str, float] = {}
    kind = text.subject.kind
    for each in tried.screen.examiner.examine(text.text, kind).suspicions:
        worst[each.text] = max(each.logit, worst.get(each.text, -math.inf))
    threshold, cascade = tried.threshold(text.origin), tried.screen.cascade
    parts = []
    for part, logit in worst.items():
        read = heard.said[part].attacks.get(kind) if part in heard.said else None
        parts.append(
            Part(
                logit,
                cascade.probability(kind, logit, None) >= threshold,
                cascade.probability(kind, logit, read) >= threshold,
            )
        )
    return Weighed(text, tuple(parts), all(part in heard.said for part in worst))
