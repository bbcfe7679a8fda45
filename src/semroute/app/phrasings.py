"""Prompts that ask about a term, as people ask about terms."""

import hashlib
import random
from typing import Final

_FRAMES: Final = (
    "{}",
    "{}?",
    "what about {}",
    "explain {} to me",
    "Can you explain {} in simple terms?",
    "help me with {}",
    "i need help with {} please",
    "i don't get {} at all",
    "tell me about {}",
    "What should I know about {}?",
    "quick question about {}",
    "Give me an example of {}.",
    "Write two paragraphs on {}.",
    "give me five facts about {}",
    "how does one deal with {}",
    "What is the point of {}?",
    "my friend and i argue about {}, who is right",
    "Could you please tell me more about {}?",
    "ok and {}",
    "{} for beginners",
    "what are common mistakes with {}",
    "I have been reading about {} and I am confused.",
    "is there a good way to think about {}",
    "where do i start with {}",
)
"""None has a word that says what it is about."""


def phrased(term: str, count: int) -> list[str]:
    """Returns so many prompts about a term, each in other words; always the same."""
    key = hashlib.sha256(term.encode("utf-8", "surrogatepass")).digest()
    chance = random.Random(key)  # noqa: S311 - the same prompts every time
    return [frame.format(term) for frame in chance.sample(_FRAMES, min(count, len(_FRAMES)))]
