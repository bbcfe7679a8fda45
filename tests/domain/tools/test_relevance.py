"""Tools compared with a text by words."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semroute.domain.chat import Tool
from semroute.domain.tools.relevance import ToolWords, by_words
from semroute.domain.tools.words import spoken, words_of

TOOLS = (
    Tool("getWeather", "Tells the forecast for a place.\ncity\nWhere."),
    Tool("book_table", "Reserves a table in a restaurant."),
    Tool("restaurant.search", "Finds restaurants that are near a place."),
)


def scores(text: str, tools: Sequence[Tool] = TOOLS) -> list[float]:
    return by_words(text, [ToolWords.of(tool) for tool in tools])


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("get_userName", "get user name"),
        ("HTTPServer.getStatus2XX", "http server get status2 xx"),
        ("calendar-v3__list", "calendar v3 list"),
        ("wetter", "wetter"),
        ("__", ""),
    ],
)
def test_names_are_spoken_word_by_word(name: str, said: str) -> None:
    assert spoken(name) == said


def test_words_are_compared_without_their_endings() -> None:
    assert words_of("booking Bookings bookedTables") == ["book", "book", "book", "tabl"]


def test_words_that_say_nothing_are_left_out() -> None:
    assert words_of("What is the weather for you?") == ["weath"]


def test_short_words_keep_their_endings() -> None:
    assert words_of("bed bus ring") == ["bed", "bus", "ring"]


def test_the_tool_with_the_words_of_the_text_is_best() -> None:
    assert scores("what will the weather be") == [1, 0, 0]
    best = scores("please reserve a table at some restaurant")
    assert best[1] == 1
    assert 0 < best[2] < 1
    assert best[0] == 0


def test_a_word_that_few_tools_have_says_more() -> None:
    tools = [Tool(f"n{i}", "common words") for i in range(5)] + [Tool("n5", "common zebra")]
    assert scores("common zebra", tools)[5] == 1
    assert max(scores("common zebra", tools)[:5]) < 0.5


def test_nothing_in_common_is_nothing() -> None:
    assert scores("quantum chromodynamics") == [0, 0, 0]
    assert scores("") == [0, 0, 0]
    assert scores("weather", [Tool(""), Tool("", "the of")]) == [0, 0]
    assert scores("weather", []) == []


@given(st.text(), st.lists(st.builds(Tool, st.text(), st.text()), max_size=5))
def test_scores_are_shares_of_the_best(text: str, tools: list[Tool]) -> None:
    said = scores(text, tools)
    assert len(said) == len(tools)
    assert all(0 <= score <= 1 for score in said)
    assert not any(said) or max(said) == 1


@given(st.permutations(range(len(TOOLS))), st.sampled_from(["table near me", "forecast places"]))
def test_the_order_of_the_tools_changes_nothing(order: list[int], text: str) -> None:
    moved = scores(text, [TOOLS[place] for place in order])
    assert moved == [scores(text)[place] for place in order]


def test_of_a_long_request_both_ends_are_heard() -> None:
    pasted = "nothing of that kind " * 1000
    assert scores(f"what will the weather be? {pasted}")[0] == 1
    assert scores(f"{pasted} so what will the weather be?")[0] == 1
    assert scores(f"{pasted} weather {pasted}") == [0, 0, 0]


def test_a_request_of_eight_thousand_characters_is_heard_as_a_whole() -> None:
    half = "nothing of that kind ".ljust(4_090, ".")
    assert scores(f"{half} weather {half}")[0] == 1


def test_a_name_that_no_api_allows_is_cut_off() -> None:
    assert len(spoken("aB" * 100_000)) < 1000
    assert spoken("a" * 128) == "a" * 128
