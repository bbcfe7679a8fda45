"""What `semroute calibrate` reads: texts with labels, or log lines of the router with labels."""

from collections import Counter
from collections.abc import Iterator, Sequence
from enum import Enum
from pathlib import Path
from typing import Any, TypeAlias

from attrs import frozen

from semroute.app.evaluation import Judged, LabelledPrompt

from .exits import UsageError
from .labelled import rows_of
from .rows import Mistake, Row, text_of


class Passed(Enum):
    """Why nothing can be told by a line, and it is no mistake."""

    UNLABELLED = "unlabelled"  # of the router's log, and nobody added what is right
    UNCLASSIFIED = "unclassified"  # somebody did, and the router had said nothing of it


@frozen
class _Recorded:
    """What was recorded of a prompt: how sure its category was, and whether it was right."""

    confidence: float
    is_right: bool


_Read: TypeAlias = LabelledPrompt | _Recorded | Passed


@frozen
class Labelled:
    """What a file has to tell.

    Args:
        prompts: Texts that are yet to be classified.
        judged: What was recorded of others; a file has one or the other.
        lines: How many lines it has, but for those with nothing in them.
        passed: How many of them tell nothing, by why.
    """

    prompts: Sequence[LabelledPrompt]
    judged: Sequence[Judged]
    lines: int
    passed: Counter[Passed]

    def told(self) -> Iterator[str]:
        """Yields sentences about the lines that are passed over."""
        if count := self.passed[Passed.UNLABELLED]:
            verbs = ("has", "is") if count == 1 else ("have", "are")
            yield (
                f"{count:,} of {self.lines:,} lines {verbs[0]} no label and {verbs[1]} passed over"
            )
        if count := self.passed[Passed.UNCLASSIFIED]:
            verbs = ("has", "is") if count == 1 else ("have", "are")
            yield (
                f"{count:,} of {self.lines:,} lines {verbs[0]} a label, but no category with a "
                f"confidence, and {verbs[1]} passed over"
            )


def read_labelled_prompts(path: Path) -> Labelled:
    """Reads a file, and passes over those lines of the router's log that tell nothing.

    Raises:
        UsageError: The file cannot be read, a line is wrong, no line tells anything, or some
            have a confidence and others a text to classify.
    """
    place, rows = rows_of(path)
    read: list[tuple[int, _Read]] = []
    for number, row in rows:
        parsed = row if isinstance(row, Mistake) else _read(row)
        if isinstance(parsed, Mistake):
            message = f"{path}: {place} {number}: {parsed.what}"
            raise UsageError(message)
        read.append((number, parsed))
    labelled = Labelled(
        [each for _, each in read if isinstance(each, LabelledPrompt)],
        # Divided by their lines: what recorded rows say repeats, and has in it whether it is right.
        [
            Judged(str(number), each.confidence, each.is_right)
            for number, each in read
            if isinstance(each, _Recorded)
        ],
        len(read),
        Counter(each for _, each in read if isinstance(each, Passed)),
    )
    if mistake := _useless(labelled):
        message = f"{path}: {mistake}"
        raise UsageError(message)
    return labelled


def _useless(labelled: Labelled) -> str | None:
    """Says why nothing can be told by a file, if that is so."""
    if labelled.prompts and labelled.judged:
        return "either all rows have a confidence, or none"
    if labelled.prompts or labelled.judged:
        return None
    if not labelled.lines:
        return "there are no prompts in it"
    if labelled.passed[Passed.UNCLASSIFIED]:
        return "no line with a label has a category with a confidence"
    return (
        f"none of its lines ({labelled.lines:,}) has a label. Add to those with a confidence what "
        'is right, as {"label": "law"}; docs/training.md shows how, by their decision_id'
    )


def _read(row: Row) -> _Read | Mistake:
    label = row.get("label")
    if _is_logged(row) and (label is None or label == ""):
        return Passed.UNLABELLED
    if not isinstance(label, str):
        return Mistake("label must be a string")
    label = label.strip()
    if not label:
        return Mistake("label must not be empty")
    return _recorded(row, label) if _is_logged(row) else _prompt(row, label)


def _is_logged(row: Row) -> bool:
    """Whether a row is of the router's log, or was made of such a line."""
    if "text" in row:
        return "confidence" in row
    return isinstance(row.get("event"), str) or "confidence" in row or "decision_id" in row


def _prompt(row: Row, label: str) -> LabelledPrompt | Mistake:
    text = text_of(row)
    if isinstance(text, Mistake):
        return text
    return LabelledPrompt(text, label) if text.strip() else Mistake("text must not be empty")


def _recorded(row: Row, label: str) -> _Recorded | Passed | Mistake:
    # Requests that name their model or are refused are logged, too, and have neither of these;
    # an answer that was kept has the category alone.
    if "event" in row and "confidence" not in row:
        return Passed.UNCLASSIFIED
    category: object = row.get("category")
    confidence: Any = row.get("confidence")
    if not isinstance(category, str):
        return Mistake("category must be a string: what the prompt was taken for")
    # In Python true and false are numbers, 1 and 0.
    is_number = isinstance(confidence, int | float) and not isinstance(confidence, bool)
    if not (is_number and 0 <= confidence <= 1):
        return Mistake("confidence must be a number from 0 to 1")
    return _Recorded(float(confidence), category == label)
