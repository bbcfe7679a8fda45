"""What can be configured. The YAML file has exactly this shape.

Every type here is frozen, every default is the one the file may leave out, and the
`Meta(description=…)` texts are the documentation: `semroute schema` and
`docs/configuration.md` are made from them.
"""

from typing import Annotated, Literal

from attrs import field, frozen
from msgspec import Meta

from .caching import CacheOverrides, CacheSettings
from .checkpoints import CheckpointSettings
from .decisions import DecisionSettings
from .guards import GuardSettings
from .limits import LimitSettings, MiB
from .reasoning import ReasoningFamilySettings
from .signals import SignalSettings

# Names become header values, cluster names and metric labels, so they are plain.
Name = Annotated[str, Meta(pattern=r"^[A-Za-z0-9._:/@+-]{1,128}$(?!\n)")]
CategoryName = Annotated[
    str, Meta(pattern=r"^[A-Za-z0-9._:/@+-]( ?[A-Za-z0-9._:/@+-]){0,127}$(?!\n)")
]
HeaderName = Annotated[str, Meta(pattern=r"^[a-z0-9!#$%&'*+.^_`|~-]{1,64}$(?!\n)")]
Weight = Annotated[float, Meta(gt=0, le=1e6)]
Score = Annotated[float, Meta(ge=0, le=1e6)]
CapabilityName = Literal["tools", "images", "audio", "video", "files", "json_schema"]
_Dollars = Annotated[float, Meta(ge=0, le=1e6)]
_Share = Annotated[float, Meta(ge=0, le=1)]


@frozen
class ServerSettings:
    """The router's own listeners and limits."""

    extproc: Annotated[
        str, Meta(description="Where Envoy reaches the router: host:port, or unix:/path.")
    ] = "127.0.0.1:50051"
    workers: Annotated[
        int,
        Meta(
            ge=1,
            le=256,
            description="Router processes that `serve` runs. Each has an address of its own: the "
            "ports that follow `extproc`'s, or sockets with a number added to the name.",
        ),
    ] = 1
    admin: Annotated[
        str, Meta(description="Where metrics and health pages are served: host:port.")
    ] = "127.0.0.1:9190"
    allow_remote: Annotated[
        bool,
        Meta(description="Allow listening on addresses that other machines can reach, in clear."),
    ] = False
    max_body_bytes: Annotated[
        int,
        Meta(
            ge=1024,
            le=256 * MiB,
            description="The longest request body; Envoy buffers as much, and longer is 413.",
        ),
    ] = 16 * MiB
    notice_seconds: Annotated[
        float,
        Meta(
            ge=0,
            le=3600,
            description="How long a router that is to stop serves on while it says NOT_SERVING, so "
            "that Envoy turns to others first; not if nobody asks for its health.",
        ),
    ] = 3.0
    drain_seconds: Annotated[
        float,
        Meta(ge=0, le=3600, description="How long exchanges in flight may finish at shutdown."),
    ] = 25.0


@frozen
class EnvoySettings:
    """What the generated Envoy configuration says."""

    listen: Annotated[str, Meta(description="Where clients connect: host:port.")] = "127.0.0.1:8801"
    admin: Annotated[str, Meta(description="Envoy's own admin page: host:port.")] = "127.0.0.1:9901"
    failure_mode: Annotated[
        Literal["closed", "open"],
        Meta(
            description="When the router does not answer: `closed` refuses the request with 503, "
            "`open` sends it unprocessed to the default model's endpoint."
        ),
    ] = "closed"
    message_timeout_seconds: Annotated[
        float,
        Meta(gt=0, le=60, description="How long Envoy waits for the router, per message."),
    ] = 2.0
    request_timeout_seconds: Annotated[
        float, Meta(gt=0, le=86400, description="How long a model may take to answer.")
    ] = 300.0
    ca_file: Annotated[
        str,
        Meta(description="Certificate authorities that endpoints with TLS are checked against."),
    ] = "/etc/ssl/certs/ca-certificates.crt"


@frozen
class EndpointSettings:
    """A place where models are served."""

    address: Annotated[str, Meta(description="host:port of an OpenAI-compatible server.")]
    health_path: Annotated[
        Annotated[str, Meta(pattern=r"^/[!-~]*$(?!\n)")] | None,
        Meta(description="Envoy asks this path whether the server is alive; null: it never asks."),
    ] = None
    tls: Annotated[bool, Meta(description="Speak TLS to it; its certificate must be valid.")] = (
        False
    )
    private: Annotated[
        bool, Meta(description="It may see personal data whose action is `route`.")
    ] = False


