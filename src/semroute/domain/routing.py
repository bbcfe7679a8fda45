"""Models, where they run, and which of them a category prefers."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TypeAlias

from attrs import field, frozen
from attrs.validators import ge, gt, min_len

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


@frozen
class Model:
    """A model by the name its servers know it under."""

    name: str
    endpoints: tuple[WeightedEndpoint, ...] = field(validator=min_len(1))

    def endpoint_for(self, draw: float) -> str:
        """Spreads requests over the endpoints in proportion to their weights.

        Args:
            draw: A number in [0, 1), uniform over requests. The same draw always gives the
                same endpoint, so a retried request returns to where it was.
        """
        mark = draw * sum(place.weight for place in self.endpoints)
        for place in self.endpoints:
            mark -= place.weight
            if mark < 0:
                return place.endpoint
        return self.endpoints[-1].endpoint

    @property
    def in_private(self) -> "Model | None":
        """The model on its private endpoints alone; None if it has none."""
        places = tuple(place for place in self.endpoints if place.is_private)
        return Model(self.name, places) if places else None


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
class RoutingDecision:
    """Where one request goes, and everything needed to explain it.

    Args:
        model: The chosen model's name.
        endpoint: The chosen endpoint's name.
        reason: Why.
        category: The category that decided; None when none did.
        confidence: Probability of that category, from 0 to 1; 0 when none decided.
        candidates: What was weighed, best first.
    """

    model: str
    endpoint: str
    reason: Reason
    category: str | None = None
    confidence: float = 0.0
    candidates: tuple[Candidate, ...] = ()


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


Json: TypeAlias = "Mapping[str, Json] | Sequence[Json] | str | float | bool | None"


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
