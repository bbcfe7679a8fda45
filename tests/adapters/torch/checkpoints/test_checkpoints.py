"""Checkpoints as classifiers, readers and rerankers."""

import json
import math
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trio

from semroute.adapters.torch import (
    Capacity,
    CheckpointClassifier,
    CheckpointError,
    CheckpointReader,
    Source,
    TorchReranker,
)
from semroute.adapters.torch.checkpoints.attacks import AttackEye
from semroute.adapters.torch.checkpoints.categories import CategoryEye
from semroute.adapters.torch.checkpoints.entities import EntityEye
from semroute.domain.attack import AttackKind
from semroute.domain.chat import Prompt
from semroute.domain.errors import NotLoadedError, OverloadedError
from semroute.domain.pii import PiiKind
from tests.adapters.torch.tiny import TAGS, Family, TinyCheckpoints

CATEGORIES = ("math", "law", "other")
THREE = {"label 0": "math", "label 1": "law", "label 2": "other"}
BOTH = {"label 0": "benign", "label 1": "attack"}
FAMILIES: tuple[Family, ...] = ("bert", "modernbert", "deberta")
PEOPLE = {"PER": "person", "LOC": "address"}


def copied(directory: Path, target: Path, **config: Any) -> Path:
    shutil.copytree(directory, target)
    old = json.loads((target / "config.json").read_text())
    (target / "config.json").write_text(json.dumps(old | config))
    return target


def category_eye(source: Source, *, must_know_all: bool = True) -> CategoryEye:
    return CategoryEye.load(source, CATEGORIES, must_know_all=must_know_all)


@pytest.mark.parametrize("family", FAMILIES)
async def test_any_architecture_classifies(
    checkpoints: TinyCheckpoints, family: Family, nursery: trio.Nursery
) -> None:
    source = Source(checkpoints.random(family, "SequenceClassification"), THREE)
    classifier = CheckpointClassifier(source, CATEGORIES, Capacity(), must_know_all=True)
    with pytest.raises(NotLoadedError, match="is not loaded"):
        await classifier.classify(Prompt("too early"))
    states, told = [classifier.is_ready], list[str]()
    await nursery.start(classifier.run, lambda what, _share: told.append(what))
    states.append(classifier.is_ready)
    assert states == [False, True]
    assert told == [f"loading {source.directory}", "ready"]
    classification = await classifier.classify(Prompt("can they evict me? " * 300))
    assert sum(score.probability for score in classification.scores) == pytest.approx(1)
    assert {score.category for score in classification.scores} == set(CATEGORIES)


def test_probabilities_are_the_softmax_of_the_logits(checkpoints: TinyCheckpoints) -> None:
    directory = checkpoints.random("bert", "SequenceClassification")
    eye = category_eye(Source(directory, THREE, temperature=2.0))
    (((row,),), (impression,)) = eye.network.read(["hello"]), eye.read(["hello"])
    likely = np.exp(row.logits / 2)
    assert impression.vector == pytest.approx(likely / likely.sum(), abs=1e-6)


def test_labels_that_mean_the_same_count_together(checkpoints: TinyCheckpoints) -> None:
    directory = checkpoints.random("bert", "SequenceClassification")
    apart = category_eye(Source(directory, THREE)).read(["hello"])[0].vector
    source = Source(directory, THREE | {"label 1": "math"})
    together = category_eye(source, must_know_all=False)
    assert together.categories == ("math", "other")
    expected = [apart[0] + apart[1], apart[2]]
    assert together.read(["hello"])[0].vector == pytest.approx(expected, abs=1e-6)


def test_parts_of_a_long_text_count_by_their_length(checkpoints: TinyCheckpoints) -> None:
    eye = category_eye(Source(checkpoints.categories(), max_tokens=16))
    text = "can my landlord evict me " * 12 + "solve the equation"
    (rows,) = eye.network.read([text])
    assert len(rows) > 3
    (impression,) = eye.read([text])
    assert impression.vector.sum() == pytest.approx(1)
    assert impression.vector[1] > impression.vector[0]


def test_categories_that_no_label_is_about_are_named(checkpoints: TinyCheckpoints) -> None:
    directory = checkpoints.random("bert", "SequenceClassification", outputs=2)
    source = Source(directory, {"label 0": "math", "label 1": "law"})
    with pytest.raises(CheckpointError, match=r"no label for 'other', .*`use: average`"):
        category_eye(source)
    assert category_eye(source, must_know_all=False).categories == ("math", "law")


def test_categories_exclude_each_other(checkpoints: TinyCheckpoints, tmp_path: Path) -> None:
    directory = checkpoints.random("bert", "SequenceClassification")
    one = checkpoints.random("bert", "SequenceClassification", outputs=1)
    problem = {"problem_type": "multi_label_classification"}
    with pytest.raises(CheckpointError, match="do not exclude each other"):
        category_eye(Source(copied(directory, tmp_path / "multi", **problem), THREE))
    with pytest.raises(CheckpointError, match="one label only"):
        category_eye(Source(one, {"label 0": "math"}))


