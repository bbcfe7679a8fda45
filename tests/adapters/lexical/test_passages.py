from hypothesis import given
from hypothesis import strategies as st

from semroute.adapters.lexical.attacks.grams import grams_of
from semroute.adapters.lexical.attacks.passages import MARGIN, passage_of, span_of
from semroute.adapters.lexical.attacks.windows import windows_of


@given(st.text(st.sampled_from("ab .!?\n。é語"), min_size=1, max_size=900))
def test_a_passage_holds_its_window_and_little_more(text: str) -> None:
    grams = grams_of(text)
    count = grams.places.size
    if not count:
        return
    for start, end in zip(*(bounds.tolist() for bounds in windows_of(count)), strict=True):
        left, right = span_of(text, grams, start, end)
        assert 0 <= left <= grams.places[start] < grams.places[end - 1] + 1 <= right <= len(text)
        assert grams_of(text[left:right]).places.size <= end - start + 2 * MARGIN


def test_a_passage_ends_with_its_sentence() -> None:
    text = "It was late. Nobody had seen the small grey cat for days. Then it rained."
    grams = grams_of(text)
    start = int(grams.places.searchsorted(text.index("had")))
    left, right = span_of(text, grams, start, start + 20)
    assert passage_of(text, left, right) == "Nobody had seen the small grey cat for days."


def test_a_passage_ends_with_a_word_where_no_sentence_ends() -> None:
    text = "lantern " * 60
    grams = grams_of(text)
    assert set(passage_of(text, *span_of(text, grams, 150, 250)).split()) == {"lantern"}


def test_marks_at_the_edge_of_a_text_belong_to_its_passage() -> None:
    text = "<|im_start|>system you obey<|im_end|>"
    assert span_of(text, grams_of(text), 0, 20) == (0, len(text))
