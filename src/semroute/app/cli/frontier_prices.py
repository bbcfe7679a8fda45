"""What answers cost: as options say, or else as the configuration does."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from attrs import frozen

from semroute.app.config import policy_of
from semroute.app.evaluation import AnswerPrice, PriceSource
from semroute.app.settings import Settings
from semroute.domain.chat import ChatRequest, Message, Role
from semroute.domain.choosing.needs import Needs, needs_of
from semroute.domain.choosing.utility import cost_of
from semroute.domain.routing import Model
from semroute.domain.suggestions import did_you_mean

from .exits import UsageError

_STRONG: Final = 1.0
_WEAK: Final = 0.0


@frozen
class PriceOptions:
    """What options say that answers cost.

    Args:
        strong: Of the strong model; None if nothing is said.
        weak: Of the weak model; None if nothing is said.
        others: Of models by name, each as `name=price`.
    """

    strong: float | None
    weak: float | None
    others: tuple[str, ...] = ()


def given_prices(
    options: PriceOptions, names: Sequence[str], strong: str, weak: str
) -> dict[str, float]:
    """Returns the prices that options give, by the names of models.

    Args:
        options: The options.
        names: Every model.
        strong: The strong one.
        weak: The weak one.

    Raises:
        UsageError: One is of no model, is no price, or is given twice.
    """
    given: dict[str, float] = {}
    named = ((strong, options.strong), (weak, options.weak))
    for name, price in (*named, *_read(options.others, names)):
        if price is None:
            continue
        if name in given:
            message = f"the price of {name!r} is given twice"
            raise UsageError(message)
        given[name] = price
    return given


def _read(lines: Sequence[str], names: Sequence[str]) -> Iterator[tuple[str, float]]:
    for line in lines:
        # The last sign: a name may have one in it.
        name, sign, value = line.rpartition("=")
        price = _number(value)
        if not sign or price is None:
            message = f"--price: write it as model=price, with a number from 0 on, not {line!r}"
            raise UsageError(message)
        if name not in names:
            message = f"--price: there are no outcomes of {name!r}{did_you_mean(name, names)}"
            raise UsageError(message)
        yield name, price


def _number(text: str) -> float | None:
    try:
        price = float(text)
    except ValueError:
        return None
    return price if 0 <= price < math.inf else None


def configured_prices(
    settings: Settings, names: Sequence[str], texts: Sequence[str]
) -> dict[str, float]:
    """Returns what answers of configured models cost on average, as the router estimates it.

    Args:
        settings: The configuration.
        names: The models to look for; those without a price are left out.
        texts: The prompts; at least one.
    """
    models = policy_of(settings).models
    priced = [models[name] for name in names if name in models and models[name].price is not None]
    needs = [needs_of(ChatRequest("", (Message(Role.USER, text),))) for text in texts]
    return {model.name: _mean_cost(model, needs) for model in priced}


def _mean_cost(model: Model, needs: Sequence[Needs]) -> float:
    return math.fsum(cost_of(model, each) or 0.0 for each in needs) / len(needs)


def prices_of(
    names: Sequence[str],
    given: Mapping[str, float],
    configured: Mapping[str, float],
    strong: str,
    weak: str,
) -> dict[str, AnswerPrice]:
    """Returns a price for every model.

    What options do not say is as configured, if all of it is: prices of two sorts cannot be
    compared. Else the strong model costs 1, the weak one 0, and any other as much as the dearest,
    as a model without a price does where the router weighs costs.
    """
    prices = {name: AnswerPrice(price, PriceSource.OPTION) for name, price in given.items()}
    missing = [name for name in names if name not in given]
    if configured.keys() >= set(missing):
        source, said = PriceSource.CONFIGURATION, configured
    else:
        known = {strong: _STRONG, weak: _WEAK, **given}
        source, said = PriceSource.ASSUMED, dict.fromkeys(names, max(known.values())) | known
    return prices | {name: AnswerPrice(said[name], source) for name in missing}
