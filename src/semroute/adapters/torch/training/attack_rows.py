"""What the models of attacks learn from beside the texts that are known: others made of them."""

import json
import random
from collections.abc import Iterator, Sequence
from typing import Final

from .attack_texts import COMBINED, AttackText

_SEED: Final = 1
_JOINED: Final = 3, 20  # how many texts make a long one
_SHORT: Final = 400  # characters
_PADDING: Final = 0, 60  # words
_PADDED: Final = 2  # so many times each short attack stands among harmless words
_BROKEN: Final = 0.5  # so often the words begin and end in the midst of a sentence
_FILLER: Final = 20, 900
_FILLERS: Final = 200
_SPELT: Final = 200
_ENOUGH: Final = 1000  # words; of fewer nothing is made
_TOOL_LISTS: Final = 600
_TOOL_WEIGHT: Final = 0.5
_TOOLS: Final = 1, 8
_PARAMETERS: Final = 0, 5
_TYPES: Final = ("string", "integer", "number", "boolean", "array", "dict")
# Ordinary texts that are put together to long ones, beside those that are spare.
_PARTS: Final = ("personal", "deepset")


def enriched(texts: Sequence[AttackText], spare: Sequence[str]) -> list[AttackText]:
    """Returns texts, and others that are made of them, always in the same order.

    Args:
        texts: What is known.
        spare: Ordinary texts from which others are made. If they are few, nothing is.
    """
    chance = random.Random(_SEED)  # noqa: S311 - not for secrets: it must be the same every time
    words = " ".join(spare).split()
    if len(words) < _ENOUGH:
        return list(texts)
    parts = [each.text for each in texts if each.source in _PARTS and not each.is_attack]
    parts = chance.sample([*spare, *parts], len(spare) + len(parts))
    short = [each for each in texts if each.is_attack and len(each.text) < _SHORT]
    return [
        *texts,
        *(_tool_list(list(spare), words, chance) for _ in range(_TOOL_LISTS)),
        *_joined(parts, chance),
        *_padded(short, list(spare), words, chance),
        *(
            AttackText(_filler(words, chance, *_FILLER), is_attack=False, source="joined")
            for _ in range(_FILLERS)
        ),
        *(_spelt(chance.choice(spare), chance) for _ in range(_SPELT)),
    ]


def _tool_list(texts: list[str], words: list[str], chance: random.Random) -> AttackText:
    """A request with functions to choose from, as agents send them: much JSON, and no attack."""

    def name() -> str:
        return "_".join(word.lower() for word in chance.sample(words, 2) if word.isalnum()) or "run"

    def described() -> str:
        return _filler(words, chance, 4, 20)

    def parameters() -> dict[str, dict[str, str]]:
        return {
            name(): {"type": chance.choice(_TYPES), "description": described()}
            for _ in range(chance.randint(*_PARAMETERS))
        }

    def tool() -> dict[str, object]:
        properties = parameters()
        return {
            "name": f"{name()}.{name()}",
            "description": f"{described()}",
            "parameters": {
                "type": "dict",
                "properties": properties,
                "required": list(properties)[:2],
            },
        }

    tools = [tool() for _ in range(chance.randint(*_TOOLS))]
    text = f"{chance.choice(texts)}\n{json.dumps(tools)}"
    return AttackText(text, is_attack=False, source="tools", weight=_TOOL_WEIGHT)


def _joined(texts: list[str], chance: random.Random) -> Iterator[AttackText]:
    """Long ordinary texts: without them, length itself would look like an attack."""
    at = 0
    while at < len(texts) - _JOINED[1]:
        count = chance.randint(*_JOINED)
        blank = chance.choice(("\n", " ", "\n\n"))
        yield AttackText(blank.join(texts[at : at + count]), is_attack=False, source="joined")
        at += count


def _padded(
    rows: list[AttackText], texts: list[str], words: list[str], chance: random.Random
) -> Iterator[AttackText]:
    """Short attacks among harmless words, or whole sentences, which must not hide them."""
    for row in [row for row in rows for _ in range(_PADDED)]:
        if chance.random() < _BROKEN:
            before, after = (_filler(words, chance, *_PADDING) for _ in range(2))
        else:
            before, after = (" ".join(chance.sample(texts, chance.randint(0, 4))) for _ in range(2))
        blank = chance.choice((" ", " ", "\n"))
        text = f"{before}{blank}{row.text}{blank}{after}".strip()
        weight = row.weight / _PADDED
        yield AttackText(text, is_attack=True, source=row.source, weight=weight, within=row.text)


def _spelt(text: str, chance: random.Random) -> AttackText:
    """An ordinary text letter by letter, lest every text that is written so look like an attack."""
    apart = chance.choice((" ", "   "))
    spelt = apart.join(" ".join(word) for word in text.split())
    return AttackText(spelt, is_attack=False, source=COMBINED)


def _filler(words: list[str], chance: random.Random, least: int, most: int) -> str:
    """So many words of ordinary texts, beginning anywhere."""
    at = chance.randrange(len(words) - most)
    return " ".join(words[at : at + chance.randint(least, most)])
