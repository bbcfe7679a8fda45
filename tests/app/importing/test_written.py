"""Documents as YAML."""

from hypothesis import given, settings
from hypothesis import strategies as st

from semroute.adapters.settings.yamltree import parse
from semroute.app.importing.document import Document, Plain
from semroute.app.importing.written import text_of

from .configurations import read

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
SCALARS = TEXTS | st.integers() | st.floats(allow_nan=False) | st.booleans()
TREES = st.dictionaries(
    TEXTS,
    st.recursive(
        SCALARS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=60, deadline=None)
@given(TREES)
def test_what_is_written_reads_back_as_the_same(tree: dict[str, Plain]) -> None:
    text = text_of(Document(tree))
    assert read(text.replace("$${", "${")) == tree


@settings(max_examples=60, deadline=None)
@given(TREES, TEXTS)
def test_a_comment_changes_nothing(tree: dict[str, Plain], note: str) -> None:
    document = Document(tree)
    for where in ((), *((key,) for key in tree)):
        document.note(where, note)
    text = text_of(document)
    assert read(text.replace("$${", "${")) == tree


def test_variables_of_the_environment_stay_and_nothing_else_becomes_one() -> None:
    said = "${HOST} ${PORT:-80} ${not one} ${"
    text = text_of(Document({"a": said}))
    (value,) = parse(text, {"HOST": "gpu"}).value.values()  # type: ignore[union-attr]
    assert value == "gpu 80 ${not one} ${"


def test_long_entries_have_lines_of_their_own() -> None:
    long = {"first": "a" * 60, "second": "b" * 60}
    assert text_of(Document({"s": {"short": {"a": 1}, "long": long}})) == (
        f"s:\n  short: {{a: 1}}\n  long:\n    first: {'a' * 60}\n    second: {'b' * 60}\n"
    )


def test_words_that_yaml_takes_for_something_else_are_quoted() -> None:
    words = ["off", "No", "null", "1e3", "2024-01-01", "a: b", "a #b", "", "- a", "~"]
    text = text_of(Document({"words": list(words)}))
    assert read(text) == {"words": words}
