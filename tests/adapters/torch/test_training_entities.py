"""How the head for people and addresses comes about."""

from pathlib import Path

import pytest

from semroute.adapters.torch.encoder import Encoder
from semroute.adapters.torch.entity_head import ENTITIES_FILE
from semroute.adapters.torch.training import LISTS, EntityText, Vectorizer, train_entities
from semroute.adapters.torch.training.entity_corpus import corpus
from semroute.adapters.torch.training.sentences import ADDRESS, IGNORED, NAMED, PERSON

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


def test_firms_and_places_are_named_and_neither_people_nor_addresses() -> None:
    pages = {**FEW, "benign": "{org} opens in {city}\nPay {number} to {country}"}
    labels = {
        each.text[start:end].lower(): label
        for each in corpus([], pages)
        for start, end, label in each.labels
    }
    assert labels["france"] == NAMED
    assert {"acme", "leeds"} & labels.keys()
    assert {labels[name] for name in ("acme", "leeds", "york") if name in labels} == {NAMED}


def test_some_names_are_on_no_list_and_made_of_those_that_are() -> None:
    pages = {**FEW, "given_names": "english: Annabel, Gertrude", "templates": "{given} left\n" * 60}
    heard = {each.text.removesuffix(" left").lower() for each in corpus([], pages)}
    assert {"annabel", "gertrude", "annarude", "gertabel"} <= heard


def test_sentences_in_another_script_name_people_in_another_script() -> None:
    pages = {
        **FEW,
        "given_names": "english: Ann, Bob\nnative_script: Ольга, Анна",
        "surnames": "english: Miller, Smith\nnative_script: Смирнова, Иванова",
        "templates": "Где {given}?\n" * 60 + "Where is {given}?\n" * 60,
    }
    named = [each.text for each in corpus([], pages) if each.labels]
    russian = [text for text in named if text.lower().startswith("где")]
    english = [text for text in named if text.lower().startswith("where")]
    assert _share_of_cyrillic(russian, len("где")) > 0.6 > _share_of_cyrillic(english, 0)


def _share_of_cyrillic(texts: list[str], start: int) -> float:
    return sum(not text[start:].isascii() for text in texts) / len(texts)


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
