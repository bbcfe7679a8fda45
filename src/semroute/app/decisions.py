"""What can be configured of decisions, and what it means."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Final, Literal, TypeAlias

from attrs import field, frozen
from msgspec import Meta

from semroute.domain.decisions import Decision
from semroute.domain.naming import OUR_PREFIX
from semroute.domain.reasoning import ReasoningMode
from semroute.domain.routing import Candidate, SystemPrompt, SystemPromptMode
from semroute.domain.signals.conditions import Condition, Every, Not, Shows, Some
from semroute.domain.suggestions import did_you_mean
from semroute.domain.tools.selection import ToolPolicy

from .caching import CacheOverrides
from .guards import GuardSettings
from .leaves import HeaderName, Share

Mistake: TypeAlias = tuple[tuple[str | int, ...], str]

_ModelName = Annotated[str, Meta(pattern=r"^[A-Za-z0-9._:/@+-]{1,128}$(?!\n)")]
_Score = Annotated[float, Meta(ge=0, le=1e6)]
_HeaderValue = Annotated[str, Meta(pattern=r"^[ -~]{0,1024}$(?!\n)")]

_DEEPEST: Final = 20  # no condition that anybody can follow is deeper


@frozen
class ConditionSettings:
    """When a decision is meant: all that is said here must hold. A name is a signal's."""

    all: Annotated[
        tuple["ConditionSettings | str", ...], Meta(description="Every one of these holds.")
    ] = ()
    any: Annotated[
        tuple["ConditionSettings | str", ...], Meta(description="At least one of these holds.")
    ] = ()
    none: Annotated[
        tuple["ConditionSettings | str", ...], Meta(description="Not one of these holds.")
    ] = ()


@frozen
class SystemPromptSettings:
    """What the model is told before anything else."""

    text: Annotated[str, Meta(min_length=1, description="What.")]
    mode: Annotated[
        Literal["insert", "append", "replace"],
        Meta(
            description="`insert`: before what the request has; `append`: after it; `replace`: in "
            "its place."
        ),
    ] = "insert"


@frozen
class ToolPolicySettings:
    """Which tools the model gets to see, if the request leaves it free to call any."""

    keep: Annotated[
        int,
        Meta(
            ge=1,
            le=1000,
            description="How many: those that serve the prompt best. Tools that were called in the "
            "conversation, are named or pinned always stay.",
        ),
    ]
    pinned: Annotated[tuple[str, ...], Meta(description="Names of tools that always stay.")] = ()
    database: Annotated[
        str | None,
        Meta(
            description="A file of tools, YAML or JSON, that requests without any get theirs from."
        ),
    ] = None


@frozen
class DecisionSettings:
    """What is done with requests of some kind."""

    when: Annotated[
        "ConditionSettings | str",
        Meta(description="When it is meant: a signal's name, or all, any and none of some."),
    ]
    priority: Annotated[
        int,
        Meta(
            ge=-1_000_000,
            le=1_000_000,
            description="The highest is asked first, equal ones in the order of the file; the "
            "first that is meant is done.",
        ),
    ] = 0
    models: Annotated[
        dict[_ModelName, _Score],
        Meta(
            description="Models that may answer, each with how good it is; none: those of the "
            "prompt's category."
        ),
    ] = field(factory=dict)
    canary: Annotated[
        dict[_ModelName, Share],
        Meta(
            description="Models that a share of the conversations goes to instead, each with that "
            "share. A conversation always draws the same."
        ),
    ] = field(factory=dict)
    reasoning: Annotated[
        Literal["off", "low", "medium", "high"] | None,
        Meta(
            description="How much the model shall reason, said as its `family` understands it; "
            "null: nothing is said."
        ),
    ] = None
    system_prompt: Annotated[
        SystemPromptSettings | None, Meta(description="What the model is told first.")
    ] = None
    tools: Annotated[
        ToolPolicySettings | None,
        Meta(description="Which of many tools the model gets to see; null: all."),
    ] = None
    headers: Annotated[
        dict[HeaderName, _HeaderValue], Meta(description="Headers that the request goes on with.")
    ] = field(factory=dict)
    guards: Annotated[
        GuardSettings | None,
        Meta(
            description="What differs from `guards`; it counts more than a category's, and a "
            "model's own more than that. It also counts if nobody knows whether it is meant."
        ),
    ] = None
    cache: Annotated[
        CacheOverrides | None,
        Meta(
            description="What differs from `cache`; it counts more than a category's, and a "
            "model's own more than that."
        ),
    ] = None


def decision_of(name: str, settings: DecisionSettings) -> Decision:
    """Returns a decision. The settings must have passed `decision_mistakes`."""
    system, tools = settings.system_prompt, settings.tools
    return Decision(
        name,
        condition_of(settings.when),
        settings.priority,
        candidates=tuple(Candidate(*each) for each in settings.models.items()),
        canary=settings.canary,
        reasoning=None if settings.reasoning is None else ReasoningMode(settings.reasoning),
        system=None if system is None else SystemPrompt(system.text, SystemPromptMode(system.mode)),
        tools=None if tools is None else ToolPolicy(tools.keep, frozenset(tools.pinned)),
        headers=settings.headers,
    )


def condition_of(settings: ConditionSettings | str) -> Condition:
    """Returns a condition: what is said beside each other must hold together."""
    if isinstance(settings, str):
        return Shows(settings)
    parts: list[Condition] = [condition_of(each) for each in settings.all]
    if settings.any:
        parts.append(Some(tuple(map(condition_of, settings.any))))
    parts.extend(Not(condition_of(each)) for each in settings.none)
    return parts[0] if len(parts) == 1 else Every(tuple(parts))


def decision_mistakes(
    settings: DecisionSettings, signals: Iterable[str], models: Mapping[str, object]
) -> Iterator[Mistake]:
    """Finds what cannot work in one decision, as (path, message) pairs."""
    for path, message in _condition_mistakes(settings.when, tuple(signals), _DEEPEST):
        yield ("when", *path), message
    for field_name, named in (("models", settings.models), ("canary", settings.canary)):
        for model in named:
            if model not in models:
                near = did_you_mean(model, models)
                yield (field_name, model), f"there is no model {model!r}{near}"
    if sum(settings.canary.values()) > 1:
        yield ("canary",), "the shares are more than 1 together"
    for header in settings.headers:
        if header.startswith((OUR_PREFIX, "x-envoy-")) or header in _RESERVED:
            yield ("headers", header), "it belongs to somebody else"


_RESERVED: Final = ("host", "content-length", "transfer-encoding", "connection", "te", "upgrade")


def _condition_mistakes(
    condition: ConditionSettings | str, signals: tuple[str, ...], depth: int
) -> Iterator[Mistake]:
    if isinstance(condition, str):
        if condition not in signals:
            yield (), f"there is no signal {condition!r}{did_you_mean(condition, signals)}"
        return
    if depth == 0:
        yield (), f"nobody can follow a condition that is deeper than {_DEEPEST}"
        return
    parts = (("all", condition.all), ("any", condition.any), ("none", condition.none))
    if not any(inner for _, inner in parts):
        yield (), "it must say something: all, any or none of some signals"
    for word, inner in parts:
        for index, each in enumerate(inner):
            for path, message in _condition_mistakes(each, signals, depth - 1):
                yield (word, index, *path), message
