import pytest
from hypothesis import given
from hypothesis import strategies as st

from semroute.domain.masking import masked
from semroute.domain.passage import Origin, Passage, Path
from semroute.domain.pii import PiiKind, PiiSpan
from semroute.domain.restoring import Restoring
from semroute.domain.screening import PersonalDatum
from tests.costs import costing


def passage(index: int, text: str) -> Passage:
    return Passage(("messages", index, "content"), Origin.USER, text)


def data_in(
    passages: list[Passage], *words: str, kind: PiiKind = PiiKind.EMAIL
) -> list[PersonalDatum]:
    found = []
    for each in passages:
        for word in words:
            start = each.text.find(word)
            while start >= 0:
                span = PiiSpan(kind, start, start + len(word))
                found.append(PersonalDatum(each.path, span))
                start = each.text.find(word, start + 1)
    return found


def texts(passages: list[Passage], data: list[PersonalDatum]) -> list[str]:
    changed = masked(passages, data).texts
    return [changed.get(each.path, each.text) for each in passages]


def test_data_becomes_numbered_placeholders_of_its_kind() -> None:
    passages = [passage(0, "mail a@x.org or b@x.org"), passage(1, "b@x.org again, not c")]
    assert texts(passages, data_in(passages, "a@x.org", "b@x.org")) == [
        "mail [EMAIL_1] or [EMAIL_2]",
        "[EMAIL_2] again, not c",
    ]


def test_a_number_of_a_json_document_becomes_a_string_and_the_document_stays_one() -> None:
    passages = [
        passage(0, '{"card": 4111111111111111, "sum": -5.5e3, "said": "4111111111111111!"}'),
        passage(1, "[4111111111111111.0, 12, [4111111111111111]]"),
        passage(2, "[4111111111111111 is no document]"),
    ]
    changed = texts(passages, data_in(passages, "4111111111111111", kind=PiiKind.CREDIT_CARD))
    assert changed == [
        '{"card": "[CREDIT_CARD_1]", "sum": -5.5e3, "said": "[CREDIT_CARD_1]!"}',
        '["[CREDIT_CARD_1].0", 12, ["[CREDIT_CARD_1]"]]',
        "[[CREDIT_CARD_1] is no document]",
    ]


def test_what_is_left_of_a_number_between_two_of_them_stays_in_one_string() -> None:
    document = passage(0, '{"n": 41111, "m": -4111.4111e1}')
    places = [(6, 8), (9, 11), (19, 23), (24, 26)]
    data = [PersonalDatum(document.path, PiiSpan(PiiKind.PHONE, *each)) for each in places]
    assert texts([document], data) == [
        '{"n": "[PHONE_1]1[PHONE_2]", "m": "-[PHONE_3].[PHONE_1]11e1"}'
    ]


@pytest.mark.parametrize(
    "document",
    [
        '{"n": 1.' + "1" * 500_000 + "}",
        '{"n": ' + "1" * 500_000 + "}",
        '{"n": "' + '\\"' * 250_000 + '"}',
        "[" + "1," * 250_000 + "1]",
        "[" * 900 + "1" * 500_000 + "]" * 900,
    ],
    ids=["fraction", "number", "quotes", "numbers", "nested"],
)
def test_a_long_document_takes_no_longer_than_other_texts(document: str) -> None:
    mixed = passage(0, '["a@x.org", ' + document + "]")
    with costing(0.5):  # a long number once took the square of its length: more than an hour
        (changed,) = texts([mixed], data_in([mixed], "a@x.org"))
    assert changed == '["[EMAIL_1]", ' + document + "]"


def test_so_does_a_number_that_is_said_again_in_one() -> None:
    passages = [passage(0, "password: 12345678"), passage(1, '{"n": -12345678, "m": [12345678]}')]
    data = data_in(passages[:1], "12345678", kind=PiiKind.PASSWORD)
    assert texts(passages, data) == [
        "password: [PASSWORD_1]",
        '{"n": -12345678, "m": ["[PASSWORD_1]"]}',
    ]


def test_a_password_is_the_same_with_the_stop_of_its_sentence() -> None:
    passages = [passage(0, "password: hunter22x. Again: hunter22x?")]
    data = data_in(passages, "hunter22x.", kind=PiiKind.PASSWORD)
    assert texts(passages, data) == ["password: [PASSWORD_1] Again: [PASSWORD_1]?"]


def test_only_texts_with_data_in_them_change() -> None:
    passages = [passage(0, "nothing"), passage(1, "a@x.org")]
    masking = masked(passages, data_in(passages, "a@x.org"))
    assert dict(masking.texts) == {("messages", 1, "content"): "[EMAIL_1]"}
    assert dict(masking.originals) == {"[EMAIL_1]": "a@x.org"}


def test_earlier_turns_read_the_same_when_a_conversation_grows() -> None:
    turns = [passage(0, "I am a@x.org"), passage(1, "and b@x.org"), passage(2, "c@x.org a@x.org")]
    words = ("a@x.org", "b@x.org", "c@x.org")
    for length in (1, 2, 3):
        assert texts(turns[:length], data_in(turns[:length], *words)) == [
            "I am [EMAIL_1]", "and [EMAIL_2]", "[EMAIL_3] [EMAIL_1]",
        ][:length]  # fmt: skip