@frozen
class PriceSettings:
    """What a model costs, in dollars (or whatever all are priced in) for a million tokens."""

    input: Annotated[_Dollars, Meta(description="Of what it reads.")]
    output: Annotated[_Dollars, Meta(description="Of what it writes.")]
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
        _Share,
        Meta(
            description="How good answers shall be: 1 for the best model, 0 for the cheapest, or "
            "between. Clients may say otherwise with `x-semroute-quality`, or `auto:0.7`, "
            "`auto:cheap`, `auto:balanced`, `auto:best`."
        ),
    ] = 1.0
    min_quality: Annotated[_Share, Meta(description="The least that a client gets.")] = 0.0
    max_quality: Annotated[_Share, Meta(description="The most that a client gets.")] = 1.0
    latency_share: Annotated[
        _Share, Meta(description="How much of what is not quality is time, and not money.")
    ] = 0.0
    abstain_to: Annotated[
        Name | None,
        Meta(description="Answers when the router is unsure; null: the default model."),
    ] = None
    down_confidence: Annotated[
        _Share,
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
class FastSettings:
    """The fast tier: what a prompt is about, by its tokens alone, before the encoder is asked."""

    mode: Annotated[
        Literal["first", "fallback", "off"],
        Meta(
            description="`first`: it answers where it is sure, without the encoder. `fallback`: "
            "only where the encoder is late, overloaded, broken or not loaded yet. It knows the "
            "shipped categories only, as they ship; with others it is off."
        ),
    ] = "fallback"
    risk: Annotated[
        float,
        Meta(
            ge=0,
            le=1,
            description="`first`: how much of all prompts may come off worse than with the "
            "encoder; how sure it must be follows from this.",
        ),
    ] = 0.0047  # docs/fast-tier.md says how it was chosen


@frozen
class ClassifierSettings:
    """The embedded encoder."""

    directory: Annotated[
        str | None,
        Meta(description="A sentence encoder in Hugging Face's layout; null: the embedded one."),
    ] = None
    heads: Annotated[
        str | None,
        Meta(
            description="A directory that `semroute train` has written: its heads take the place "
            "of the shipped ones. Categories that they know need no description."
        ),
    ] = None
    workers: Annotated[
        int, Meta(ge=0, le=256, description="Inference threads; 0: one per CPU core.")
    ] = 0
    max_waiting: Annotated[
        int, Meta(ge=1, le=100_000, description="Texts that may wait; beyond it: overload.")
    ] = 512
    max_windows: Annotated[
        int,
        Meta(
            ge=1,
            le=10_000,
            description=(
                "Windows of about 2,000 characters read of one prompt, spread over it evenly; "
                "each takes about 0.1 s of one CPU core. At most `max_waiting`."
            ),
        ),
    ] = 4
    checkpoints: Annotated[
        tuple[CheckpointSettings, ...],
        Meta(description="Models of yours beside it, asked in this order."),
    ] = ()
    fast: Annotated[FastSettings, Meta(description="The tier before the encoder.")] = FastSettings()


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


@frozen
class ScreeningSettings:
    """How much work the checks may be."""

    budget_seconds: Annotated[
        float,
        Meta(gt=0, le=60, description="How long all checks of a request may take together."),
    ] = 1.2
    max_chars: Annotated[
        int,
        Meta(
            ge=1000,
            le=256 * MiB,
            description=(
                "Characters of a request that are examined, those seen before apart; each million "
                "takes about half a second. A check of a longer one fails, with 413 if enforced."
            ),
        ),
    ] = 1_000_000
    max_windows: Annotated[
        int,
        Meta(
            ge=1,
            le=10_000,
            description=(
                "Windows of a request that the encoder may read for the checks; the patterns and "
                "the lexical model read all of any length. At most `classifier.max_waiting`."
            ),
        ),
    ] = 16
    remembered: Annotated[
        int,
        Meta(
            ge=0,
            le=1_000_000,
            description="Texts whose findings and vectors are remembered, by a keyed digest, so "
            "that earlier turns of a conversation are not read again.",
        ),
    ] = 4096


@frozen
class MeteringSettings:
    """What is learned from answers."""

    max_answer_bytes: Annotated[
        int,
        Meta(
            ge=0,
            le=64 * MiB,
            description="Answers up to this size are read for their token usage; 0: none are.",
        ),
    ] = MiB


@frozen
class LogSettings:
    """Logs, on standard error. No prompt is ever in them."""

    level: Annotated[
        Literal["debug", "info", "warning", "error"],
        Meta(description="`debug` also shows requests that pass through, and token counts."),
    ] = "info"
    format: Annotated[
        Literal["auto", "json", "console"],
        Meta(description="`auto` is `console` on a terminal and `json` elsewhere."),
    ] = "auto"
    remembered_decisions: Annotated[
        int,
        Meta(
            ge=0,
            le=100_000,
            description="Decisions that `semroute explain --decision` can tell of, in memory, a "
            "few kB each, without the prompt; 0: none.",
        ),
    ] = 1000


@frozen
class Settings:
    """semroute's configuration."""

    endpoints: dict[Name, EndpointSettings]
    models: dict[Name, ModelSettings]
    routing: RoutingSettings
    categories: dict[CategoryName, CategorySettings] = field(factory=dict)
    signals: dict[Name, SignalSettings] = field(factory=dict)
    decisions: dict[Name, DecisionSettings] = field(factory=dict)
    reasoning: dict[Name, ReasoningFamilySettings] = field(factory=dict)
    version: Annotated[Literal[1], Meta(description="The version of this format.")] = 1
    server: ServerSettings = ServerSettings()
    limits: LimitSettings = LimitSettings()  # noqa: RUF009 - it is frozen, like its neighbours
    envoy: EnvoySettings = EnvoySettings()
    classifier: ClassifierSettings = ClassifierSettings()
    guards: GuardSettings = field(factory=GuardSettings)
    screening: ScreeningSettings = ScreeningSettings()
    cache: CacheSettings = CacheSettings()  # noqa: RUF009 - it is frozen, like its neighbours
    headers: HeaderSettings = HeaderSettings()
    metering: MeteringSettings = MeteringSettings()
    log: LogSettings = LogSettings()
