"""What the head for people and addresses makes of an operator's texts."""

from pathlib import Path

import pytest
import torch

from semroute.adapters.torch.artefact import HEADS, Artefact
from semroute.adapters.torch.encoder import Encoder
from semroute.adapters.torch.entity_head import CLASSES, ENTITIES_FILE, LAYERS, EntityHead
from semroute.adapters.torch.part_words import ReadWords, Word
from semroute.adapters.torch.training import EntityText, Vectorizer, extend_entities
from semroute.adapters.torch.training.entity_lessons import TextRead, lesson_of_marks, words_in
from semroute.adapters.torch.training.rehearsal import rehearsed
from semroute.domain.pii import PiiKind

NAMES = ("dilnoza", "farrukh", "gulbahor", "jamshid", "kamola", "mirzo", "nigora", "otabek")
PLACES = ("dock", "gate", "ramp", "yard")
FAMILIAR = "My name is Ann Miller and I live at 12 Oak Avenue, York."


def texts(*, marks_addresses: bool) -> list[EntityText]:
    """Lines of a yard, in which the shipped head takes places for addresses."""
    lines = [
        EntityText(
            f"{name} > {PLACES[at % 4]} {at + 3}, pallet {at * 7 + 11} ok",
            ((0, len(name), "PERSON"),),
        )
        for at, name in enumerate(NAMES)
    ]
    homes = [_home(name) for name in ("parvina", "rustam")]
    return [*lines, *(homes if marks_addresses else ())]


def _home(name: str) -> EntityText:
    street = "5 Elm Street, Leeds"
    text = f"send {name} to {street}"
    start = text.index(street)
    return EntityText(text, ((5, 5 + len(name), "PERSON"), (start, len(text), "STREET_ADDRESS")))


def found(encoder: Encoder, directory: Path, text: str) -> set[tuple[str, str]]:
    head = EntityHead.load(directory, encoder.checkpoint.fingerprint, encoder.dimensions)
    _, (parts,) = encoder.encode_each([text], LAYERS)
    return {(span.kind.value, text[span.start : span.end]) for span in head.spans(text, parts)}


def test_a_word_without_a_mark_may_be_what_nobody_marked() -> None:
    words = [Word(0, 3, 1, 1), Word(4, 8, 2, 2), Word(9, 13, 3, 3), Word(14, 17, 4, 4)]
    read = ReadWords(words, torch.zeros(4, 5))
    text = EntityText(
        "ann acme went mrs", ((0, 3, "PERSON"), (4, 8, "ORGANIZATION"), (14, 17, "TITLE"))
    )
    (batch,) = lesson_of_marks([TextRead(text, [read])], [PiiKind.PERSON])
    person, named, anything_else, anything = batch.wanted.tolist()
    assert person == [0, 1, 0, 0]
    assert named == [0, 0, 0, 1]
    assert anything_else == [1, 0, 1, 1]
    assert anything == [1] * CLASSES


def test_many_words_are_batches_in_which_texts_begin_where_they_do() -> None:
    read = [
        TextRead(
            EntityText("x", ()),
            [ReadWords([Word(0, 1, 1, 1)] * count, torch.full((count, 2), float(count)))],
        )
        for count in (3, 9000, 5, 2)
    ]
    lesson = lesson_of_marks(read, [PiiKind.PERSON])
    assert [batch.starts.tolist() for batch in lesson] == [[0, 3], [0, 5]]
    assert words_in(lesson) == 9010


def test_what_is_rehearsed_names_some_people_and_is_as_it_was_written() -> None:
    sentences = rehearsed()
    assert len(sentences) == len(set(sentences)) == 250
    assert any("\n" in each for each in sentences)
    assert not any("\\n" in each for each in sentences)


@pytest.mark.model
def test_a_style_is_learnt_nothing_is_forgotten_and_the_bytes_are_the_same(
    encoder: Encoder, tmp_path: Path
) -> None:
    line = "sardor > gate 9, pallet 70 ok"
    assert ("address", "gate 9, pallet 70") in found(encoder, HEADS, line)
    known = texts(marks_addresses=True)
    made = []
    for name, some in (("one", known), ("two", known[::-1])):
        figures = extend_entities(some, HEADS, Vectorizer(encoder), tmp_path / name)
        made.append((tmp_path / name / ENTITIES_FILE).read_bytes())
    assert made[0] == made[1]
    assert found(encoder, tmp_path / "one", line) == {("person", "sardor")}
    assert found(encoder, tmp_path / "one", FAMILIAR) == found(encoder, HEADS, FAMILIAR)
    assert figures["own texts"]["address_precision"] > figures["before"]["address_precision"]
    assert "flagged" not in figures["own texts"]
    notes = [Artefact.notes_of(each / ENTITIES_FILE).metadata for each in (HEADS, tmp_path / "one")]
    assert notes[0] == notes[1]


@pytest.mark.model
def test_a_file_without_any_address_says_nothing_against_addresses(
    encoder: Encoder, tmp_path: Path
) -> None:
    known = [*texts(marks_addresses=False), EntityText("stacker > gate 4, battery low", ())]
    figures = extend_entities(known, HEADS, Vectorizer(encoder), tmp_path)
    assert list(figures["before"]) == ["texts", "person_recall", "person_precision", "flagged"]
    line = "sardor > gate 9, pallet 70 ok"
    assert ("address", "gate 9, pallet 70") in found(encoder, tmp_path, line)
