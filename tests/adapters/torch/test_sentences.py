"""The sentences that the entity head learns from."""

import random
from pathlib import Path

import pytest

from semroute.adapters.torch.training.sentences import (
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

PAGES = {
    path.stem: path.read_text()
    for path in (Path(__file__).parents[3] / "data/entities").glob("*.txt")
}


@pytest.fixture
def composer() -> Composer:
    return Composer(PAGES, random.Random(1))


def test_every_template_can_be_filled_and_every_label_is_in_its_text(composer: Composer) -> None:
    sentences = list(composed(composer, per_template=3, per_benign=3))
    assert len(sentences) == 3 * (len(composer.templates) + len(composer.benign))
    for sentence in sentences:
        assert "{n}" not in sentence.text
        assert "{w}" not in sentence.text
        assert "\\n" not in sentence.text
        for start, end, _ in sentence.labels:
            assert 0 <= start < end <= len(sentence.text)
            assert sentence.text[start:end].strip()


def test_only_what_has_somebody_in_it_is_labelled(composer: Composer) -> None:
    for template in composer.templates:
        labels = {label for _, _, label in composer.compose(template).labels}
        assert labels & {PERSON, ADDRESS}, template
    for template in composer.benign:
        labels = {label for _, _, label in composer.compose(template).labels}
        assert labels <= {NAMED}, template


def test_the_same_seed_writes_the_same_sentences() -> None:
    one, other = (
        list(composed(Composer(PAGES, random.Random(7)), per_template=1, per_benign=1))
        for _ in range(2)
    )
    assert one == other


def test_a_renamed_sentence_says_the_same_of_another(composer: Composer) -> None:
    text = "Mr. Smith lives at 12 Elm Street with smith"
    sentence = Sentence(
        text, ((0, 3, IGNORED), (4, 9, PERSON), (19, 32, ADDRESS), (38, 43, PERSON))
    )
    other = renamed(sentence, composer)
    (title, someone, place, somebody) = (other.text[a:b] for a, b, _ in other.labels)
    assert other.text == f"{title} {someone} lives at {place} with {somebody}"
    assert (title, place) == ("Mr.", "12 Elm Street")
    assert someone != "Smith"
    assert somebody.islower() or not somebody.isascii()


def test_what_is_buried_in_other_text_keeps_its_labels() -> None:
    sentence = buried(Sentence("John is here", ((0, 4, PERSON),)), "before\n", " after")
    assert sentence.text == "before\nJohn is here after"
    assert [sentence.text[start:end] for start, end, _ in sentence.labels] == ["John"]


def test_lowering_never_moves_a_label() -> None:
    assert lowered(Sentence("İzmir", ((0, 5, PERSON),))).text == "İzmir"
    assert lowered(Sentence("John", ((0, 4, PERSON),))).text == "john"