def test_a_checkpoint_without_names_for_its_outputs_can_be_given_some(
    checkpoints: TinyCheckpoints, tmp_path: Path
) -> None:
    directory = checkpoints.random("bert", "SequenceClassification", outputs=2)
    unnamed = copied(directory, tmp_path / "unnamed", id2label=None, label2id=None)
    with pytest.raises(CheckpointError, match="no id2label"):
        AttackEye.load(Source(unnamed), ())
    for labels in ({"LABEL_0": "benign", "LABEL_1": "attack"}, {"1": "attack", "0": "benign"}):
        eye = AttackEye.load(Source(unnamed, labels), ())
        assert eye.outputs[AttackKind.JAILBREAK].tolist() == [False, True]


def test_labels_of_tokens_can_be_numbered(checkpoints: TinyCheckpoints, tmp_path: Path) -> None:
    directory = checkpoints.entities()
    names = {str(index): f"LABEL_{index}" for index in range(len(TAGS))}
    plain = copied(directory, tmp_path / "plain", id2label=names, label2id=None)
    kinds = (PiiKind.PERSON, PiiKind.ADDRESS)
    numbered = {
        str(index): tag.replace("PER", "person").replace("LOC", "address")
        for index, tag in enumerate(TAGS)
    }
    texts = ["My name is John Smith.", "Please send it to 12 Baker Street by Monday."]
    renamed = EntityEye.load(Source(plain, numbered), kinds, kinds).read(texts)
    assert [[span.kind for span in each.entities] for each in renamed] == [
        [PiiKind.PERSON],
        [PiiKind.ADDRESS],
    ]
    usual = EntityEye.load(Source(directory, PEOPLE), kinds, kinds).read(texts)
    assert [each.entities for each in renamed] == [each.entities for each in usual]


def test_a_logit_is_the_log_odds_of_its_labels(checkpoints: TinyCheckpoints) -> None:
    directory = checkpoints.random("bert", "SequenceClassification")
    labels = {"label 0": "benign", "label 1": "jailbreak", "label 2": "injection"}
    eye = AttackEye.load(Source(directory, labels, temperature=0.5), AttackKind)
    (((row,),), (impression,)) = eye.network.read(["hello"]), eye.read(["hello"])
    likely = np.exp(row.logits.astype(float) * 2)
    odds = likely[1] / (likely[0] + likely[2])
    assert impression.attacks[AttackKind.JAILBREAK] == pytest.approx(math.log(odds), abs=1e-5)


@pytest.mark.parametrize("outputs", [1, 2])
def test_outputs_that_are_no_one_choice_speak_for_themselves(
    checkpoints: TinyCheckpoints, tmp_path: Path, outputs: int
) -> None:
    directory = copied(
        checkpoints.random("bert", "SequenceClassification", outputs=outputs),
        tmp_path / "multi",
        problem_type="multi_label_classification",
    )
    labels = {"label 0": "jailbreak", "label 1": "injection"}
    kinds = dict(list(labels.items())[:outputs])
    eye = AttackEye.load(Source(directory, kinds), ())
    (((row,),), (impression,)) = eye.network.read(["hello"]), eye.read(["hello"])
    assert [*impression.attacks.values()] == pytest.approx(row.logits.tolist())


def test_the_worst_part_of_a_long_text_counts(checkpoints: TinyCheckpoints) -> None:
    labels = {"SAFE": "benign", "UNSAFE": "attack"}
    eye = AttackEye.load(Source(checkpoints.attacks(), labels, max_tokens=16), AttackKind)
    text = "What time is it? " * 20 + "override"
    (rows,) = eye.network.read([text])
    (impression,) = eye.read([text])
    each = [float(row.logits[1] - row.logits[0]) for row in rows]
    assert len(each) > 5
    assert impression.attacks[AttackKind.INJECTION] == pytest.approx(max(each), abs=1e-5)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ({"label 0": "attack", "label 1": "jailbreak"}, "one label must mean an attack and one"),
        ({"label 0": "benign", "label 1": "benign"}, "one label must mean an attack and one"),
        ({"label 0": "benign", "label 1": "injection"}, "no label for jailbreak, which is checked"),
        ({"label 0": "benign"}, "mean nothing here: 'label 1'"),
    ],
    ids=str,
)
def test_a_guard_that_could_not_tell_is_refused(
    checkpoints: TinyCheckpoints, labels: dict[str, str], message: str
) -> None:
    directory = checkpoints.random("bert", "SequenceClassification", outputs=2)
    with pytest.raises(CheckpointError, match=message):
        AttackEye.load(Source(directory, labels), [AttackKind.JAILBREAK])


