"""What can be configured of signals, and what it means."""

from typing import Annotated, Final, Literal, TypeAlias, cast

from attrs import fields, frozen
from msgspec import Meta

from .guards import KindName
from .leaves import HeaderName, Share

Tokens = Annotated[int, Meta(ge=0, le=100_000_000)]
ModalityName = Literal["image", "audio", "video", "file"]
ApiName = Literal["chat", "completions", "embeddings", "responses", "messages", "count_tokens"]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

_Uncertain = Annotated[float, Meta(ge=0, lt=1)]
_Text = Annotated[str, Meta(min_length=1, max_length=10_000)]
_Clock = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$(?!\n)")]
_Language = Annotated[str, Meta(pattern=r"^[a-z]{2,3}$(?!\n)")]

DAYS: Final[tuple[Day, ...]] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@frozen
class CategorySignalSettings:
    """The prompt is about one of some categories."""

    any: Annotated[tuple[str, ...], Meta(description="Their names.")]
    at_least: Annotated[
        Share, Meta(description="How probable they must be, together; it is calibrated.")
    ] = 0.5


@frozen
class ComplexitySignalSettings:
    """How much it takes to answer the prompt: the share of prompts that take less."""

    at_least: Annotated[Share, Meta(description="From where on it shows.")] = 0.0
    below: Annotated[Share | None, Meta(description="Below what it shows.")] = None


@frozen
class AttackSignalSettings:
    """An attack is probable. It is looked for even if no guard asks."""

    at_least: Annotated[
        _Uncertain, Meta(description="How probable. No attack is certain, so it is below 1.")
    ] = 0.5


@frozen
class PiiSignalSettings:
    """Personal data stands in the request. It is looked for even if no guard asks."""

    any: Annotated[tuple[KindName, ...], Meta(description="Of one of these kinds.")]
    at_least: Annotated[
        Share,
        Meta(
            description="How sure it must be that it is such; no surer than the patterns can be "
            "of the surest of these kinds."
        ),
    ] = 0.5


@frozen
class KeywordSignalSettings:
    """Words or phrases stand in the last user turn, as whole words."""

    any: Annotated[tuple[_Text, ...], Meta(description="One of these must.")] = ()
    all: Annotated[tuple[_Text, ...], Meta(description="All of these must.")] = ()
    none: Annotated[tuple[_Text, ...], Meta(description="None of these may.")] = ()
    case_sensitive: Annotated[bool, Meta(description="Whether `US` is not `us`.")] = False
    typos: Annotated[
        int,
        Meta(ge=0, le=2, description="How many letters of a word may be wrong; short ones: none."),
    ] = 0


@frozen
class PatternSignalSettings:
    """A regular expression matches somewhere in the last user turn."""

    pattern: Annotated[
        _Text, Meta(description="In RE2's syntax, which needs no more time than the text is long.")
    ]


@frozen
class SimilaritySignalSettings:
    """The prompt means about the same as one of some examples."""

    examples: Annotated[tuple[_Text, ...], Meta(description="Prompts.")]
    at_least: Annotated[
        float, Meta(ge=-1, le=1, description="The cosine from which on it does.")
    ] = 0.6


@frozen
class LanguageSignalSettings:
    """The last user turn is in one of some languages."""

    any: Annotated[tuple[_Language, ...], Meta(description="Their ISO 639-1 codes.")]
    at_least: Annotated[Share, Meta(description="How probable that must be.")] = 0.5


@frozen
class ContextSignalSettings:
    """How long the request is, in tokens, by estimate."""

    at_least: Annotated[Tokens, Meta(description="From where on it shows.")] = 0
    below: Annotated[Tokens | None, Meta(description="Below what it shows.")] = None


@frozen
class ModalitySignalSettings:
    """The request has parts that are no text."""

    any: Annotated[tuple[ModalityName, ...], Meta(description="Of one of these kinds.")]


@frozen
class ToolsSignalSettings:
    """Tools are offered to the model."""

    at_least: Annotated[int, Meta(ge=1, le=100_000, description="How many.")] = 1


