"""One request as the cache sees it, and what came of asking the cache."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeAlias

from attrs import field, frozen

from .answer import FitAnswer
from .control import Control
from .entry import Entry
from .question import Question
from .rules import CacheScope


@frozen
class Claim:
    """A request as one of those who share answers.

    Args:
        tenant: Who they are.
        shared: Identifies everything about it but its last user text, until a model is chosen.
        exact: Identifies all of it.
    """

    tenant: str
    shared: bytes = field(repr=False)
    exact: bytes = field(repr=False)


@frozen
class Inquiry:
    """A request that may be answered from the cache, and how it is known there.

    Args:
        question: What it asks.
        control: What its client wants of the cache.
        claims: How it is known in each scope that it has a part in; at least one.
    """

    question: Question
    control: Control
    claims: Mapping[CacheScope, Claim]


class HitKind(StrEnum):
    """How an answer was found."""

    EXACT = "exact"
    SEMANTIC = "semantic"


@frozen
class Hit:
    """An answer that may be given.

    Args:
        entry: Where it is kept; its `answer` is not None.
        kind: How it was found.
        similarity: The cosine of the two questions; 1 for an exact hit.
        age_seconds: How old the answer is; 0 or more.
    """

    entry: Entry
    kind: HitKind
    similarity: float
    age_seconds: float

    @property
    def document(self) -> bytes:
        """The answer."""
        assert self.entry.answer is not None, "a tombstone is no hit"
        return self.entry.answer


class Bypass(StrEnum):
    """Why a request went past the cache. The value is what headers and metrics say."""

    OFF = "off"  # nobody asked for a cache on this route
    IDENTITY = "identity"  # nobody knows who asks
    FLAGGED = "flagged"  # screening found something, or could not look
    CLIENT = "client"  # it did not want to
    FALLBACK = "fallback"  # it went where it would not go on another day
    TEMPERATURE = "temperature"
    CHOICES = "choices"  # it wants several answers


class Missed(StrEnum):
    """Why the cache had no answer. The value is a metric label."""

    ABSENT = "absent"
    UNASKED = "unasked"  # the client wanted a new answer
    TOMBSTONE = "tombstone"  # somebody said that the answer was wrong
    TROUBLE = "trouble"  # the store failed, or did not answer in time


@frozen
class Draft:
    """An entry that lacks its answer.

    Args:
        exact: As in `Entry`.
        partition: As in `Entry`.
        tenant: As in `Entry`.
        route: As in `Entry`.
        model: As in `Entry`.
        text: As in `Entry`.
        vector: As in `Entry`.
        encoder: As in `Entry`.
        ttl_seconds: How long it is to be kept.
        keeps_tool_calls: Whether a call of tools may be its answer.
        leads: Whether others wait for this answer.
    """

    exact: bytes = field(repr=False)
    partition: bytes = field(repr=False)
    tenant: str
    route: str
    model: str
    text: str = field(repr=False)
    vector: bytes = field(repr=False)
    encoder: str
    ttl_seconds: float
    keeps_tool_calls: bool
    leads: bool = False

    def answered(self, entry_id: str, answer: FitAnswer, now: float, ttl_seconds: float) -> Entry:
        """Returns the entry."""
        return Entry(
            id=entry_id,
            partition=self.partition,
            exact=self.exact,
            tenant=self.tenant,
            route=self.route,
            model=self.model,
            text=self.text,
            vector=self.vector,
            encoder=self.encoder,
            answer=answer.document,
            tokens=answer.tokens,
            created=now,
            expires=now + ttl_seconds,
        )


@frozen
class Miss:
    """There is no answer that may be given.

    Args:
        why: Why not.
        draft: How the answer is to be kept once it comes; None if it is not.
    """

    why: Missed
    draft: Draft | None = None


Consultation: TypeAlias = Hit | Miss | Bypass
