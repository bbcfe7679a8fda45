"""What a checkpoint's outputs mean here."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from semroute.adapters.torch.checkpoint import CheckpointError
from semroute.adapters.torch.files import CheckpointFiles
from semroute.domain.labels import in_order
from semroute.domain.suggestions import did_you_mean


def outputs_of(
    files: CheckpointFiles, count: int, labels: Mapping[str, str]
) -> tuple[tuple[str, ...], Mapping[str, str]]:
    """Returns what the outputs are called, and what an operator says of these names.

    An operator who numbers the outputs has named them anew, and nothing is left to be said. Who
    speaks of outputs that the checkpoint does not name calls them as transformers does.

    Raises:
        CheckpointError: Nobody says what they are called, or of another number of outputs; the
            operator's fault.
    """
    names = files.label_names
    numbered = in_order(labels)
    # Some checkpoints call their labels 0 and 1, or 0 to 5 for stars.
    if not labels or numbered is None or labels.keys() <= {*names}:
        return names or _unsaid_names(files, count, labels), labels
    if len(numbered) != count:
        message = (
            f"{files.config_file} has {count} outputs, and `labels` numbers {len(numbered)}: "
            f"say what each is, from 0 to {count - 1}"
        )
        raise CheckpointError(message)
    return numbered, {}


def _unsaid_names(files: CheckpointFiles, count: int, labels: Mapping[str, str]) -> tuple[str, ...]:
    if not labels:
        message = (
            f"{files.config_file} has no id2label, so nothing says what its {count} outputs mean: "
            "say it with `labels: {LABEL_0: …, LABEL_1: …}`"
        )
        raise CheckpointError(message)
    return tuple(f"LABEL_{index}" for index in range(count))


def meanings_of(
    names: Sequence[str],
    labels: Mapping[str, str],
    known: Iterable[str],
    files: CheckpointFiles,
    *,
    drops: bool = False,
) -> tuple[str | None, ...]:
    """Returns what each label means; upper and lower case are one.

    Args:
        names: The checkpoint's labels.
        labels: What an operator says of some of them.
        known: What they can mean.
        files: Where they come from.
        drops: Whether labels that an operator leaves out may mean nothing, if any is named.

    Raises:
        CheckpointError: A label is named that is not there, or means nothing known; the
            operator's fault.
    """
    words = {word.casefold(): word for word in known}
    said = {label.casefold(): meaning for label, meaning in labels.items()}
    ours = {name.casefold() for name in names}
    for label in labels:
        if label.casefold() not in ours:
            message = (
                f"{files.config_file} has no label {label!r}{did_you_mean(label, names)}; "
                f"it has {_some(names)}"
            )
            raise CheckpointError(message)
    meanings = [words.get(said.get(name.casefold(), name).casefold()) for name in names]
    strange = [
        f"{name!r}{did_you_mean(name, words.values())}"
        for name, meaning in zip(names, meanings, strict=True)
        if meaning is None and not (drops and labels and name.casefold() not in said)
    ]
    if strange:
        message = (
            f"{files.config_file} has labels that mean nothing here: {_some(strange)}; say "
            f"with `labels` which of these each is: {', '.join(words.values())}"
        )
        raise CheckpointError(message)
    return tuple(meanings)


_MOST_SHOWN: Final = 20  # some checkpoints have a thousand labels


def _some(items: Sequence[str]) -> str:
    more = len(items) - _MOST_SHOWN
    return ", ".join(items[:_MOST_SHOWN]) + (f" and {more} more" if more > 0 else "")