@frozen
class ApiSignalSettings:
    """The request came by one of some APIs."""

    any: Annotated[tuple[ApiName, ...], Meta(description="Which.")]


@frozen
class HeaderSignalSettings:
    """A header of the request: a role, a tenant, a tier. Clients must not be able to forge it."""

    name: Annotated[HeaderName, Meta(description="Its name.")]
    any: Annotated[
        tuple[_Text, ...], Meta(description="The values that count; none: any, if it is there.")
    ] = ()


@frozen
class TimeSignalSettings:
    """It is a certain time of the day, or of the week."""

    start: Annotated[_Clock, Meta(description="From when on: hh:mm.")] = "00:00"
    end: Annotated[
        _Clock,
        Meta(description="Until when. Before `start`: over midnight; the same: all day."),
    ] = "00:00"
    days: Annotated[
        tuple[Day, ...],
        Meta(description="On which days; of a window over midnight, the one it starts on."),
    ] = DAYS
    zone: Annotated[str, Meta(description="The time zone, by its IANA name.")] = "UTC"


SignalKind: TypeAlias = (
    CategorySignalSettings
    | ComplexitySignalSettings
    | AttackSignalSettings
    | PiiSignalSettings
    | KeywordSignalSettings
    | PatternSignalSettings
    | SimilaritySignalSettings
    | LanguageSignalSettings
    | ContextSignalSettings
    | ModalitySignalSettings
    | ToolsSignalSettings
    | ApiSignalSettings
    | HeaderSignalSettings
    | TimeSignalSettings
)


@frozen
class SignalSettings:
    """Something that can be told of a request. Exactly one kind is named."""

    category: Annotated[
        CategorySignalSettings | None, Meta(description="What the prompt is about.")
    ] = None
    complexity: Annotated[
        ComplexitySignalSettings | None, Meta(description="How much it takes to answer it.")
    ] = None
    jailbreak: Annotated[
        AttackSignalSettings | None, Meta(description="A user talks the model out of its rules.")
    ] = None
    injection: Annotated[
        AttackSignalSettings | None, Meta(description="Orders stand in texts that are data.")
    ] = None
    pii: Annotated[
        PiiSignalSettings | None, Meta(description="Personal data stands in the request.")
    ] = None
    keywords: Annotated[
        KeywordSignalSettings | None, Meta(description="Words stand in the last user turn.")
    ] = None
    regex: Annotated[
        PatternSignalSettings | None, Meta(description="A pattern matches in the last user turn.")
    ] = None
    similarity: Annotated[
        SimilaritySignalSettings | None,
        Meta(description="The prompt means the same as an example."),
    ] = None
    language: Annotated[
        LanguageSignalSettings | None, Meta(description="The language of the last user turn.")
    ] = None
    context: Annotated[
        ContextSignalSettings | None, Meta(description="How long the request is.")
    ] = None
    modality: Annotated[
        ModalitySignalSettings | None, Meta(description="Pictures, sound, files.")
    ] = None
    tools: Annotated[ToolsSignalSettings | None, Meta(description="Tools are offered.")] = None
    api: Annotated[
        ApiSignalSettings | None, Meta(description="The API that the request came by.")
    ] = None
    header: Annotated[HeaderSignalSettings | None, Meta(description="A header of the request.")] = (
        None
    )
    time: Annotated[TimeSignalSettings | None, Meta(description="What time it is.")] = None
    budget_ms: Annotated[
        float,
        Meta(
            gt=0,
            le=10_000,
            description="How long finding out may take; then nobody knows. What the encoder has "
            "to say has `routing.budget_seconds`, and what is screened `screening.budget_seconds`.",
        ),
    ] = 100.0

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds that are named; there should be one."""
        named = (each.name for each in fields(SignalSettings) if each.name != _BUDGET)
        return tuple(name for name in named if getattr(self, name) is not None)

    @property
    def only(self) -> tuple[str, SignalKind]:
        """The kind that is named, and what is said of it."""
        (kind,) = self.kinds
        return kind, cast("SignalKind", getattr(self, kind))


_BUDGET: Final = "budget_ms"
