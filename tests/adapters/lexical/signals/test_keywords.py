"""Whole words and phrases."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semroute.adapters.lexical.signals import keyword_problem, keyword_sensor
from semroute.domain.errors import InvalidPolicyError
from semroute.domain.signals.definitions import KeywordSignal
from semroute.domain.signals.result import Match
from tests.costs import costing

words = st.text(alphabet="abé", min_size=1, max_size=3)
phrases = st.lists(words, min_size=1, max_size=3).map(" ".join)
texts = st.lists(st.one_of(words, st.sampled_from([" ", "  ", "\n", ".", "-", "_", "'"]))).map(
    "".join
)


def stands_in(keyword: str, text: str) -> bool:
    """The plain way: one search for each keyword."""
    spaced = r"\s+".join(map(re.escape, keyword.split()))
    return re.search(rf"(?<!\w){spaced}(?!\w)", text) is not None


def has(text: str, *keywords: str, typos: int = 0) -> bool:
    result = keyword_sensor(KeywordSignal(any=keywords, typos=typos)).sense(text)
    assert result.match is not Match.UNKNOWN
    return result.match is Match.MATCHED


@given(st.lists(phrases, min_size=1, max_size=5), texts)
def test_any_finds_what_a_search_for_each_finds(keywords: list[str], text: str) -> None:
    result = keyword_sensor(KeywordSignal(any=tuple(keywords))).sense(text)
    present = [keyword for keyword in keywords if stands_in(keyword, text)]
    assert (result.match, result.why) == (
        (Match.MATCHED, present[0]) if present else (Match.NOT_MATCHED, "")
    )


@given(st.lists(phrases, max_size=3), st.lists(phrases, max_size=3), texts)
def test_all_and_none_find_what_a_search_for_each_finds(
    needed: list[str], forbidden: list[str], text: str
) -> None:
    result = keyword_sensor(KeywordSignal(all=tuple(needed), none=tuple(forbidden))).sense(text)
    holds = all(stands_in(each, text) for each in needed) and not any(
        stands_in(each, text) for each in forbidden
    )
    assert result.match is Match.of(holds)


@given(st.text(), st.text(min_size=1), st.integers(0, 2))
def test_a_text_has_itself_for_a_keyword(text: str, keyword: str, typos: int) -> None:
    if keyword_problem(keyword) is not None:
        return
    assert has(f"{text} {keyword} {text}", keyword, typos=typos)


@pytest.mark.parametrize(
    ("text", "keyword"),
    [
        ("This is URGENT!", "urgent"),
        ("(urgent)", "Urgent"),
        ("give me my money\n  back now", "money back"),
        ("STRASSE", "Straße"),
        ("cafe\u0301", "café"),
        ("İade istiyorum", "iade"),
        ("ＵＲＧＥＮＴ", "urgent"),  # noqa: RUF001 - full width
        ("ur\u00adgent", "urgent"),  # a soft hyphen
        ("I don’t know", "don't"),  # noqa: RUF001 - as phones type it
        ("I write C++ all day", "C++"),
        ("with node.js, please", "Node.js"),
        ("costs $$$", "$$$"),
        ("请帮我退款谢谢", "退款"),
        ("返金してください", "返金"),
        ("환불해 주세요", "환불"),
        ("ขอเงินคืนด้วย", "เงินคืน"),
        ("我的iPhone手机坏了", "iphone手机"),
        ("मुझे पैसे वापस चाहिए", "पैसे वापस"),
    ],
)
def test_it_finds(text: str, keyword: str) -> None:
    assert has(text, keyword)


@pytest.mark.parametrize(
    ("text", "keyword"),
    [
        ("insurgents", "urgent"),
        ("is_urgent", "urgent"),
        ("money. Back home", "money back"),
        ("money or back", "money back"),
        ("back money", "money back"),
        ("resume", "résumé"),
        ("the letter C", "C++"),
        ("हिन्दी", "हिन"),
        ("退了款", "退款"),
        ("", "urgent"),
    ],
)
def test_it_does_not_find(text: str, keyword: str) -> None:
    assert not has(text, keyword)


def test_case_matters_only_if_it_is_meant_to() -> None:
    signal = KeywordSignal(any=("US",), is_case_sensitive=True)
    assert keyword_sensor(signal).sense("in the US").match is Match.MATCHED
    assert keyword_sensor(signal).sense("tell us").match is Match.NOT_MATCHED
    assert has("tell us", "US")


@pytest.mark.parametrize(
    ("text", "typos", "found"),
    [
        ("urgnet", 1, True),  # two letters in the wrong order
        ("urget", 1, True),
        ("urgeent", 1, True),
        ("urgemt", 1, True),
        ("urgent", 1, True),
        ("urgemnt", 0, False),
        ("ugrnet", 1, False),
        ("ugrnet", 2, True),
        ("agents", 1, False),
    ],
)
def test_so_many_letters_may_be_wrong(text: str, typos: int, found: bool) -> None:  # noqa: FBT001 - the case
    assert has(text, "urgent", typos=typos) is found


def test_each_word_of_a_phrase_may_have_its_typos() -> None:
    assert has("refnd of my mony please", "refund of my money", typos=1)
    assert not has("refund off my money", "refund of my money", typos=1)


def test_short_words_and_numbers_must_be_right() -> None:
    assert not has("cart", "card", typos=2)
    assert not has("order 10023", "10024", typos=2)


@pytest.mark.parametrize(
    ("text", "match", "why"),
    [
        ("the invoice is urgent", Match.MATCHED, "urgent"),
        ("an URGNT invoice, asap", Match.MATCHED, "urgent"),
        ("the invoice, asap", Match.MATCHED, "asap"),
        ("urgent", Match.NOT_MATCHED, "without invoice"),
        ("the invoice", Match.NOT_MATCHED, ""),
        ("urgent test invoice", Match.NOT_MATCHED, "test"),
    ],
)
def test_the_keyword_that_decided_is_named_as_it_was_written(
    text: str, match: Match, why: str
) -> None:
    signal = KeywordSignal(any=("urgent", "asap"), all=("invoice",), none=("test",), typos=1)
    result = keyword_sensor(signal).sense(text)
    assert (result.match, result.why) == (match, why)


@pytest.mark.parametrize("keyword", ["", "  ", "\u200b", "\u00ad\n"])
def test_a_keyword_that_no_text_can_have_is_refused(keyword: str) -> None:
    assert keyword_problem(keyword) == "a keyword needs a letter, a digit or a sign"
    with pytest.raises(InvalidPolicyError, match="needs a letter"):
        keyword_sensor(KeywordSignal(none=("fine", keyword)))


@pytest.mark.parametrize(
    "text",
    [
        "urgent " * 30_000,
        "ab" * 100_000,
        "!" * 200_000,
        "\u0301\u0327" * 100_000,  # Unicode sorts marks in a row, by insertion
        "a" + "\u0301\u0327" * 100_000,
        "a\u0301\u0327" * 70_000,
        "\ufdfa" * 200_000,  # one sign that stands for 18 letters
        "数学" * 100_000,
        " ".join(f"urgen{number:x}t" for number in range(16_000)),
    ],
    ids=["same", "word", "signs", "marks", "stack", "marked", "ligatures", "chinese", "different"],
)
def test_no_text_takes_long(text: str) -> None:
    keywords = tuple(f"{first}{second}" for first in "urgent" for second in ("rgent", "back off"))
    sensor = keyword_sensor(KeywordSignal(any=(*keywords, "money back"), typos=2))
    with costing(5):
        sensor.sense(text)
