"""The fast tier, made from settings."""

from functools import cache
from pathlib import Path

from semroute.adapters.torch import knows_attacks
from semroute.adapters.torch.checkpoint import embedded
from semroute.adapters.torch.fast import FastModel, Tokens, place_of_fast, strangers_to_fast
from semroute.app.config import Library, definitions_of, policy_of
from semroute.app.fast import FastPlan, FastRole, plan_of
from semroute.app.settings import Settings
from semroute.domain.rungs import FastRung


def fast_plan_of(settings: Settings, library: Library) -> FastPlan:
    """Returns what the fast tier is to do. It reads no weights.

    Raises:
        CheckpointError: The model cannot be read; the operator's fault.
    """
    own = _own(settings)
    return plan_of(
        settings,
        policy_of(settings),
        strangers_to_fast(own, definitions_of(settings, library)),
        reads_every_text=own is not None and knows_attacks(own),
    )


def fast_of(settings: Settings, library: Library) -> FastRung | None:
    """Returns the fast tier, or None if there is nothing for it to do.

    Raises:
        CheckpointError: It cannot be loaded; the operator's fault.
    """
    model = fast_model_of(settings, library)
    if model is None:
        return None
    if fast_plan_of(settings, library).role is FastRole.FALLBACK:
        return FastRung(model)
    return FastRung(model, model.threshold(settings.classifier.fast.risk))


def fast_model_of(settings: Settings, library: Library) -> FastModel | None:
    """Returns what knows the categories by a prompt's words, or None if nothing does.

    Raises:
        CheckpointError: It cannot be loaded; the operator's fault.
    """
    plan, directory = fast_plan_of(settings, library), place_of_fast(_own(settings))
    if plan.role is FastRole.OFF or directory is None:
        return None
    return _loaded(directory).narrowed(tuple(settings.categories))


@cache
def _loaded(directory: Path) -> FastModel:
    """Loads a model once: the fast tier has it, and so has the classifier."""
    return FastModel.load(Tokens.load(embedded()), directory)


def _own(settings: Settings) -> Path | None:
    heads = settings.classifier.heads
    return None if heads is None else Path(heads)
