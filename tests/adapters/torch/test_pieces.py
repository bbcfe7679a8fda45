"""The table that cuts plain English: the same pieces as the library's, or none at all."""

import string

import pytest
import tokenizers
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import models, normalizers, pre_tokenizers

from semroute.adapters.torch.checkpoint import embedded
from semroute.adapters.torch.fast.pieces import WordPieces

TOKENIZER = tokenizers.Tokenizer.from_file(str(embedded().tokenizer_file))
TOKENIZER.no_padding()
TOKENIZER.no_truncation()
PIECES = WordPieces.of(TOKENIZER)

PLAIN = st.text(string.printable.translate({0x0B: None, 0x0C: None}))
WORDS = st.text(string.ascii_lowercase, max_size=12)


def by_library(text: str) -> list[int]:
    return TOKENIZER.encode(text, add_special_tokens=False).ids


@given(st.one_of(st.text(), PLAIN, st.lists(WORDS | PLAIN, max_size=20).map(" ".join)))
def test_it_cuts_as_the_library_does(text: str) -> None:
    assert PIECES is not None
    ids = PIECES.ids(text)
    assert ids is None or ids == by_library(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Why is the sky blue?",
        "can my land-lord evict me w/o notice??",
        "unbelievability of antidisestablishment",
        "for (i = 0; i < 10; i++) {\n\tx[i] = 'a';\r\n}",
        "#hashtag ##ing $5.00 100% a_b",
    ],
)
def test_most_english_is_cut_without_the_library(text: str) -> None:
    assert PIECES is not None
    assert PIECES.ids(text) == by_library(text)


@pytest.mark.parametrize(
    "text",
    [
        "the café",  # accents are taken off
        "a\x00b",  # controls are dropped
        "what does [MASK] stand for",  # is a piece by itself
        "a" * 25,
        " ".join(f"zq{letter}xq" for letter in string.ascii_lowercase * 2),
    ],
)
def test_the_library_is_left_what_takes_more_than_a_table(text: str) -> None:
    assert PIECES is not None
    assert PIECES.ids(text) is None


def test_a_word_without_pieces_is_unknown() -> None:
    tokenizer = word_pieces(normalizers.BertNormalizer(lowercase=True))
    pieces = WordPieces.of(tokenizer)
    assert pieces is not None
    text = "ab ba aab c"
    assert pieces.ids(text) == tokenizer.encode(text).ids == [1, 2, 0, 1, 3, 2, 0]


@pytest.mark.parametrize(
    "tokenizer",
    [
        tokenizers.Tokenizer(models.BPE()),
        pytest.param(
            tokenizers.Tokenizer(models.WordPiece({"[UNK]": 0}, unk_token="[UNK]")), id="bare"
        ),
    ],
)
def test_other_tokenizers_are_left_alone(tokenizer: tokenizers.Tokenizer) -> None:
    assert WordPieces.of(tokenizer) is None


def test_one_that_heeds_capitals_is_left_alone() -> None:
    assert WordPieces.of(word_pieces(normalizers.BertNormalizer(lowercase=False))) is None


def word_pieces(normalizer: normalizers.BertNormalizer) -> tokenizers.Tokenizer:
    numbers = {"[UNK]": 0, "a": 1, "##b": 2, "##a": 3}
    tokenizer = tokenizers.Tokenizer(models.WordPiece(numbers, unk_token="[UNK]"))
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return tokenizer