def test_spans_that_overlap_become_one_placeholder() -> None:
    path: Path = ("prompt",)
    data = [
        PersonalDatum(path, PiiSpan(PiiKind.URL, 4, 14)),
        PersonalDatum(path, PiiSpan(PiiKind.EMAIL, 10, 20)),
    ]
    masking = masked([Passage(path, Origin.USER, "see 0123456789012345 end")], data)
    assert masking.texts[path] == "see [URL_1] end"
    assert masking.originals["[URL_1]"] == "0123456789012345"


def test_a_placeholder_that_stands_in_the_text_already_is_not_given_out() -> None:
    passages = [passage(0, "what is [EMAIL_1]? mine is a@x.org")]
    assert texts(passages, data_in(passages, "a@x.org")) == ["what is [EMAIL_1]? mine is [EMAIL_2]"]


def test_nothing_of_what_is_masked_shows_in_its_description() -> None:
    passages = [passage(0, "a@x.org")]
    assert "a@x.org" not in repr(masked(passages, data_in(passages, "a@x.org")))


@given(st.lists(st.text("ab@ \n", max_size=30), max_size=5))
def test_restoring_undoes_masking(contents: list[str]) -> None:
    passages = [passage(index, text) for index, text in enumerate(contents)]
    masking = masked(passages, data_in(passages, "a@b", "bb"))
    for each in passages:
        text = masking.texts.get(each.path, each.text)
        assert "a@b" not in text
        if masking.originals:
            restoring = Restoring(masking.originals)
            assert restoring.feed(text) + restoring.finish() == each.text


ORIGINALS = {"[EMAIL_1]": "a@x.org", "[EMAIL_10]": "b@x.org", "[PHONE_1]": "12[EMAIL_1]"}
noise = st.text("[]EMAIL_PHON10 x", max_size=8)


@given(st.lists(st.one_of(noise, st.sampled_from(list(ORIGINALS)))), st.data())
def test_pieces_are_restored_wherever_they_are_cut(words: list[str], data: st.DataObject) -> None:
    text = "".join(words)
    whole = Restoring(ORIGINALS)
    expected = whole.feed(text) + whole.finish()
    restoring = Restoring(ORIGINALS)
    given_out = ""
    rest = text
    while rest:
        size = data.draw(st.integers(1, len(rest)))
        given_out += restoring.feed(rest[:size])
        rest = rest[size:]
    assert given_out + restoring.finish() == expected


@pytest.mark.parametrize("text", ["plain words", "a list [1, 2]", "ends with a bracket ["])
def test_only_the_beginning_of_a_placeholder_is_held_back(text: str) -> None:
    restoring = Restoring(ORIGINALS)
    held = "[" if text.endswith("[") else ""
    assert restoring.feed(text) == text.removesuffix("[")
    assert restoring.finish() == held


def test_thousands_of_placeholders_take_no_longer_than_their_texts() -> None:
    words = [f"user{number}@x.org" for number in range(3000)]
    listed = passage(0, " ".join(words))
    forged = passage(1, " ".join(f"[EMAIL_{number}]" for number in range(20_000)))
    data = []
    at = 0
    for word in words:
        data.append(PersonalDatum(listed.path, PiiSpan(PiiKind.EMAIL, at, at + len(word))))
        at += len(word) + 1
    with costing(1):  # it once took several
        masking = masked([listed, forged, passage(2, "x " * 500_000)], data)
        for _ in range(100):
            assert Restoring(masking.originals).feed("[EMAIL_20000]!") == "user0@x.org!"


def test_what_was_told_by_the_words_before_it_is_masked_where_it_is_said_again() -> None:
    passages = [
        passage(0, "first: hunter2x."),
        passage(1, 'password hunter2x, then "hunter2x"; not hunter2xy'),
        Passage(("x", "hunter2x"), Origin.USER, "hunter2x", is_editable=False),
    ]
    start = passages[1].text.index("hunter2x")
    found = PersonalDatum(passages[1].path, PiiSpan(PiiKind.PASSWORD, start, start + 8))
    masking = masked(passages, [found])
    assert list(masking.texts.values()) == [
        "first: [PASSWORD_1].",
        'password [PASSWORD_1], then "[PASSWORD_1]"; not hunter2xy',
    ]
    assert dict(masking.originals) == {"[PASSWORD_1]": "hunter2x"}


@pytest.mark.parametrize("word", ["secret", "a1b2"])
def test_an_ordinary_word_is_masked_only_where_it_was_found(word: str) -> None:
    text = f"{word} and {word}"
    found = PersonalDatum(("messages", 0, "content"), PiiSpan(PiiKind.PASSWORD, 0, len(word)))
    assert texts([passage(0, text)], [found]) == [f"[PASSWORD_1] and {word}"]
