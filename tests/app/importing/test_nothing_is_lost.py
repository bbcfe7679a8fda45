"""Every setting of the source is carried over, approximated or listed, whatever it is."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semroute.app.importing import Left, Translation, UnreadableError, text_of
from semroute.app.importing.findings import Path

from .configurations import EVERY, PLAIN, imported, read, secrets, translated
from .shape import check_shape

MARK = "a-mark-of-ours"


def mappings(tree: Any, path: Path = ()) -> Iterator[Path]:
    children = tree.items() if isinstance(tree, dict) else enumerate(tree)
    if isinstance(tree, dict):
        yield path
    for key, value in children:
        if isinstance(value, dict | list):
            yield from mappings(value, (*path, key))


def leaves(tree: Any, path: Path = ()) -> Iterator[Path]:
    if not isinstance(tree, dict | list) or not tree:
        yield path
        return
    for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree):
        yield from leaves(value, (*path, key))


def outcome_of(tree: Any) -> Translation | UnreadableError:
    try:
        return translated(tree)
    except UnreadableError as error:
        return error


def said_of(translation: Translation, path: Path) -> list[Any]:
    """The findings about a value, or about something around it as a whole."""
    paths = [each.path for each in translation.findings]
    return [
        each
        for each in translation.findings
        if each.path == path
        or (
            each.path == path[: len(each.path)]
            and not any(
                other != each.path and other[: len(each.path)] == each.path for other in paths
            )
        )
    ]


FILES = {name: read(text) for name, text in EVERY.items()}
PLACES = [(name, path) for name, tree in FILES.items() for path in mappings(tree)]


@pytest.mark.parametrize("name", EVERY)
def test_of_every_value_it_is_said_what_became_of_it(name: str) -> None:
    translation = imported(EVERY[name])
    for path in leaves(read(EVERY[name])):
        assert said_of(translation, path), path


@pytest.mark.parametrize(("name", "path"), PLACES)
def test_a_key_that_nobody_knows_is_listed_wherever_it_stands(name: str, path: Path) -> None:
    tree = copy.deepcopy(FILES[name])
    here = tree
    for key in path:
        here = here[key]
    here["zzz"] = MARK
    translation = outcome_of(tree)
    if isinstance(translation, UnreadableError):  # it is a name there
        assert [each.path for each in translation.misread] == [(*path, "zzz")]
        return
    said = said_of(translation, (*path, "zzz"))
    exact = [each for each in said if each.path == (*path, "zzz")]
    assert said
    assert all(isinstance(each, Left) for each in exact) or MARK in text_of(translation.document)


@pytest.mark.parametrize("name", EVERY)
def test_every_finding_has_its_line(name: str) -> None:
    lines = EVERY[name].splitlines()
    for each in imported(EVERY[name]).findings:
        keys = [key for key in each.path if isinstance(key, str)]
        assert each.line is not None, each
        assert keys[-1] in "\n".join(lines[: each.line]), each


@pytest.mark.parametrize("name", EVERY)
def test_secrets_are_never_repeated(name: str) -> None:
    translation = imported(EVERY[name])
    told = text_of(translation.document) + str(translation.findings)
    assert not [secret for secret in secrets(EVERY[name]) if secret in told]
    assert "hush" not in told


ODD = st.none() | st.booleans() | st.integers(-9, 9) | st.floats() | st.text(max_size=5)
VALUES = ODD | st.lists(ODD, max_size=2) | st.dictionaries(st.text(max_size=3), ODD, max_size=2)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_whatever_a_value_is_there_are_mistakes_or_a_configuration_of_our_shape(
    data: st.DataObject,
) -> None:
    tree = copy.deepcopy(FILES[data.draw(st.sampled_from(sorted(FILES)))])
    paths = [path for path in leaves(tree) if path]
    for path in data.draw(st.lists(st.sampled_from(paths), min_size=1, max_size=3)):
        here = tree
        for key in path[:-1]:
            here = here[key]
        here[path[-1]] = data.draw(VALUES)
    translation = outcome_of(tree)
    if isinstance(translation, UnreadableError):
        assert translation.misread
        return
    check_shape(translation.document.tree)
    assert read(text_of(translation.document).replace("$${", "${")) == translation.document.tree


def test_a_file_within_our_words_is_carried_over_whole() -> None:
    translation = imported(PLAIN)
    assert translation.left == ()
    assert {each.path for each in translation.approximated} == set()
