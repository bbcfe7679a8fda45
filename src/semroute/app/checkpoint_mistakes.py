"""What cannot work of what was configured of checkpoints."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Final, assert_never

from .checkpoint_labels import NO_LABELS, label_mistakes
from .checkpoints import CheckpointSettings, Task, Use

_Found = tuple[tuple[str, ...], str]

_HEADS: Final[frozenset[Task]] = frozenset({"attacks", "entities"})  # the embedded encoder's alone


def checkpoint_mistakes(
    checkpoints: Sequence[CheckpointSettings],
    categories: Iterable[str],
    kept: Mapping[str, int],
    *,
    has_heads: bool,
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Finds what cannot work, as (path, message) pairs.

    Args:
        checkpoints: As configured.
        categories: The names of those that are configured.
        kept: How many tools stay, by the name of the decision that says so.
        has_heads: Whether the encoder has heads for attacks and entities.
    """
    categories = tuple(categories)
    for index, each in enumerate(checkpoints):
        before = [other for other in checkpoints[:index] if other.task == each.task]
        for where, message in (
            *_own_mistakes(each),
            *_mistakes_in_labels(each, categories),
            *_mistakes_of_tools(each, kept),
            *_mistakes_beside(each, before, has_heads=has_heads),
        ):
            yield (index, *where), message


def _uses(task: Task) -> tuple[Use, ...]:
    match task:
        case "category" | "attacks":
            return "replace", "average", "escalate"
        case "entities":
            return "replace", "add"
        case "tools":
            return "replace", "average"
        case _:
            assert_never(task)


def _own_mistakes(settings: CheckpointSettings) -> Iterator[_Found]:
    uses = _uses(settings.task)
    if settings.use not in uses:
        yield ("use",), f"for {settings.task} it must be one of {', '.join(uses)}"
    if settings.below is not None and settings.use != "escalate":
        yield ("below",), "it means something with `use: escalate` only"
    if settings.weight is not None and settings.use != "average":
        yield ("weight",), "it means something with `use: average` only"
    if settings.top is not None and settings.task != "tools":
        yield ("top",), "it means something with `task: tools` only"


def _mistakes_in_labels(
    settings: CheckpointSettings, categories: Sequence[str]
) -> Iterator[_Found]:
    match settings.labels:
        case str() if settings.task == "tools":
            yield ("labels",), NO_LABELS
        case str():
            """Whoever can read the file says what is wrong with it."""
        case labels:
            for where, message in label_mistakes(settings.task, labels, categories):
                yield ("labels", *where), message


def _mistakes_of_tools(settings: CheckpointSettings, kept: Mapping[str, int]) -> Iterator[_Found]:
    if settings.task != "tools":
        return
    if not kept:
        message = "no decision chooses tools (`decisions.NAME.tools.keep`), so nobody would ask it"
        yield ("task",), message
    if settings.temperature != 1:
        yield ("temperature",), "it changes no order of tools; leave it out"
    name, fewest = min(kept.items(), key=itemgetter(1), default=("", 0))
    if fewest >= settings.most_tools:
        message = (
            f"it must be more than decisions.{name}.tools.keep, which is {fewest}: of those that "
            "stay the order does not matter"
        )
        yield ("top",), message


def _mistakes_beside(
    settings: CheckpointSettings, before: Sequence[CheckpointSettings], *, has_heads: bool
) -> Iterator[_Found]:
    """Finds what cannot work of a checkpoint after others with its task."""
    if settings.use == "replace" and before and _is_pointless(before[-1], settings):
        message = f"it would make those for {settings.task} before it pointless; put it first"
        yield ("use",), message
    is_alone = settings.task in _HEADS and not has_heads and not before
    if is_alone and settings.use != "replace":
        message = "with classifier.directory there is no head beside it; it must be replace"
        yield ("use",), message


def _is_pointless(first: CheckpointSettings, second: CheckpointSettings) -> bool:
    """Whether nothing is left of what the first says, once the second has replaced it.

    Of tools, who reads fewer than others before it depends on which these are.
    """
    return first.task != "tools" or second.most_tools >= first.most_tools
