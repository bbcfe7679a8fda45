"""A text as the numbers of its tokens, and of the pairs they form."""

from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import numpy.typing as npt
from attrs import frozen

from semroute.adapters.torch.checkpoint import Checkpoint, CheckpointError
from semroute.adapters.torch.speller import Speller
from semroute.adapters.torch.well_formed import well_formed

from .pieces import WordPieces

if TYPE_CHECKING:
    import tokenizers

Ids: TypeAlias = npt.NDArray[np.intp]

PAIR_BITS: Final = 16
"""Pairs of tokens share so many places: half a megabyte for 14 categories."""

# Of a longer text so much is read from either end: what comes between seldom changes the subject,
# and tokenizing takes as long as all else together.
_END_CHARS: Final = 1024

# Odd 32-bit multipliers (multiply-shift hashing). Any will do, but the weights that were trained
# belong to these.
_FIRST: Final = np.uint32(2654435761)
_SECOND: Final = np.uint32(2246822519)
_SHIFT: Final = np.uint32(32 - PAIR_BITS)


@frozen(eq=False)
class Tokens:
    """The encoder's tokenizer, without the encoder. Several threads may use it at once.

    Args:
        fingerprint: The encoder's.
        size: How many tokens there are.
    """

    fingerprint: str
    size: int
    _tokenizer: "tokenizers.Tokenizer"
    _pieces: WordPieces | None
    _speller: Speller

    @classmethod
    def load(cls, checkpoint: Checkpoint) -> "Tokens":
        """Loads the tokenizer; takes a tenth of a second.

        Raises:
            CheckpointError: It cannot be loaded; the operator's fault.
        """
        import tokenizers  # noqa: PLC0415 - few commands need it

        try:
            tokenizer = tokenizers.Tokenizer.from_file(str(checkpoint.tokenizer_file))
        except Exception as error:  # tokenizers raises bare Exceptions
            message = f"{checkpoint.tokenizer_file} cannot be loaded: {error}"
            raise CheckpointError(message) from error
        tokenizer.no_padding()
        tokenizer.no_truncation()
        return cls(
            checkpoint.fingerprint,
            tokenizer.get_vocab_size(),
            tokenizer,
            WordPieces.of(tokenizer),
            Speller.of(checkpoint.words),
        )

    def of(self, text: str) -> tuple[Ids, float]:
        """Returns the numbers of a text's tokens, and how much of it was read, from 0 to 1."""
        read, coverage = _ends_of(text)
        corrected = self._speller.corrected(well_formed(read)).text
        ids = None if self._pieces is None else self._pieces.ids(corrected)
        if ids is None:
            # Where tokens stand is not told, which takes a fifth of the time.
            (encoding,) = self._tokenizer.encode_batch_fast([corrected], add_special_tokens=False)
            ids = encoding.ids
        return np.array(ids, np.intp), coverage


def grams_of(ids: Ids, size: int) -> Ids:
    """Returns the places of a text's tokens and of their pairs, each once, in order.

    Args:
        ids: The text's tokens.
        size: How many tokens there are; pairs have the places from there on.
    """
    numbers = ids.astype(np.uint32)
    pairs = (numbers[:-1] * _FIRST + numbers[1:] * _SECOND) >> _SHIFT
    places = np.concatenate([ids, pairs.astype(np.intp) + size])
    places.sort()  # `np.unique` takes longer to find out what to do than to do it
    is_first = np.ones(len(places), np.bool_)
    np.not_equal(places[1:], places[:-1], out=is_first[1:])
    return places[is_first]


def _ends_of(text: str) -> tuple[str, float]:
    if len(text) <= 2 * _END_CHARS:
        return text, 1.0
    return f"{text[:_END_CHARS]} {text[-_END_CHARS:]}", 2 * _END_CHARS / len(text)
