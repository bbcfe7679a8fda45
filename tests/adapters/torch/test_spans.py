"""Spans of overlapping parts, and the looks of words."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from semroute.adapters.torch.entity_head import CLASSES, LAYERS, EntityHead
from semroute.adapters.torch.parts import Part
from semroute.adapters.torch.shapes import SHAPES, shapes_of
from semroute.adapters.torch.word_network import NEIGHBOURHOOD, WordNetwork
from semroute.domain.pii import PiiKind, PiiSpan
from semroute.domain.spans import merged, shifted

SPANS = st.lists(
    st.builds(
        lambda kind, start, size, score: PiiSpan(kind, start, start + size, score),
        st.sampled_from([PiiKind.PERSON, PiiKind.ADDRESS]),
        st.integers(0, 60),
        st.integers(1, 20),
        st.floats(0, 1),
    ),
    max_size=12,
)


def covered(spans: tuple[PiiSpan, ...] | list[PiiSpan], kind: PiiKind) -> set[int]:
    return {
        character
        for span in spans
        if span.kind is kind
        for character in range(span.start, span.end)
    }


@given(SPANS)
def test_what_any_part_saw_was_seen(spans: list[PiiSpan]) -> None:
    together = merged(spans)
    for kind in PiiKind.PERSON, PiiKind.ADDRESS:
        assert covered(together, kind) == covered(spans, kind)
        mine = [span for span in together if span.kind is kind]
        assert sum(span.end - span.start for span in mine) == len(covered(together, kind))
    assert [span.start for span in together] == sorted(span.start for span in together)
    assert merged(together) == together


def test_a_span_that_grew_past_its_neighbour_stands_behind_it() -> None:
    person = PiiSpan(PiiKind.PERSON, 0, 1)
    address = PiiSpan(PiiKind.ADDRESS, 0, 2)
    spans = (PiiSpan(PiiKind.ADDRESS, 0, 1), address, person)
    assert merged(spans) == (person, address)


@given(SPANS)
def test_the_higher_score_counts(spans: list[PiiSpan]) -> None:
    for span in merged(spans):
        inside = [
            each.score
            for each in spans
            if each.kind is span.kind and span.start <= each.start and each.end <= span.end
        ]
        assert span.score == max(inside)


def test_neighbours_that_only_touch_stay_two() -> None:
    spans = (PiiSpan(PiiKind.PERSON, 0, 4), PiiSpan(PiiKind.PERSON, 4, 8))
    assert merged(spans) == spans


@given(SPANS, st.integers(0, 100))
def test_spans_move_with_their_text(spans: list[PiiSpan], by: int) -> None:
    moved = list(shifted(spans, by))
    assert [(span.start - by, span.end - by) for span in moved] == [
        (span.start, span.end) for span in spans
    ]


@given(st.text(max_size=200), st.data())
def test_every_word_of_every_text_has_looks(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=20)))
    words = list(zip(cuts[::2], cuts[1::2], strict=False))
    shapes = shapes_of(text, words)
    assert shapes.shape == (len(words), SHAPES)
    assert ((shapes >= 0) & (shapes <= 1)).all()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("rose met him", "Rose met him"),  # at the beginning
        ("we saw rose there", "we saw Rose there"),
        ("call Rose now", "call ROSE now"),
        ("rose met jack", "rose met Jack"),  # the neighbour's capital
        ("no. 12 there", "no. x2 there"),
        ("is this Rose here", "is this: Rose here"),
    ],
)
def test_what_a_tokenizer_without_case_would_miss_is_seen(one: str, other: str) -> None:
    def looks(text: str) -> np.ndarray:
        ends = [index for index, character in enumerate(text) if character == " "]
        return shapes_of(
            text, list(zip([0, *[end + 1 for end in ends]], [*ends, len(text)], strict=True))
        )

    assert not np.array_equal(looks(one), looks(other))


@given(st.floats(0.01, 0.98), st.floats(0, 0.9))
def test_what_is_found_at_all_is_at_least_even(probability: float, threshold: float) -> None:
    found = constant(probability, threshold).spans("Ada", [ONE_WORD])
    assert len(found) == 1 or probability < threshold + ROUNDING
    for span in found:
        assert 0.5 <= span.score <= 1


def test_the_surer_a_head_is_the_higher_the_score() -> None:
    scores = [
        constant(probability, 0.4).spans("Ada", [ONE_WORD])[0].score
        for probability in (0.41, 0.6, 0.8, 0.99)
    ]
    assert scores == sorted(scores)
    assert scores[0] == pytest.approx(0.5, abs=0.02)
    assert scores[-1] > 0.95


def test_the_rest_of_a_name_beside_a_sure_word_is_found_and_marks_around_it_are_not() -> None:
    text = "Dr . Ada Lovelace , hello"
    probable = (0.1, 0.3, 0.9, 0.3, 0.3, 0.3)
    (span,) = TOLD.spans(text, [_part(text, probable)])
    assert text[span.start : span.end] == "Ada Lovelace"


def test_a_word_alone_needs_as_much_as_it_takes() -> None:
    assert not TOLD.spans("Ada Lovelace", [_part("Ada Lovelace", (0.45, 0.45))])


def test_states_that_are_no_numbers_are_no_finding_of_nobody() -> None:
    part = _part("Ada Lovelace", (0.9, float("nan")))
    with pytest.raises(ArithmeticError, match="not finite"):
        TOLD.spans("Ada Lovelace", [part])


STATES = 3
_LEVEL = 10.0  # far above 0, where a hidden layer passes on what it is told
TOLD = EntityHead(
    WordNetwork(
        (torch.eye(1, len(LAYERS) * STATES + SHAPES), torch.zeros(1)),
        (torch.tensor([[0.0, 1.0, 0.0]]), torch.zeros(1)),
        (
            torch.tensor([[0.0], [1.0], [0.0], [0.0]]),
            torch.tensor([_LEVEL, 0.0, -_LEVEL, -_LEVEL]),
        ),
    ),
    (0.5, 0.99),
)
"""A head to which a word is a person as its first state says."""


def _part(text: str, probable: tuple[float, ...]) -> Part:
    """Returns a part in which words between blanks are people so probably."""
    ends = [at for at, character in enumerate(f"{text} ") if character == " "]
    starts = [0, *[end + 1 for end in ends[:-1]]]
    states = torch.zeros(len(ends), len(LAYERS) * STATES)
    states[:, 0] = torch.tensor(probable).logit() + _LEVEL
    return Part(
        words=tuple(range(len(ends))),
        offsets=tuple(zip(starts, ends, strict=True)),
        states=states,
    )


ROUNDING = 1e-5
ONE_WORD = Part(words=(0,), offsets=((0, 3),), states=torch.zeros(1, len(LAYERS) * STATES))


def constant(probability: float, threshold: float) -> EntityHead:
    """A head to which every word is a person with this probability, and never an address."""
    odds = torch.tensor([1 - probability, probability, 1e-9, 1e-9]).log()
    network = WordNetwork(
        (torch.zeros(4, len(LAYERS) * STATES + SHAPES), torch.zeros(4)),
        (torch.zeros(4, NEIGHBOURHOOD * 4), torch.zeros(4)),
        (torch.zeros(CLASSES, 4), odds),
    )
    return EntityHead(network, (threshold, 0.99))