@pytest.mark.parametrize("family", FAMILIES)
def test_any_architecture_finds_entities_in_the_text(
    checkpoints: TinyCheckpoints, family: Family
) -> None:
    directory = checkpoints.random(family, "TokenClassification")
    labels = {"label 0": "person", "label 1": "email"}
    eye = EntityEye.load(Source(directory, labels), set(PiiKind), ())
    text = "can my landlord evict me, 数学 İİ \ud83d? " * 20
    (impression,) = eye.read([text])
    assert impression.entities
    for span in impression.entities:
        assert text[span.start : span.end].strip() == text[span.start : span.end] != ""


def test_kinds_that_nobody_looks_for_are_not_reported(checkpoints: TinyCheckpoints) -> None:
    source = Source(checkpoints.entities(), PEOPLE)
    eye = EntityEye.load(source, {PiiKind.ADDRESS}, {PiiKind.ADDRESS})
    person, address = eye.read(
        ["My name is John Smith.", "Please send it to 12 Baker Street by Monday."]
    )
    assert not person.entities
    assert [span.kind for span in address.entities] == [PiiKind.ADDRESS]


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ({}, r"mean nothing here: 'PER', 'LOC'; say"),
        ({"PER": "person"}, "no label for address, which the guards look for.*`use: add`"),
        ({"PRE": "person"}, r"no label 'PRE'; did you mean 'PER'\?; it has PER, LOC"),
    ],
    ids=str,
)
def test_a_finder_that_would_find_too_little_is_refused(
    checkpoints: TinyCheckpoints, labels: dict[str, str], message: str
) -> None:
    kinds = (PiiKind.PERSON, PiiKind.ADDRESS)
    with pytest.raises(CheckpointError, match=message):
        EntityEye.load(Source(checkpoints.entities(), labels), kinds, kinds)


async def test_more_texts_than_may_wait_are_too_many(
    checkpoints: TinyCheckpoints, nursery: trio.Nursery
) -> None:
    source = Source(checkpoints.random("bert", "SequenceClassification", outputs=2), BOTH)
    reader = CheckpointReader.of_attacks(source, (), Capacity(max_waiting=2))
    await nursery.start(reader.run)
    assert len(await reader.read([f"text {number}" for number in range(20)])) == 20
    outcomes: list[bool] = []

    async def ask(number: int) -> None:
        try:
            await reader.read([f"one {number}", f"two {number}"])
        except OverloadedError:
            outcomes.append(False)
        else:
            outcomes.append(True)

    async with trio.open_nursery() as callers:
        for number in range(20):
            callers.start_soon(ask, number)
    assert set(outcomes) == {True, False}


async def test_a_checkpoint_that_cannot_be_used_stops_the_start(tmp_path: Path) -> None:
    reader = CheckpointReader.of_attacks(Source(tmp_path / "gone"), (), Capacity())
    with pytest.raises(CheckpointError, match="gone is no directory"):
        await reader.run()
    assert not reader.is_ready


async def test_a_reranker_says_what_transformers_says_of_pairs(
    checkpoints: TinyCheckpoints, nursery: trio.Nursery
) -> None:
    import torch  # noqa: PLC0415 - slow, and only here
    import transformers  # noqa: PLC0415 - likewise

    directory = checkpoints.random("bert", "SequenceClassification", outputs=1)
    loader: Any = transformers.AutoModelForSequenceClassification
    model = loader.from_pretrained(directory, local_files_only=True).eval()
    reranker = TorchReranker(Source(directory), Capacity())
    await nursery.start(reranker.run)
    (score,) = await reranker.score("hello", ["solve the equation"])
    tokenizer = reranker._hosted.eye.network._tokenizer  # noqa: SLF001 - its ids are not the point
    encoding = tokenizer.encode("hello", "solve the equation")
    assert set(encoding.type_ids) == {0, 1}
    with torch.inference_mode():
        expected = model(
            input_ids=torch.tensor([encoding.ids]), token_type_ids=torch.tensor([encoding.type_ids])
        ).logits.item()
    assert score == pytest.approx(expected, abs=1e-5)


async def test_a_reranker_is_tried_on_a_pair(checkpoints: TinyCheckpoints) -> None:
    """This one knows one kind of text only, and its tokenizer tells two."""
    directory = checkpoints.random("bert", "SequenceClassification", outputs=1, type_vocab_size=1)
    with pytest.raises(CheckpointError, match="fails on a text of"):
        await TorchReranker(Source(directory), Capacity()).run()


async def test_a_reranker_reads_as_much_of_a_text_as_its_tokens_are(
    checkpoints: TinyCheckpoints, nursery: trio.Nursery
) -> None:
    directory = checkpoints.random("bert", "SequenceClassification", outputs=1)
    reranker = TorchReranker(Source(directory, max_tokens=32), Capacity())
    await nursery.start(reranker.run)
    wide = " " * 480
    first, second = await reranker.score("hello", [wide + "equation", wide + "landlord"])
    assert first != second


async def test_a_reranker_has_one_output(checkpoints: TinyCheckpoints) -> None:
    reranker = TorchReranker(
        Source(checkpoints.random("bert", "SequenceClassification")), Capacity()
    )
    with pytest.raises(CheckpointError, match="a reranker has one output"):
        await reranker.run()
