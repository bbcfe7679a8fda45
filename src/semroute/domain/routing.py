"""Models, where they run, and which of them a category prefers."""

from collections.abc import Mapping
from enum import StrEnum

from attrs import evolve, field, frozen
from attrs.validators import and_, ge, gt, le, min_len

from .json import Json
from .passage import Path
from .reasons import Reason


@frozen
class WeightedEndpoint:
    """One place a model runs, and its share of the model's traffic.

    Args:
        endpoint: Its name.
        weight: Its share, relative to the others'.
        is_private: Whether it may see personal data.
    """

    endpoint: str
    weight: float = field(default=1.0, validator=gt(0))
    is_private: bool = False


class Capability(StrEnum):
    """What a model can take, or do, beyond text."""

    TOOLS = "tools"
    IMAGES = "images"
    AUDIO = "audio"
    VIDEO = "video"
    FILES = "files"
    JSON_SCHEMA = "json_schema"  # answers that follow a schema


@frozen
class Price:
    """What a model costs, in dollars for a million tokens.

    Args:
        input: Of what it reads.
        output: Of what it writes.
        cached: The share of `input` that is paid for what its server has read before.
    """

    input: float = field(validator=ge(0))
    output: float = field(validator=ge(0))
    cached: float = field(default=0.1, validator=and_(ge(0), le(1)))


@frozen
class Model:
    """A model by the name its servers know it under.

    Args:
        name: That name.
        endpoints: Where it runs.
        price: What it costs; None if nobody knows.
        context: How many tokens it takes, with those of its answer; None if nobody knows.
        capabilities: What it can do; None if nobody knows.
        latency_ms: How long it usually takes until its answer begins; None if nobody knows.
        family: How it is told to reason, by the name of the dialect; None if it is not.
    """

    name: str
    endpoints: tuple[WeightedEndpoint, ...] = field(validator=min_len(1))
    price: Price | None = None
    context: int | None = None
    capabilities: frozenset[Capability] | None = None
    latency_ms: float | None = None
    family: str | None = None

    def endpoint_for(self, draw: float, unhealthy: frozenset[str] = frozenset()) -> str:
        """Spreads requests over the endpoints in proportion to their weights.

        Args:
            draw: A number in [0, 1), uniform over requests. The same draw always gives the
                same endpoint, so a retried request returns to where it was.
            unhealthy: Endpoints that get none, unless there is no other.
        """
        places = tuple(each for each in self.endpoints if each.endpoint not in unhealthy)
        places = places or self.endpoints
        mark = draw * sum(place.weight for place in places)
        for place in places:
            mark -= place.weight
            if mark < 0:
                return place.endpoint
        return places[-1].endpoint

    @property
    def in_private(self) -> "Model | None":
        """The model on its private endpoints alone; None if it has none."""
        places = tuple(place for place in self.endpoints if place.is_private)
        return evolve(self, endpoints=places) if places else None


@frozen
class Candidate:
    """A model a category may be sent to, and how good it is there; any scale, higher wins."""

    model: str
    score: float = field(validator=ge(0))


@frozen
class Category:
    """A kind of prompt and the models that answer it."""

    name: str
    candidates: tuple[Candidate, ...] = ()

    @property
    def ranking(self) -> tuple[Candidate, ...]:
        """The candidates, best first; ties keep the configured order."""
        return tuple(sorted(self.candidates, key=lambda candidate: -candidate.score))


@frozen
class Place:
    """Where a request was answered.

    Args:
        model: The model's name.
        endpoint: The endpoint's name.
    """

    model: str
    endpoint: str


@frozen
class Weighed:
    """A candidate, and what it is worth to a request.

    Args:
        model: Its name.
        score: How good it is, as configured.
        cost: What answering costs, in dollars by estimate; None if it has no price.
        utility: What it is worth, from -1 to 1.
        obstacle: Why it cannot answer; None if it can.
    """

    model: str
    score: float
    cost: float | None = None
    utility: float = 0.0
    obstacle: str | None = None


@frozen
class Switch:
    """What a conversation would win and pay if it went on with another model.

    Args:
        to: The other model.
        instead_of: The one it is with.
        gain: How much more the other is worth, in utility.
        cost: What reading everything anew costs, in utility.
    """

    to: str
    instead_of: str
    gain: float
    cost: float


@frozen
class RoutingDecision:
    """Where one request goes, and everything needed to explain it.

    Args:
        model: The chosen model's name.
        endpoint: The chosen endpoint's name.
        reason: Why.
        category: The category that decided; None when none did.
        confidence: Probability of that category, from 0 to 1; 0 when none decided.
        candidates: What was weighed, best first.
        decision: The operator's decision that the request is of; None if it is of none.
        undecided: Decisions that it may be of too, if what nobody could find out were known.
        quality: How good the answer should be, from cheapest (0) to best (1).
        switch: What a change of the model would have brought, if the conversation has one.
    """

    model: str
    endpoint: str
    reason: Reason
    category: str | None = None
    confidence: float = 0.0
    candidates: tuple[Weighed, ...] = ()
    decision: str | None = None
    undecided: tuple[str, ...] = ()
    quality: float = 1.0
    switch: Switch | None = None


class SystemPromptMode(StrEnum):
    """What becomes of the system prompt that a request has."""

    INSERT = "insert"  # ours is put before it
    APPEND = "append"  # ours is put after it
    REPLACE = "replace"  # ours takes its place


@frozen
class SystemPrompt:
    """What a model is told before anything else.

    Args:
        text: What.
        mode: How it goes together with what the request has.
    """

    text: str
    mode: SystemPromptMode = SystemPromptMode.INSERT


@frozen
class ChatEdit:
    """What changes in a chat request before it goes on.

    Args:
        model: The model's new name; None leaves it as it is.
        texts: New texts, by where they stand in the request.
        system: What is done to the system prompt; None for nothing.
        fields: What is merged into the request, as RFC 7396 has it: objects are merged, null
            removes a field, everything else takes its place.
        tools: The positions of the tools that stay, ascending; None for all.
    """

    model: str | None = None
    texts: Mapping[Path, str] = field(factory=dict)
    system: SystemPrompt | None = None
    fields: Mapping[str, Json] = field(factory=dict)
    tools: tuple[int, ...] | None = None

    def __bool__(self) -> bool:
        return self != ChatEdit()
