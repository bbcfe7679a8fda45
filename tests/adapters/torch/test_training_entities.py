"""How the head for people and addresses comes about."""

from pathlib import Path

import pytest

from semroute.adapters.torch.encoder import Encoder
from semroute.adapters.torch.entity_head import ENTITIES_FILE
from semroute.adapters.torch.training import LISTS, EntityText, Vectorizer, train_entities
from semroute.adapters.torch.training.entity_corpus import corpus
from semroute.adapters.torch.training.sentences import ADDRESS, IGNORED, PERSON

FEW = {
    "templates": "My name is {person}.\n{person} lives at {address}.",
    "benign": "What is the weather in {city}?",
    "given_names": "english: Ann, Bob",
    "surnames": "english: Miller, Smith",
    "fillers": "city: Leeds, York\norg: Acme\ncountry: France\nmonth: May",
    "street_words": "w: Elm, Oak",
    "streets": "english: {n} {w} Street | Leeds",
}


def test_the_pages_that_are_asked_for_are_those_it_is_made_of() -> None:
    assert FEW.keys() == LISTS


def test_what_is_known_is_learnt_renamed_and_typed_in_haste() -> None:
    text = "Dr Ann Miller, 5 Elm Street, Leeds"
    spans = ((0, 2, "TITLE"), (3, 13, "PERSON"), (15, 27, "STREET_ADDRESS"), (29, 34, "GPE"))
    sentences = list(corpus([EntityText(text, spans)], FEW))
    known = next(each for each in sentences if each.text == text)
    assert [label for _, _, label in known.labels] == [IGNORED, PERSON, ADDRESS, IGNORED]
    at = sentences.index(known)
    *renamed, lowered = sentences[at + 1 : at + 4]
    assert all("5 Elm Street" in each.text for each in renamed)
    assert {each.text for each in renamed} != {text}
    assert lowered.text == lowered.text.lower()
    assert sentences == list(corpus([EntityText(text, spans)], FEW))


def test_capitals_beside_a_name_teach_nothing_where_nobody_looked() -> None:
    plain = [EntityText("Ann moved to Leeds"), EntityText("Water boils at Sea level")]
    sentences = {each.text: each.labels for each in corpus(plain, FEW)}
    assert {label for _, _, label in sentences["Ann moved to Leeds"]} == {IGNORED}
    assert not sentences["Water boils at Sea level"]


def test_where_somebody_looked_and_found_nobody_capitals_are_names_of_nobody() -> None:
    sentences = list(corpus([EntityText("Ann has 3 apples", ())], FEW))
    assert [each.labels for each in sentences if each.text == "Ann has 3 apples"] == [()]


@pytest.mark.model
def test_the_same_lists_make_the_same_head(encoder: Encoder, tmp_path: Path) -> None:
    known = [EntityText("I am Bob Smith", ((5, 14, "PERSON"),)), EntityText("no name")]
    measured = {"people": known[:1], "plain": known[1:]}
    made = []
    for name in ("one", "two"):
        place = tmp_path / name
        place.mkdir()
        figures = train_entities(known, FEW, measured, Vectorizer(encoder), place)
        made.append((place / ENTITIES_FILE).read_bytes())
        assert figures["people"]["person_recall"] == 1
        assert figures["plain"]["flagged"] == 0
    assert made[0] == made[1]
