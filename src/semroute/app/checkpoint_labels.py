"""What cannot be meant by a checkpoint's labels."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, assert_never

from semroute.domain.labels import in_order, tags_of
from semroute.domain.pii import PiiKind
from semroute.domain.suggestions import did_you_mean

from .checkpoints import Task

NO_LABELS: Final = "a reranker has one output, and no labels"

_ATTACK_WORDS: Final = ("jailbreak", "injection", "attack", "benign")


def label_mistakes(
    task: Task, labels: Mapping[str, str], categories: Sequence[str]
) -> Iterator[tuple[tuple[str, ...], str]]:
    """Finds what cannot be meant, as (path, message) pairs.

    Args:
        task: What the checkpoint is for.
        labels: What an operator says that its labels mean, or its outputs by number.
        categories: The names of those that are configured.
    """
    known: Sequence[str]
    match task:
        case "category":
            what, known = "category", categories
        case "attacks":
            what, known = "kind of attack", _ATTACK_WORDS
        case "entities":
            what, known = "kind of personal data", [kind.value for kind in PiiKind]
        case "tools":
            if labels:
                yield (), NO_LABELS
            return
        case _:
            assert_never(task)
    folded = {word.casefold() for word in known}
    seen: dict[str, str] = {}
    for label, meaning in _meanings(task, labels).items():
        first = seen.setdefault(label.casefold(), label)
        if first != label:
            yield (label,), f"it is there twice, as {first!r} too: upper and lower case are one"
        if meaning is not None and meaning.casefold() not in folded:
            yield (label,), f"no {what} is called {meaning}{did_you_mean(meaning, known)}"


def _meanings(task: Task, labels: Mapping[str, str]) -> Mapping[str, str | None]:
    """Returns what each label means; None if it stands outside of all personal data."""
    numbered = in_order(labels) if task == "entities" else None
    if numbered is None:
        return labels
    # Who numbers outputs names labels of tokens, which say too whether something begins.
    return {str(index): tag.entity for index, tag in enumerate(tags_of(numbered))}
