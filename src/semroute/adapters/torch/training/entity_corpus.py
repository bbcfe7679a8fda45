"""What the head for people and addresses learns from."""

import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from attrs import frozen

from .sentences import (
    ADDRESS,
    IGNORED,
    NAMED,
    PERSON,
    Composer,
    Sentence,
    buried,
    composed,
    lowered,
    renamed,
)

_SEED: Final = 20
_PER_TEMPLATE: Final = 5
_PER_BENIGN: Final = 4
_RENAMED: Final = 2  # texts that somebody marked, with other names
_BURIED: Final = 400
_LONGEST_LINE: Final = 300  # characters of a text that others are buried under
_MOST_LINES: Final = 16
_VARIED: Final = 0.6  # so often the lines differ
_NEAR_CHARS: Final = 12
_NAMES: Final = frozenset(("ORGANIZATION", "GPE", "NRP"))
_TITLES: Final = frozenset(("Mr", "Mrs", "Ms", "Dr", "Miss"))

Span = tuple[int, int, str]
"""Where something begins in a text, where it has ended, and what it is."""


@frozen
class EntityText:
    """A text and what is in it.

    Args:
        text: The text.
        spans: What is in it: `PERSON`, `STREET_ADDRESS`, `TITLE`, `GPE`, `ZIP_CODE` or others;
            None if nobody has looked, and it is ordinary, but may name somebody.
    """

    text: str
    spans: tuple[Span, ...] | None = None


def corpus(texts: Sequence[EntityText], lists: Mapping[str, str]) -> Iterator[Sentence]:
    """Yields everything the head learns from, always the same.

    Args:
        texts: What is known.
        lists: The pages that `Composer` makes sentences of.
    """
    rng = random.Random(_SEED)  # noqa: S311 - not for secrets: it must be the same every time
    composer = Composer(lists, rng)
    yield from composed(composer, _PER_TEMPLATE, _PER_BENIGN)
    for each in texts:
        if each.spans == ():
            yield Sentence(each.text)
        elif each.spans is not None:
            sentence = labelled(each.text, each.spans)
            yield sentence
            for _ in range(_RENAMED):
                yield renamed(sentence, composer)
            yield lowered(renamed(sentence, composer))
    for each in texts:
        if each.spans is None:
            yield Sentence(each.text, tuple(_doubts(each.text, composer.names.listed)))
    plain = [each.text for each in texts if not each.spans]
    lines = [text for text in plain if len(text) <= _LONGEST_LINE] or composer.benign
    for template in rng.choices(composer.templates, k=_BURIED):
        sentence = composer.compose(template)
        yield buried(sentence, _padding(lines, rng), _padding(lines, rng))


def _padding(lines: Sequence[str], rng: random.Random) -> str:
    """Returns other people's lines: many of them, or one many times, or none."""
    count = rng.randrange(_MOST_LINES)
    is_varied = rng.random() < _VARIED
    some = rng.choices(lines, k=count) if is_varied else [rng.choice(lines)] * count
    blank = rng.choice((" ", "\n"))
    return blank + "".join(line + blank for line in some)


def labelled(text: str, spans: Sequence[Span]) -> Sentence:
    """Returns a text of the synthetic data with the labels used here."""
    addresses = [span for span in spans if span[2] == "STREET_ADDRESS"]
    labels: list[tuple[int, int, int]] = []
    for start, end, kind in spans:
        is_near = any(
            start < other_end + _NEAR_CHARS and other_start < end + _NEAR_CHARS
            for other_start, other_end, _ in addresses
        )
        if kind == "PERSON":
            labels.append((start, end, PERSON))
        elif kind == "STREET_ADDRESS":
            labels.append((start, end, ADDRESS))
        elif kind == "TITLE" or (kind in {"GPE", "ZIP_CODE"} and is_near):
            labels.append((start, end, IGNORED))
        elif kind in _NAMES:
            labels.append((start, end, NAMED))
    return Sentence(text, tuple(labels), _template_of(text, spans))


def _template_of(text: str, spans: Sequence[Span]) -> str:
    """Returns a text with the kinds of what is in it instead; texts from one template share it."""
    pieces: list[str] = []
    end = 0
    for start, stop, kind in sorted(spans):
        if start >= end:
            pieces += (text[end:start], f"{{{kind}}}")
            end = stop
    return "".join((*pieces, text[end:]))


def _doubts(text: str, given_names: frozenset[str]) -> Iterator[tuple[int, int, int]]:
    """Yields the capitalised words of an ordinary text that has somebody's name in it.

    Most are about nobody. Where one does name somebody, it is better to learn nothing of the
    capitals than that names are none.
    """
    words = list(_capitalised(text))
    if any(word in given_names or word in _TITLES for _, word in words):
        for start, word in words:
            yield start, start + len(word), IGNORED


def _capitalised(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for word in text.split():
        start = text.index(word, start)
        bare = word.strip(".,;:!?()[]\"'")
        if bare[:1].isupper():
            yield start + word.index(bare), bare
        start += len(word)
