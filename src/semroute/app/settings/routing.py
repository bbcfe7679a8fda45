"""Which model a request goes to, and what is said of it."""

from typing import Annotated, Literal

from attrs import field, frozen
from msgspec import Meta

from semroute.app.caching import CacheOverrides
from semroute.app.guards import GuardSettings
from semroute.app.leaves import HeaderName, Name, Score, Share


@frozen
class CategorySettings:
    """A kind of prompt. No training: what is said here is compared with prompts by meaning.

    A shipped category of which nothing is said is known better: it was trained.
    """

    candidates: Annotated[
        dict[Name, Score],
        Meta(description="Models that answer it, each with how good it is; the best is chosen."),
    ] = field(factory=dict)
    description: Annotated[
        str | None,
        Meta(description="What it is about, in a sentence. Shipped categories have one."),
    ] = None
    examples: Annotated[
        tuple[str, ...] | None,
        Meta(description="Prompts that belong to it. Shipped categories have some."),
    ] = None
    guards: Annotated[
        GuardSettings | None,
        Meta(description="What differs from `guards` for this category; a model's own count more."),
    ] = None
    cache: Annotated[
        CacheOverrides | None,
        Meta(description="What differs from `cache` for this category; a model's own count more."),
    ] = None


@frozen
class RoutingSettings:
    """How a decision falls."""

    default_model: Annotated[
        Name, Meta(description="Answers when nothing better is known, or the router is unsure.")
    ]
    aliases: Annotated[
        tuple[Name, ...], Meta(description="Model names that ask the router to choose.")
    ] = ("auto",)
    embedding_model: Annotated[
        Name | None,
        Meta(
            description="What an alias means in `/v1/embeddings`; null: such a request is refused. "
            "Vectors of different models cannot be compared, so nothing else takes its place."
        ),
    ] = None
    min_confidence: Annotated[
        float, Meta(ge=0, le=1, description="Below this the default model answers.")
    ] = 0.3
    budget_seconds: Annotated[
        float,
        Meta(gt=0, le=60, description="How long classifying may take before it is given up."),
    ] = 0.75
    max_context_chars: Annotated[
        int,
        Meta(ge=0, le=10_000, description="How much of what was said before may colour a prompt."),
    ] = 400
    quality: Annotated[
        Share,
        Meta(
            description="How good answers shall be: 1 for the best model, 0 for the cheapest, or "
            "between. Clients may say otherwise with `x-semroute-quality`, or `auto:0.7`, "
            "`auto:cheap`, `auto:balanced`, `auto:best`."
        ),
    ] = 1.0
    min_quality: Annotated[Share, Meta(description="The least that a client gets.")] = 0.0
    max_quality: Annotated[Share, Meta(description="The most that a client gets.")] = 1.0
    latency_share: Annotated[
        Share, Meta(description="How much of what is not quality is time, and not money.")
    ] = 0.0
    abstain_to: Annotated[
        Name | None,
        Meta(description="Answers when the router is unsure; null: the default model."),
    ] = None
    down_confidence: Annotated[
        Share,
        Meta(
            description="How sure a category must be to send a prompt to a model that is cheaper "
            "than `abstain_to`."
        ),
    ] = 0.5
    pin: Annotated[
        Literal["off", "loop", "cost", "always"],
        Meta(
            description="When a conversation stays with its model: `loop`: while the model waits "
            "for its tools; `cost`: also unless another is worth what reading everything anew "
            "costs; `always`; `off`."
        ),
    ] = "cost"
    conversation_headers: Annotated[
        tuple[HeaderName, ...],
        Meta(
            description="Headers that say which conversation a request belongs to; the first one "
            "that is there counts. Without: its system prompt and first user turn say so."
        ),
    ] = ("x-session-id", "x-conversation-id", "x-claude-code-session-id")
    pin_seconds: Annotated[
        float,
        Meta(ge=0, le=86400, description="How long a conversation's place is remembered."),
    ] = 600.0
    health: Annotated[
        Literal["none", "envoy"],
        Meta(
            description="Who says which endpoints are out of order: `envoy`: its admin page "
            "(`envoy.admin`), asked every few seconds; `none`: nobody."
        ),
    ] = "none"


@frozen
class HeaderSettings:
    """The headers that carry the decision."""

    endpoint: Annotated[
        HeaderName | None,
        Meta(
            description="Carries the endpoint; Envoy's routes match on it. null: "
            "`x-gateway-destination-endpoint`, which endpoint pickers (EPP) use too; "
            "`semroute envoy --for` says where it should be `x-semroute-endpoint`."
        ),
    ] = None
    model: Annotated[HeaderName, Meta(description="The model's name.")] = "x-selected-model"
    confidence: Annotated[
        HeaderName, Meta(description="Probability of the category, three decimals.")
    ] = "x-routing-confidence"
    endpoint_value: Annotated[
        Literal["name", "address"],
        Meta(
            description="What the header says of an endpoint: its name, or the `ip:port` that it "
            "is at, as endpoint pickers say it."
        ),
    ] = "name"
