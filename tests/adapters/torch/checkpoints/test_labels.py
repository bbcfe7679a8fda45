"""What a checkpoint calls things, and what that means here."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semroute.adapters.torch import CheckpointError
from semroute.adapters.torch.checkpoints.labels import meanings_of, outputs_of
from semroute.adapters.torch.files import CheckpointFiles
from semroute.domain.labels import Tag, tags_of

KNOWN = ("math", "law")
UNNAMED = CheckpointFiles(Path("dir"), {}, {})


def named(*names: str) -> CheckpointFiles:
    labels = {str(index): name for index, name in enumerate(names)}
    return CheckpointFiles(Path("dir"), {"id2label": labels}, {})


def test_labels_are_taken_at_their_word_whatever_their_case() -> None:
    assert meanings_of(["Law", "MATH"], {}, KNOWN, UNNAMED) == ("law", "math")


def test_an_operator_s_word_counts_more() -> None:
    labels = {"law": "Math", "label_1": "law"}
    assert meanings_of(["law", "LABEL_1"], labels, KNOWN, UNNAMED) == ("math", "law")


def test_labels_that_mean_nothing_are_listed_with_suggestions() -> None:
    message = (
        r"dir/config.json has labels that mean nothing here: 'maths'; did you mean 'math'\?, "
        r"'xyz'; say with `labels` which of these each is: math, law"
    )
    with pytest.raises(CheckpointError, match=message):
        meanings_of(["law", "maths", "xyz"], {}, KNOWN, UNNAMED)


def test_labels_that_an_operator_left_out_may_mean_nothing_if_that_is_allowed() -> None:
    labels = {"x": "law"}
    assert meanings_of(["x", "y"], labels, KNOWN, UNNAMED, drops=True) == ("law", None)
    with pytest.raises(CheckpointError, match="'y'"):
        meanings_of(["x", "y"], labels, KNOWN, UNNAMED)
    with pytest.raises(CheckpointError, match="'y'"):
        meanings_of(["law", "y"], {}, KNOWN, UNNAMED, drops=True)
    with pytest.raises(CheckpointError, match="'x'"):
        meanings_of(["x"], {"x": "tort"}, KNOWN, UNNAMED, drops=True)


def test_a_label_that_is_not_there_is_named_with_a_suggestion() -> None:
    with pytest.raises(CheckpointError, match=r"no label 'LABLE_0'; did you mean 'LABEL_0'\?"):
        meanings_of(["LABEL_0"], {"LABLE_0": "law"}, KNOWN, UNNAMED)


def test_of_a_thousand_strange_labels_some_are_shown() -> None:
    with pytest.raises(CheckpointError, match=r"'n19' and 980 more; say") as caught:
        meanings_of([f"n{number}" for number in range(1000)], {}, KNOWN, UNNAMED)
    assert len(str(caught.value)) < 500


def test_outputs_without_names_need_an_operator_s() -> None:
    with pytest.raises(CheckpointError, match=r"no id2label.*its 2 outputs.*LABEL_0: …"):
        outputs_of(UNNAMED, 2, {})
    labels = {"LABEL_0": "law"}
    assert outputs_of(UNNAMED, 2, labels) == (("LABEL_0", "LABEL_1"), labels)
    assert outputs_of(named("a", "b"), 2, {}) == (("a", "b"), {})
    assert outputs_of(named("a", "b"), 2, {"a": "law"}) == (("a", "b"), {"a": "law"})


def test_an_operator_who_numbers_the_outputs_names_them_anew() -> None:
    numbered = {"1": "law", "0": "math"}
    for files in (UNNAMED, named("LABEL_0", "LABEL_1"), named("law", "math")):
        assert outputs_of(files, 2, numbered) == (("math", "law"), {})


def test_a_number_that_is_a_label_s_name_is_that_label() -> None:
    stars = {"0": "law", "1": "math"}
    assert outputs_of(named("1", "0"), 2, stars) == (("1", "0"), stars)


@pytest.mark.parametrize("count", [1, 3])
def test_who_numbers_outputs_numbers_all_of_them(count: int) -> None:
    message = rf"has {count} outputs, and `labels` numbers 2: .* from 0 to {count - 1}"
    with pytest.raises(CheckpointError, match=message):
        outputs_of(UNNAMED, count, {"0": "law", "1": "math"})


@pytest.mark.parametrize(
    ("names", "tags"),
    [
        (["O", "PER", "E-MAIL"], [Tag(None), Tag("PER"), Tag("E-MAIL")]),
        (["o", "B-PER", "I-PER"], [Tag(None), Tag("PER", begins=True), Tag("PER")]),
        (["O", "I-E-MAIL", "I-PER"], [Tag(None), Tag("E-MAIL"), Tag("PER")]),
        (
            ["B-PER", "I-PER", "E-PER", "S-PER", "O"],
            [
                Tag("PER", begins=True),
                Tag("PER"),
                Tag("PER"),
                Tag("PER", begins=True),
                Tag(None),
            ],
        ),
        (
            ["B-PER", "I-PER", "L-PER", "U-PER"],
            [Tag("PER", begins=True), Tag("PER"), Tag("PER"), Tag("PER", begins=True)],
        ),
    ],
    ids=["IO", "BIO", "IO with marks", "BIOES", "BILOU"],
)
def test_every_scheme_of_tags_is_understood(names: list[str], tags: list[Tag]) -> None:
    assert list(tags_of(names)) == tags


@given(st.lists(st.text(max_size=8), max_size=6))
def test_any_names_are_tags(names: list[str]) -> None:
    assert len(tags_of(names)) == len(names)
