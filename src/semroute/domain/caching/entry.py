"""What a cache keeps."""

from typing import Protocol

from attrs import evolve, field, frozen


@frozen
class Entry:
    """One kept answer, or a mark that says that there must be none.

    Args:
        id: A ULID.
        partition: Identifies everything about a request but its last user text: who asked, what
            was said before, which model, under which rules; 32 bytes. Questions are compared
            inside one partition only.
        exact: Identifies the whole request as it came; 32 bytes. There is at most one entry for
            each.
        tenant: Whose it is, as a keyed digest in hexadecimal.
        route: The category it was routed by, or `none`.
        model: The model that answered.
        text: What was asked.
        vector: What that means: little-endian float16 of unit length; empty if the entry is
            found by `exact` only.
        encoder: Identifies the encoder that made the vector.
        answer: The answer's document. None makes the entry a tombstone: somebody said that the
            answer was wrong, and no answer to a question like this is kept or given.
        tokens: What the answer cost and a hit saves.
        created: When, in seconds since 1970.
        expires: When it ends, in seconds since 1970; never later because it was used.
    """

    id: str
    partition: bytes
    exact: bytes
    tenant: str
    route: str
    model: str
    text: str = field(repr=False)
    vector: bytes = field(repr=False)
    encoder: str
    answer: bytes | None = field(repr=False)
    tokens: int
    created: float
    expires: float

    def as_tombstone(self, now: float, ttl_seconds: float) -> "Entry":
        """Returns what says that this answer was wrong."""
        return evolve(self, answer=None, tokens=0, created=now, expires=now + ttl_seconds)

    @property
    def size(self) -> int:
        """About how many bytes it takes."""
        return len(self.text) + len(self.vector) + len(self.answer or b"") + _OVERHEAD


# Names, digests and the row around them.
_OVERHEAD = 256


@frozen
class Neighbour:
    """An entry near a vector.

    Args:
        similarity: The cosine, from -1 to 1, computed from the stored vector.
        entry: The entry.
    """

    similarity: float
    entry: Entry


class Labelled(Protocol):
    """An entry, or what is known of one, as far as it can be selected by that."""

    @property
    def tenant(self) -> str:
        """Whose it is, as in `Entry.tenant`."""
        ...

    @property
    def route(self) -> str:
        """The category it was routed by."""
        ...

    @property
    def model(self) -> str:
        """The model that answered."""
        ...

    @property
    def created(self) -> float:
        """When, in seconds since 1970."""
        ...


@frozen
class Selection:
    """Which entries are meant. What is None matters not; without any, all are.

    Args:
        tenant: Whose, as in `Entry.tenant`.
        route: Which route's.
        model: Which model's.
        created_before: Older than this, in seconds since 1970.
    """

    tenant: str | None = None
    route: str | None = None
    model: str | None = None
    created_before: float | None = None

    def includes(self, entry: Labelled) -> bool:
        """Whether an entry is meant."""
        return (
            self.tenant in (None, entry.tenant)
            and self.route in (None, entry.route)
            and self.model in (None, entry.model)
            and (self.created_before is None or entry.created < self.created_before)
        )


@frozen
class Verification:
    """What looking through a whole store showed.

    Args:
        entries: How many are sound.
        damaged: How many are not, and were removed.
    """

    entries: int
    damaged: int
