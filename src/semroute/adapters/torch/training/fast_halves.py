"""The halves of the fast tier, and what they say of texts that they have not learnt."""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from attrs import frozen

from semroute.adapters.torch.fast.model import shares_of
from semroute.adapters.torch.fast.tokens import PAIR_BITS, Tokens, grams_of

from .category_texts import APART, FOLDS, Rows, evenly
from .grams import Words, words
from .pooled import Floats, Lesson, Pooled, pooled

_RARE: Final = 1e-3  # a token of this share of all tokens says half of what one says that is rarer
_SMOOTHING: Final = 0.05
# How much the encoder's opinion on a text that it was not trained on counts, beside the label:
# where labels are doubtful it says so, and to differ from it is what the fast tier costs.
_TAUGHT: Final = 0.5
_CHAT: Final = "chat"
_CHAT_WEIGHT: Final = 2.0  # tokens carry over badly from questions of examinations


@frozen(eq=False)
class Said:
    """What a model says of texts.

    Args:
        network: What its first half says; shape (n, categories).
        words: What its second half says.
        kinds: How probable it is that a text is of each kind; shape (n, kinds).
    """

    network: Floats
    words: Floats
    kinds: Floats


@frozen(eq=False)
class Halves:
    """A model, but for how much its halves count."""

    pooled: Pooled
    words: Words
    kinds: Words

    def say(self, lessons: "Lessons") -> Said:
        """Returns what it says of texts."""
        texts = lessons.grams.texts
        return Said(
            self.pooled.outputs(lessons.tokens.texts),
            self.words.outputs(texts),
            shares_of(self.kinds.outputs(texts)),
        )


@frozen(eq=False)
class Lessons:
    """What is learnt of the same texts.

    Args:
        tokens: Their categories, by the texts' tokens.
        grams: The same, by their tokens and pairs.
        kinds: Of which kind they are, by these.
    """

    tokens: Lesson
    grams: Lesson
    kinds: Lesson

    @classmethod
    def of(cls, rows: Rows, taught: Floats, tokens: Tokens) -> "Lessons":
        """Returns what rows teach, beside what the encoder says of them."""
        lesson = _lesson(rows, taught, tokens)
        texts = [grams_of(ids, tokens.size) for ids in lesson.texts]
        names, places = np.unique(rows.kinds, return_inverse=True)
        return cls(
            lesson,
            Lesson(texts, lesson.targets, lesson.weights),
            Lesson(texts, np.eye(len(names), dtype=np.float32)[places], evenly(rows.kinds)),
        )

    def only(self, some: npt.NDArray[np.bool_]) -> "Lessons":
        """Returns the lessons of some of the texts."""
        return Lessons(*(each.only(some) for each in (self.tokens, self.grams, self.kinds)))


def held_out(
    lessons: Lessons, rows: Rows, vectors: Floats, progress: Callable[[float], None]
) -> tuple[Halves, Said]:
    """Learns all texts but those set apart, and each part of them in turn without the others.

    Args:
        lessons: What is learnt of the texts.
        rows: The texts.
        vectors: Of tokens, to begin with; shape (tokens, dimensions).
        progress: Told how much of it is done, from 0 to 1.

    Returns:
        The halves that have learnt all, and what was said of each text by some that had not
        learnt it.
    """
    salience = _salience(lessons.tokens.texts, rows, len(vectors))
    sizes = (each.targets.shape[1] for each in (lessons.tokens, lessons.grams, lessons.kinds))
    said = Said(*(np.zeros((len(rows.texts), size), np.float32) for size in sizes))

    def ask(halves: Halves, some: npt.NDArray[np.bool_]) -> None:
        answers = halves.say(lessons.only(some))
        said.network[some] = answers.network
        said.words[some] = answers.words
        said.kinds[some] = answers.kinds

    for fold in range(FOLDS):
        progress(fold / (FOLDS + 1))
        is_out = rows.folds == fold
        ask(_halves(lessons.only(rows.are_learnt & ~is_out), vectors, salience), is_out)
    progress(FOLDS / (FOLDS + 1))
    halves = _halves(lessons.only(rows.are_learnt), vectors, salience)
    ask(halves, rows.folds == APART)
    return halves, said


def _lesson(rows: Rows, taught: Floats, tokens: Tokens) -> Lesson:
    outputs = taught.shape[1]
    known = np.eye(outputs, dtype=np.float32)[rows.labels]
    smooth = (1 - _SMOOTHING) * known + np.float32(_SMOOTHING / outputs)
    weights = np.where(rows.kinds == _CHAT, _CHAT_WEIGHT, 1.0) * rows.weights
    return Lesson(
        [tokens.of(each.text)[0] for each in rows.texts],
        ((1 - _TAUGHT) * smooth + _TAUGHT * taught).astype(np.float32),
        weights.astype(np.float32),
    )


def _halves(lessons: Lessons, vectors: Floats, salience: Floats) -> Halves:
    places = len(vectors) + 2**PAIR_BITS
    return Halves(
        pooled(lessons.tokens, vectors, salience),
        words(lessons.grams, places),
        words(lessons.kinds, places),
    )


def _salience(texts: Sequence[npt.NDArray[np.intp]], rows: Rows, size: int) -> Floats:
    """Returns how much each token says to begin with: the less, the more often it comes."""
    shares = np.zeros(size)
    kinds = sorted(set(rows.kinds.tolist()))
    for kind in kinds:
        some = np.flatnonzero((rows.kinds == kind) & rows.are_judged).tolist()
        counts = np.bincount(np.concatenate([texts[at] for at in some]), minlength=size)
        shares += counts / max(counts.sum(), 1) / len(kinds)
    return (_RARE / (_RARE + shares)).astype(np.float32)
