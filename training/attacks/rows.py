"""What the models of attacks learn from."""

import json
import random
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from pydoc_data.topics import topics
from sysconfig import get_path
from typing import Any, Final

from attrs import frozen

OWN: Final = Path(__file__).parents[2] / "data" / "attacks"

# How many of the ordinary prompts are used. There are five times as many, all alike.
_EXAM_QUESTIONS: Final = 6000
_INTENTS: Final = 3000
_BANKING: Final = 800
_TOOL_LISTS: Final = 600
_JOINED: Final = 3, 20  # how many texts make a long one

_PIECE: Final = 5_000  # characters of a document
_LIBRARY_STEP: Final = 20_000  # one piece of so many characters is read

_SHORT: Final = 400  # characters
_PADDING: Final = 0, 60  # words
_PADDED: Final = 2  # so many times each short attack stands among harmless words
_BROKEN: Final = 0.5  # so often the words begin and end in the midst of a sentence
_FILLER: Final = 20, 900
_FILLERS: Final = 200

# Texts that are nearly attacks are worth more than the thousandth exam question, and sentences
# that were put together by a program less than those that were written.
_WEIGHT: Final = {"own": 4.0, "notinject": 2.0, "tools": 0.5, "combined": 0.4}


@frozen
class Row:
    """One text.

    Args:
        text: All of it.
        is_attack: Whether it is one.
        source: Which collection it is from.
        weight: How much it counts.
        within: If it was made from another text, that text.
    """

    text: str
    is_attack: bool
    source: str
    weight: float = 1.0
    within: str = ""

    @property
    def fold(self) -> int:
        """A number that texts which share most of their wording mostly share, below 2**32."""
        words = (self.within or self.text).lower().split()[:200]
        shingles = {" ".join(words[at : at + 5]) for at in range(max(len(words) - 4, 1))}
        return min(
            int.from_bytes(sha256(shingle.encode("utf-8", "replace")).digest()[:4])
            for shingle in shingles
        )


def read(path: Path) -> Iterator[dict[str, Any]]:
    """Yields the objects of a file with one per line."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def own(name: str) -> list[Row]:
    """Returns a file of the data written for this project."""
    rows = []
    for line in read(OWN / name):
        is_attack, is_combined = bool(line["label"]), line["made"] == "combined"
        weight = 1.0 if is_attack else _WEIGHT["own"]
        if is_combined:
            weight *= _WEIGHT["combined"]
        source = "combined" if is_combined else str(line["group"])
        rows.append(Row(line["text"], is_attack, source, weight))
    return rows


def labelled(path: Path) -> list[Row]:
    """Returns a file of the collections of attacks."""
    return [
        Row(
            line["text"],
            bool(line["label"]),
            line["source"],
            1.0 if line["label"] else _WEIGHT["notinject"],
        )
        for line in read(path)
    ]


def ordinary(path: Path, source: str) -> list[Row]:
    """Returns a file of texts none of which is an attack."""
    return [Row(line["text"], is_attack=False, source=source) for line in read(path)]


def training_rows(data: Path) -> list[Row]:
    """Returns everything that is learnt from, always in the same order."""
    chance = random.Random(1)
    exams = _shuffled(ordinary(data / "domain/train.jsonl", "exam"), chance)
    intents = _shuffled(ordinary(data / "intents/clinc150_train.jsonl", "intent"), chance)
    banking = _shuffled(ordinary(data / "intents/banking77_train.jsonl", "banking"), chance)
    personal = ordinary(data / "pii/train.jsonl", "personal")
    collected = labelled(data / "jailbreak/train.jsonl")
    written = [*own("ordinary.jsonl"), *own("attacks.jsonl")]
    short = [row for row in (*collected, *written) if row.is_attack and len(row.text) < _SHORT]
    unused = [*exams[_EXAM_QUESTIONS:], *intents[_INTENTS : 2 * _INTENTS]]
    parts = [
        *unused,
        *personal,
        *(row for row in collected if row.source == "deepset" and not row.is_attack),
    ]
    words = " ".join(row.text for row in unused).split()
    return [
        *collected,
        *written,
        *exams[:_EXAM_QUESTIONS],
        *intents[:_INTENTS],
        *banking[:_BANKING],
        *personal,
        *tool_lists(data, 0)[:_TOOL_LISTS],
        *_library(),
        *_joined(_shuffled(parts, chance), chance),
        *_padded(short, list(_texts(unused)), words, chance),
        *(
            Row(_filler(words, chance, *_FILLER), is_attack=False, source="joined")
            for _ in range(_FILLERS)
        ),
    ]


def tool_lists(data: Path, parity: int) -> list[Row]:
    """Returns every other request with a list of tools; odd ones are kept for measuring."""
    lines = list(read(data / "tools/dev.jsonl"))[parity::2]
    return [
        Row(
            f"{line['query']}\n{json.dumps(line['tools'])}",
            is_attack=False,
            source="tools",
            weight=_WEIGHT["tools"],
        )
        for line in lines
    ]


def _library() -> Iterator[Row]:
    """Pieces of the sources of Python's standard library: long documents, and code."""
    for path in sorted(Path(get_path("stdlib")).glob("*.py")):
        text = path.read_text("utf-8", "replace")
        for start in range(0, len(text), _LIBRARY_STEP):
            yield Row(text[start : start + _PIECE], is_attack=False, source="library")
    for _, text in sorted(topics.items()):
        yield Row(text[:_PIECE], is_attack=False, source="library")


def _joined(rows: list[Row], chance: random.Random) -> Iterator[Row]:
    """Long ordinary texts: without them, length itself would look like an attack."""
    at = 0
    while at < len(rows) - _JOINED[1]:
        count = chance.randint(*_JOINED)
        blank = chance.choice(("\n", " ", "\n\n"))
        yield Row(blank.join(_texts(rows[at : at + count])), is_attack=False, source="joined")
        at += count


def _padded(
    rows: list[Row], texts: list[str], words: list[str], chance: random.Random
) -> Iterator[Row]:
    """Short attacks among harmless words, or whole sentences, which must not hide them."""
    for row in [row for row in rows for _ in range(_PADDED)]:
        if chance.random() < _BROKEN:
            before, after = (_filler(words, chance, *_PADDING) for _ in range(2))
        else:
            before, after = (" ".join(chance.sample(texts, chance.randint(0, 4))) for _ in range(2))
        blank = chance.choice((" ", " ", "\n"))
        text = f"{before}{blank}{row.text}{blank}{after}".strip()
        weight = row.weight / _PADDED
        yield Row(text, is_attack=True, source=row.source, weight=weight, within=row.text)


def _filler(words: list[str], chance: random.Random, least: int, most: int) -> str:
    """So many words of ordinary texts, beginning anywhere."""
    at = chance.randrange(len(words) - most)
    return " ".join(words[at : at + chance.randint(least, most)])


def _texts(rows: Iterable[Row]) -> Iterator[str]:
    return (row.text for row in rows)


def _shuffled(rows: list[Row], chance: random.Random) -> list[Row]:
    return chance.sample(rows, len(rows))
