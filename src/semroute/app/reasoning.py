"""What can be configured of how models are told to reason, and what it means."""

import math
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, Literal

from attrs import field, frozen
from msgspec import Meta

from semroute.domain.http import Service
from semroute.domain.reasoning import Dialect, Family, ReasoningMode
from semroute.domain.suggestions import did_you_mean

ReasoningModeName = Literal["off", "low", "medium", "high"]

_Patch = dict[str, Any]
_Field = Annotated[str, Meta(pattern=r"^[^.\s]+([.][^.\s]+)*$(?!\n)")]

# What a request is about, and what the router decides: no matter of how it is thought about.
_NOT_OURS: Final = frozenset(
    {
        *("model", "messages", "input", "prompt", "system", "instructions", "stream"),
        *("tools", "tool_choice", "previous_response_id", "conversation"),
    }
)
_LEAST_BUDGET: Final = 1024  # tokens; Anthropic's API refuses less


@frozen
class ReasoningDialectSettings:
    """How a family is told to reason in one API."""

    off: Annotated[
        _Patch | None,
        Meta(description="Merged into a request (RFC 7396) so that the model does not reason."),
    ] = None
    low: Annotated[_Patch | None, Meta(description="The same so that it reasons a little.")] = None
    medium: Annotated[
        _Patch | None, Meta(description="The same so that it reasons for a while.")
    ] = None
    high: Annotated[
        _Patch | None,
        Meta(description="The same so that it reasons at length; also what an on/off switch is."),
    ] = None
    knows: Annotated[
        tuple[_Field, ...],
        Meta(
            description="Fields, as `reasoning.effort`, that the family understands beside those "
            "it is told here; others that clients reason with are removed."
        ),
    ] = ()
    keeps: Annotated[
        tuple[_Field, ...],
        Meta(description="Fields of a client's that stay when a decision says how much to reason."),
    ] = ()
    excludes: Annotated[
        tuple[_Field, ...],
        Meta(
            description="Fields beside which the server refuses to reason: a request that has one, "
            "and not with the value 1, false or null, is not told to."
        ),
    ] = ()


@frozen
class ReasoningFamilySettings:
    """Models that are told to reason in the same words. Some families ship."""

    description: Annotated[str, Meta(description="Which models these are.")] = ""
    documented: Annotated[
        tuple[str, ...], Meta(description="Where it is written down: addresses.")
    ] = ()
    chat: Annotated[ReasoningDialectSettings, Meta(description="In `/v1/chat/completions`.")] = (
        ReasoningDialectSettings()
    )
    responses: Annotated[ReasoningDialectSettings, Meta(description="In `/v1/responses`.")] = (
        ReasoningDialectSettings()
    )
    messages: Annotated[ReasoningDialectSettings, Meta(description="In `/v1/messages`.")] = (
        ReasoningDialectSettings()
    )


@frozen
class ReasoningLibrary:
    """The families that ship.

    Args:
        reasoning: By name.
    """

    reasoning: dict[str, ReasoningFamilySettings] = field(factory=dict)


def families_of(
    settings: Mapping[str, ReasoningFamilySettings],
    shipped: Mapping[str, ReasoningFamilySettings],
) -> dict[str, Family]:
    """Returns every family by name; a configured one takes the place of a shipped one."""
    return {name: _family(name, each) for name, each in {**shipped, **settings}.items()}


def _family(name: str, settings: ReasoningFamilySettings) -> Family:
    dialects = {service: _dialect(each) for service, each in dialects_of(settings).items()}
    return Family(name, {each: dialect for each, dialect in dialects.items() if dialect.fields})


def dialects_of(
    settings: ReasoningFamilySettings,
) -> dict[Service, ReasoningDialectSettings]:
    """Returns what is said of a family, by API."""
    return {
        Service.CHAT_COMPLETIONS: settings.chat,
        Service.RESPONSES: settings.responses,
        Service.MESSAGES: settings.messages,
    }


def patches_of(settings: ReasoningDialectSettings) -> dict[ReasoningMode, dict[str, Any]]:
    """Returns the patches of the modes that a dialect has words for."""
    patches = {
        ReasoningMode.OFF: settings.off,
        ReasoningMode.LOW: settings.low,
        ReasoningMode.MEDIUM: settings.medium,
        ReasoningMode.HIGH: settings.high,
    }
    return {mode: patch for mode, patch in patches.items() if patch is not None}


def _dialect(settings: ReasoningDialectSettings) -> Dialect:
    return Dialect(
        patches_of(settings),
        knows=frozenset(settings.knows),
        keeps=frozenset(settings.keeps),
        excludes=frozenset(settings.excludes),
    )


def reasoning_mistakes(
    settings: Mapping[str, ReasoningFamilySettings],
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Finds what cannot work in configured families, as (path, message) pairs."""
    for name, family in settings.items():
        for service, dialect in dialects_of(family).items():
            for mode, patch in patches_of(dialect).items():
                for where, message in _patch_mistakes(patch, service):
                    yield (name, service.value, mode.value, *where), message


def family_mistake(
    name: str,
    settings: Mapping[str, ReasoningFamilySettings],
    shipped: Mapping[str, ReasoningFamilySettings],
) -> str | None:
    """Returns why a model cannot be of a family; None if it can."""
    known = {**shipped, **settings}
    if name in known:
        return None
    return f"no family is called {name}{did_you_mean(name, known)}"


def _patch_mistakes(
    patch: Mapping[str, Any], service: Service
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if not patch:
        yield (), "it says nothing; leave it out if the family has no words for this"
    for key in patch:
        if key in _NOT_OURS:
            yield (key,), "it says how to reason, and this is no part of that"
    yield from _value_mistakes(patch, ())
    thinking = patch.get("thinking")
    if service is Service.MESSAGES and isinstance(thinking, Mapping):
        budget = thinking.get("budget_tokens", _LEAST_BUDGET)
        if not isinstance(budget, int) or isinstance(budget, bool) or budget < _LEAST_BUDGET:
            message = f"it must be a whole number of at least {_LEAST_BUDGET}"
            yield ("thinking", "budget_tokens"), message


def _value_mistakes(
    value: object, path: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    match value:
        case Mapping():
            for key, inner in value.items():
                if not isinstance(key, str) or not key or "." in key:
                    yield (*path, key), "a field's name is text without a dot; objects are nested"
                yield from _value_mistakes(inner, (*path, key))
        case list():
            for index, inner in enumerate(value):
                yield from _value_mistakes(inner, (*path, index))
        case float() if not math.isfinite(value):
            yield path, "it must be a finite number"
        case _:
            return
