"""What the head for people and addresses rehearses, so that it forgets nothing while it is taught.

The page was made by `training/rehearsed.py`, of the lists that sentences are made of.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

REHEARSED_FILE: Final = Path(__file__).with_name("rehearsed.txt")


def rehearsed() -> list[str]:
    """Returns sentences of the sort that the shipped head has learnt, with and without people."""
    lines = REHEARSED_FILE.read_text(encoding="utf-8").split("\n")
    return [line.replace("\\n", "\n") for line in lines if line]


def written(sentences: Iterable[str]) -> str:
    """Returns the page of some sentences: each is a line, whatever lines it has itself."""
    return "".join(each.replace("\n", "\\n") + "\n" for each in sentences)
