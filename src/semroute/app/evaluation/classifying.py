"""Many texts, classified at once."""

from collections.abc import Callable, Sequence
from typing import Final

import trio

from semroute.domain.chat import Prompt
from semroute.domain.classification import Classification
from semroute.domain.ports import Classifier

AT_ONCE: Final = 64
"""How many texts are classified at once: enough to keep every worker's batches full."""


async def classify_all(
    classifier: Classifier,
    texts: Sequence[str],
    progress: Callable[[str, float], None] = lambda _what, _share: None,
) -> list[Classification]:
    """Returns what every text is about, in order.

    Raises:
        ClassifierError: A text could not be classified.
    """
    said: dict[int, Classification] = {}
    limiter = trio.CapacityLimiter(AT_ONCE)

    async def classify(index: int, text: str) -> None:
        async with limiter:
            said[index] = await classifier.classify(Prompt(text))
        progress("classifying", len(said) / len(texts))

    async with trio.open_nursery() as nursery:
        for index, text in enumerate(texts):
            nursery.start_soon(classify, index, text)
    return [said[index] for index in range(len(texts))]
