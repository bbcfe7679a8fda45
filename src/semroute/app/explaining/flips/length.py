"""At which length a request goes elsewhere."""

from collections.abc import Iterator

from semroute.domain.signals.definitions import ContextSignal

from .flip import Flip, FlipKind
from .trial import Trial


def length_flips(trial: Trial) -> Iterator[Flip]:
    """Yields the nearest length below and the nearest above at which something changes.

    That is where a signal of length begins or ceases to show, or where a model's context is full.
    """
    now, here = trial.grounds.needs.tokens, trial.destination()
    lengths = sorted(set(_lengths(trial)))
    longer = [each for each in lengths if each > now]
    shorter = [each for each in reversed(lengths) if 0 <= each < now]
    for tried, word in ((shorter, "at most"), (longer, "at least")):
        for tokens in tried:
            there = trial.long(tokens).destination()
            if there != here:
                condition = f"the request had {word} {tokens} tokens (it has about {now})"
                far = 1 - min(tokens, now) / max(tokens, now)
                yield Flip(there, condition, FlipKind.LENGTH, far, value=tokens)
                break


def _lengths(trial: Trial) -> Iterator[int]:
    """Yields the last length on this side of every bound, and the first on the other."""
    answer = trial.grounds.needs.answer_tokens
    for model in trial.policy.models.values():
        if model.context is not None:
            yield model.context - answer
            yield model.context - answer + 1
    for name, signal in trial.policy.signals.items():
        if isinstance(signal, ContextSignal) and name in trial.grounds.findings.signals:
            for bound in (signal.at_least, signal.below):
                if bound is not None:
                    yield bound
                    yield bound - 1
