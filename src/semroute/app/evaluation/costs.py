"""How long each part of a check takes, by itself."""

import time
from collections.abc import Callable, Sequence
from typing import Final

from attrs import evolve, frozen

from semroute.app.screen import Screen
from semroute.domain.attack import AttackKind, AttackScorer
from semroute.domain.excerpt import Subject
from semroute.domain.pii import PiiFinder
from semroute.domain.views import View

from .statistics import Spread

# The embedded reader remembers texts it has read, so each is timed once; so many give a steady
# 95th percentile and take some seconds.
_MOST_TIMED: Final = 200


@frozen
class Costs:
    """How long one text takes; None where there was nothing to time.

    Args:
        patterns: Removing its disguises and looking for personal data that has a form.
        lexical: Scoring all its readings by their letters.
        encoder: Reading its most suspicious part by its meaning, whether that was needed or not.
    """

    patterns: Spread | None
    lexical: Spread | None
    encoder: Spread | None


async def measure_costs(
    screen: Screen,
    finder: PiiFinder,
    texts: Sequence[Subject],
    progress: Callable[[str, float], None] = lambda _what, _share: None,
    now: Callable[[], float] = time.perf_counter,
) -> Costs:
    """Times every part on one text at a time, with nothing else going on.

    Args:
        screen: Whose parts are timed.
        finder: Finds what a configuration looks for.
        texts: What to time it with; evenly chosen ones if there are many.
        progress: Told how far it is.
        now: A clock, in seconds.
    """
    distinct = list(dict.fromkeys(texts))
    chosen = distinct[:: -(-len(distinct) // _MOST_TIMED)]
    examiner = evolve(screen.examiner, finder=finder, scorer=None)
    patterns: list[float] = []
    lexical: list[float] = []
    encoder: list[float] = []
    for done, (kind, text) in enumerate(chosen):
        progress("timing", done / len(chosen))
        begun = now()
        examiner.examine(text, kind)
        patterns.append(now() - begun)
        part = text
        if screen.examiner.scorer is not None:
            views = screen.examiner.views_of(text)
            begun = now()
            part = _scored(screen.examiner.scorer, views, kind)
            lexical.append(now() - begun)
        if screen.reader is not None:
            begun = now()
            await screen.reader.read([part])
            encoder.append(now() - begun)
    return Costs(Spread.of(patterns), Spread.of(lexical), Spread.of(encoder))


def _scored(scorer: AttackScorer, views: Sequence[View], kind: AttackKind) -> str:
    """Scores every view, and returns the most suspicious part."""
    scores = [(scorer.score(view.text, kind), view) for view in views]
    score, view = max(scores, key=lambda pair: pair[0].logit)
    return view.text[score.start : score.end]
