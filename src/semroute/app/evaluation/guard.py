"""How many attacks are found, and how many harmless texts are taken for one."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

import trio
from attrs import frozen

from semroute.domain.attack import AttackKind
from semroute.domain.excerpt import Subject
from semroute.domain.passage import Origin

from .resampled import Estimate, auc_of
from .statistics import Proportion, Tally
from .tried import Outcome, TriedScreen

_AT_ONCE: Final = 4  # enough that examining and reading overlap; a full queue would be an overload

# What harmless texts with an attack's vocabulary are called in their set's name.
_TRIGGER_MARKS: Final = ("notinject", "trigger")

_POOLED: Final = "all"


@frozen
class LabelledText:
    """A text, and whether a careful reader calls it an attack.

    Args:
        text: The text.
        is_attack: Whether it is one.
        source: The set it comes from.
        origin: Whose words it is.
    """

    text: str
    is_attack: bool
    source: str = "data"
    origin: Origin = Origin.USER

    @property
    def subject(self) -> Subject:
        """What is looked for in it, and where."""
        return Subject(AttackKind.of(self.origin), self.text)

    @property
    def is_trigger(self) -> bool:
        """Whether it is harmless and was collected for sounding as if it were not."""
        return not self.is_attack and any(mark in self.source.lower() for mark in _TRIGGER_MARKS)


@frozen
class SetReport:
    """What came of screening a set of texts.

    Args:
        name: What the set is called.
        tally: How often the screen was right.
        auc: How often an attack is more probable than a harmless text; None if it has only one.
        read: How many texts the encoder had to read.
    """

    name: str
    tally: Tally
    auc: Estimate | None
    read: Proportion

    @classmethod
    def of(cls, name: str, results: Sequence[tuple[LabelledText, Outcome]]) -> "SetReport":
        """Returns the report of some texts and what was said of them."""
        attacks = [outcome for text, outcome in results if text.is_attack]
        others = [outcome for text, outcome in results if not text.is_attack]
        return cls(
            name,
            Tally.of(
                [text.is_attack for text, _ in results],
                [outcome.is_flagged for _, outcome in results],
            ),
            auc_of(
                [outcome.probability for outcome in attacks],
                [outcome.probability for outcome in others],
            ),
            Proportion(sum(outcome.was_read for _, outcome in results), len(results)),
        )


@frozen
class GuardReport:
    """What came of screening labelled texts.

    Args:
        sets: One for each set, by name.
        pooled: All of them together.
        kinds: Of what they are as attacks, or would be: one for each kind of which there are texts.
        ordinary: Of harmless texts that nobody chose for their words, how many were flagged.
        triggers: Of harmless texts with an attack's vocabulary, how many were flagged.
    """

    sets: tuple[SetReport, ...]
    pooled: SetReport
    kinds: tuple[SetReport, ...]
    ordinary: Proportion
    triggers: Proportion


async def evaluate_guard(
    screen: TriedScreen,
    texts: Sequence[LabelledText],
    progress: Callable[[str, float], None] = lambda _what, _share: None,
) -> tuple[GuardReport, Mapping[LabelledText, Outcome]]:
    """Screens every text as a request of its own; texts that come twice count once.

    Returns:
        The report, and what was said of each text.

    Raises:
        UnscreenedError: A text could not be screened.
    """
    distinct = list(dict.fromkeys(texts))
    outcomes = await screen_all(screen, distinct, lambda share: progress("screening", share))
    results = [(text, outcomes[text]) for text in distinct]
    report = GuardReport(
        sets=tuple(
            SetReport.of(name, [pair for pair in results if pair[0].source == name])
            for name in sorted({text.source for text in distinct})
        ),
        pooled=SetReport.of(_POOLED, results),
        kinds=tuple(_by_kind(results)),
        ordinary=_flagged(results, triggers=False),
        triggers=_flagged(results, triggers=True),
    )
    return report, outcomes


def _by_kind(results: Sequence[tuple[LabelledText, Outcome]]) -> Iterator[SetReport]:
    for kind in AttackKind:
        pairs = [pair for pair in results if AttackKind.of(pair[0].origin) is kind]
        if pairs:
            yield SetReport.of(kind.value, pairs)


async def screen_all(
    screen: TriedScreen, texts: Sequence[LabelledText], progress: Callable[[float], None]
) -> Mapping[LabelledText, Outcome]:
    """Screens every text as a request of its own, some at once.

    Raises:
        UnscreenedError: A text could not be screened.
    """
    outcomes: dict[LabelledText, Outcome] = {}
    limiter = trio.CapacityLimiter(_AT_ONCE)

    async def try_one(text: LabelledText) -> None:
        async with limiter:
            outcomes[text] = await screen([text.text], text.origin)
        progress(len(outcomes) / len(texts))

    async with trio.open_nursery() as nursery:
        for text in texts:
            nursery.start_soon(try_one, text)
    return outcomes


def _flagged(results: Sequence[tuple[LabelledText, Outcome]], *, triggers: bool) -> Proportion:
    flags = [
        outcome.is_flagged
        for text, outcome in results
        if not text.is_attack and text.is_trigger is triggers
    ]
    return Proportion(sum(flags), len(flags))
