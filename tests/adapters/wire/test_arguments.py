import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semroute.adapters.wire.arguments import ArgumentsFilter
from semroute.domain.filtering import NewFilter, Stop

from .documents import JSON
from .text_filters import Hoarding, Replacing, Stopping, Unchanging


def filtered(text: str, sizes: list[int], new_filter: NewFilter) -> str:
    arguments = ArgumentsFilter(new_filter)
    said: list[str | Stop] = []
    at = 0
    while at < len(text):
        size = sizes[at % len(sizes)]
        said.append(arguments.feed(text[at : at + size]))
        at += size
    said.append(arguments.finish())
    assert not any(isinstance(part, Stop) for part in said)
    return "".join(map(str, said))


SIZES = st.lists(st.integers(1, 5), min_size=1, max_size=4)


@settings(deadline=None)
@given(
    value=JSON,
    sizes=SIZES,
    ascii_only=st.booleans(),
    new_filter=st.sampled_from([Unchanging, Hoarding]),
)
def test_a_document_that_no_filter_changes_reads_the_same(
    value: Any, sizes: list[int], *, ascii_only: bool, new_filter: NewFilter
) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only)
    said = filtered(text, sizes, new_filter)
    assert json.dumps(json.loads(said)) == json.dumps(value)
    if not ascii_only:
        assert said == text


PLACEHOLDER = st.lists(st.sampled_from(["[EMAIL_1]", "[EMAIL_", "1]", '"', "\\", "é", "😀", " "]))


@settings(deadline=None)
@given(
    value=st.dictionaries(st.text("ab"), PLACEHOLDER.map("".join), max_size=3),
    sizes=SIZES,
    ascii_only=st.booleans(),
)
def test_what_a_filter_puts_in_is_escaped(
    value: dict[str, str], sizes: list[int], *, ascii_only: bool
) -> None:
    said = filtered(json.dumps(value, ensure_ascii=ascii_only), sizes, Replacing)
    replacing = Replacing()
    assert json.loads(said) == {
        key: text.replace(replacing.old, replacing.new) for key, text in value.items()
    }


@settings(deadline=None)
@given(st.text(st.sampled_from('"\\u0dD8c{}[]:, 1e-é')), SIZES)
def test_no_text_is_too_broken_and_pieces_make_no_difference(text: str, sizes: list[int]) -> None:
    assert filtered(text, sizes, Unchanging) == filtered(text, [1], Unchanging)


def test_a_number_that_is_changed_becomes_a_string() -> None:
    def new_filter() -> Replacing:
        return Replacing("4111111111111111", "[CARD]")

    text = '{"card": 4111111111111111, "n": 41.5e3, "ok": true}'
    assert filtered(text, [1], new_filter) == '{"card": "[CARD]", "n": 41.5e3, "ok": true}'
    assert filtered("4111111111111111", [3], new_filter) == '"[CARD]"'


def test_half_a_surrogate_pair_is_no_character() -> None:
    assert filtered(r'"\ud83d\ude00 \ud83d \ude00"', [1], Unchanging) == '"😀 \ufffd \ufffd"'


@pytest.mark.parametrize("text", ['{"a": "do st\\u006fp! it"}', '["stop!"]', '{"stop!": 1}'])
def test_a_string_that_must_not_go_on_stops_the_document(text: str) -> None:
    assert ArgumentsFilter(Stopping).feed(text) == Stop("I must not say that.")


def test_a_number_that_must_not_go_on_stops_the_document() -> None:
    assert ArgumentsFilter(lambda: Stopping("123")).feed("[123]") == Stop("I must not say that.")
