"""Tokens put together to entities."""

import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from semroute.adapters.torch.checkpoints.network import Row
from semroute.adapters.torch.checkpoints.tagger import Tagger
from semroute.domain.labels import tags_of
from semroute.domain.pii import PiiKind

BIO = ("O", "B-PER", "I-PER", "B-LOC", "I-LOC", "I-ORG")
IO = ("O", "PER", "LOC")
BIOES = ("O", "B-PER", "I-PER", "E-PER", "S-PER")
KINDS = {"PER": PiiKind.PERSON, "LOC": PiiKind.ADDRESS}


def tagger(names: Sequence[str], temperature: float = 1.0) -> Tagger:
    tags = tags_of(names)
    kinds = tuple(KINDS.get(tag.entity or "") for tag in tags)
    return Tagger(kinds, np.array([tag.begins for tag in tags]), temperature)


def row(text: str, said: Sequence[str], names: Sequence[str], *, sure: float = 9.0) -> Row:
    """Returns a row in which each token of a text has one label; `##` goes on with a word."""
    tokens = [*re.finditer(r"\w+|[^\w\s]", text)]
    logits = np.zeros((len(tokens) + 2, len(names)), np.float32)
    for index, name in enumerate(said, 1):
        logits[index, names.index(name)] = sure
    offsets = [(0, 0), *(token.span() for token in tokens), (0, 0)]
    return Row(logits, offsets, [None, *range(len(tokens)), None])


def found(text: str, said: Sequence[str], names: Sequence[str]) -> list[tuple[str, PiiKind]]:
    spans = tagger(names).spans(text, row(text, said, names))
    return [(text[span.start : span.end], span.kind) for span in spans]


@pytest.mark.parametrize(
    ("names", "said", "expected"),
    [
        (BIO, ["O", "B-PER", "I-PER", "O", "B-LOC"], ["Ann Lee", "Rome"]),
        (BIO, ["O", "B-PER", "B-PER", "O", "O"], ["Ann", "Lee"]),
        (BIO, ["O", "I-PER", "I-PER", "O", "I-LOC"], ["Ann Lee", "Rome"]),
        (BIO, ["O", "B-PER", "I-LOC", "O", "O"], ["Ann", "Lee"]),
        (BIO, ["B-PER", "O", "O", "O", "I-ORG"], ["met"]),
        (IO, ["O", "PER", "PER", "O", "LOC"], ["Ann Lee", "Rome"]),
        (BIOES, ["O", "B-PER", "E-PER", "O", "S-PER"], ["Ann Lee", "Rome"]),
        (BIOES, ["O", "S-PER", "S-PER", "O", "O"], ["Ann", "Lee"]),
        (BIO, ["O", "O", "O", "O", "O"], []),
    ],
)
def test_tags_become_spans(names: Sequence[str], said: list[str], expected: list[str]) -> None:
    assert [words for words, _ in found("met Ann Lee in Rome", said, names)] == expected


def test_marks_within_an_entity_are_part_of_it_if_they_are_said_to_be() -> None:
    assert found("a@b, c", ["B-PER", "I-PER", "I-PER", "O", "B-PER"], BIO) == [
        ("a@b", PiiKind.PERSON),
        ("c", PiiKind.PERSON),
    ]


def test_tokens_of_one_word_decide_together() -> None:
    logits = np.zeros((3, len(BIO)), np.float32)
    logits[0, BIO.index("B-PER")] = 4
    logits[1, BIO.index("O")] = 1  # it would be nothing by itself
    logits[2, BIO.index("I-PER")] = 4
    (span,) = tagger(BIO).spans("Jonathan", Row(logits, [(0, 3), (3, 5), (5, 8)], [0, 0, 0]))
    assert (span.start, span.end) == (0, 8)
    assert 0.5 < span.score < 0.9


def test_a_mark_at_the_end_of_a_word_is_not_part_of_a_name() -> None:
    """Some tokenizers only part words at blanks, and some give words the blank before them."""
    logits = np.zeros((3, len(BIO)), np.float32)
    logits[0, BIO.index("O")] = logits[2, BIO.index("O")] = logits[1, BIO.index("B-PER")] = 9
    text = "am Lee."
    (span,) = tagger(BIO).spans(text, Row(logits, [(0, 2), (2, 6), (6, 7)], [0, 1, 1]))
    assert text[span.start : span.end] == "Lee"


def test_a_higher_temperature_is_less_sure() -> None:
    text, said = "Ann", ["B-PER"]
    cold, warm = (
        next(tagger(BIO, temperature).spans(text, row(text, said, BIO)))
        for temperature in (1.0, 4.0)
    )
    assert 0.3 < warm.score < cold.score <= 1


@given(st.data())
def test_spans_are_in_the_text_in_order_and_apart(data: st.DataObject) -> None:
    text = data.draw(st.text(" ab.@", max_size=30))
    tokens = [*re.finditer(r"\w+|[^\w\s]", text)]
    said = [data.draw(st.sampled_from(BIO)) for _ in tokens]
    sure = data.draw(st.floats(0, 50))
    spans = [*tagger(BIO).spans(text, row(text, said, BIO, sure=sure))]
    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert all(text[span.start : span.end].strip() for span in spans)
    assert all(left.end <= right.start for left, right in pairwise(spans))
