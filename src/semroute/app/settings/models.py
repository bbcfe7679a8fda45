"""The models that requests may go to."""

from typing import Annotated

from attrs import frozen
from msgspec import Meta

from semroute.app.caching import CacheOverrides
from semroute.app.guards import GuardSettings
from semroute.app.leaves import CapabilityName, Dollars, Name, Weight


@frozen
class PriceSettings:
    """What a model costs, in dollars (or whatever all are priced in) for a million tokens."""

    input: Annotated[Dollars, Meta(description="Of what it reads.")]
    output: Annotated[Dollars, Meta(description="Of what it writes.")]
    cached: Annotated[
        float,
        Meta(
            ge=0,
            le=1,
            description="The share of `input` that is paid for what its server has read before.",
        ),
    ] = 0.1


@frozen
class ModelSettings:
    """A model, by the name its servers know it under."""

    endpoints: Annotated[
        dict[Name, Weight],
        Meta(description="Where it runs: endpoint names, each with its share of the traffic."),
    ]
    price: Annotated[PriceSettings | None, Meta(description="What it costs; null: unknown.")] = None
    context: Annotated[
        Annotated[int, Meta(ge=1, le=100_000_000)] | None,
        Meta(
            description="How many tokens it takes, with those of its answer; longer requests go "
            "elsewhere. null: unknown, and no obstacle."
        ),
    ] = None
    can: Annotated[
        tuple[CapabilityName, ...] | None,
        Meta(
            description="What it can do beyond text; requests that need more go elsewhere. null: "
            "unknown, and no obstacle."
        ),
    ] = None
    latency_ms: Annotated[
        Annotated[float, Meta(ge=0, le=1e7)] | None,
        Meta(description="How long it usually takes until its answer begins; null: unknown."),
    ] = None
    family: Annotated[
        Name | None,
        Meta(
            description="How it is told to reason: a name in `reasoning`, or a shipped one. null: "
            "it is told nothing."
        ),
    ] = None
    guards: Annotated[
        GuardSettings | None, Meta(description="What differs from `guards` for this model.")
    ] = None
    cache: Annotated[
        CacheOverrides | None, Meta(description="What differs from `cache` for this model.")
    ] = None
