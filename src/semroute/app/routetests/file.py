"""What a file of routing tests says. The YAML file has exactly this shape.

The `Meta(description=…)` texts are the documentation: `semroute test --schema` is made from them.
"""

from typing import Annotated, Any, Final, Literal, TypeAlias, TypeVar

from attrs import evolve, field, fields, frozen
from msgspec import Meta

from semroute.app.leaves import HeaderName

ApiName = Literal["chat", "completions", "responses", "messages"]
RoleName = Literal["system", "developer", "user", "assistant"]
JsonObject: TypeAlias = dict[str, Any]

NONE: Final = "none"  # as `x-semroute-route` has it
_MOST_TYPOS: Final = 100

_T = TypeVar("_T", "Expected", "Varied")


@frozen
class Said:
    """One turn of a conversation. One with tools or pictures is written as `request`."""

    role: Annotated[RoleName, Meta(description="Who speaks.")]
    content: Annotated[str, Meta(description="What is said.")]


@frozen
class Expected:
    """What is to become of a request. What is left out is not looked at."""

    decision: Annotated[
        str | None, Meta(description="The decision that matches; `none` for none of them.")
    ] = None
    model: Annotated[str | None, Meta(description="The model it goes to.")] = None
    endpoint: Annotated[
        str | None,
        Meta(
            description="The endpoint it goes to. If a model has several, one is drawn, by the "
            "header `x-request-id`; it is made of the test's name unless the test sets it."
        ),
    ] = None
    category: Annotated[
        str | None, Meta(description="The most probable category; `none` if nobody was asked.")
    ] = None
    reason: Annotated[str | None, Meta(description="Why, as `x-semroute-reason` says it.")] = None
    guard: Annotated[
        str | None,
        Meta(
            description="What the checks say, as `x-semroute-guard` has it: `pass`, or `block`, "
            "`mask`, `route` or `unavailable`, with a check before it (`pii=mask`) if it must be "
            "that one, and with `?` behind it if it is only watched (`jailbreak=block?`)."
        ),
    ] = None
    blocked: Annotated[
        bool | None, Meta(description="Whether a check keeps it from every model.")
    ] = None
    refused: Annotated[
        bool | None,
        Meta(
            description="Whether it is refused as no request that can be served. One that is "
            "fails its test unless this says so."
        ),
    ] = None
    tools: Annotated[
        tuple[str, ...] | None,
        Meta(description="The names of the tools that the model is offered, in any order."),
    ] = None
    cached: Annotated[
        bool | None, Meta(description="Whether its answer may be kept and given again.")
    ] = None
    min_confidence: Annotated[
        Annotated[float, Meta(ge=0, le=1)] | None,
        Meta(description="The least probability of its category."),
    ] = None

    def over(self, defaults: "Expected") -> "Expected":
        """Returns this, with what it leaves out as in the defaults.

        They are about requests that reach a model, so one that is not to inherits nothing.
        """
        return self if self.blocked or self.refused else _over(self, defaults)


@frozen
class Varied:
    """How a prompt is changed that should still go to the same place. What is left out is off."""

    typos: Annotated[
        Annotated[int, Meta(ge=0, le=_MOST_TYPOS)] | None,
        Meta(description="Copies with slips of the finger; those that are the same count once."),
    ] = None
    case: Annotated[bool | None, Meta(description="A copy in capitals, and one without any.")] = (
        None
    )
    whitespace: Annotated[
        bool | None,
        Meta(description="A copy with wider gaps, and one with each sentence on its own line."),
    ] = None
    punctuation: Annotated[
        bool | None,
        Meta(description="A copy without marks at the end of words, and one that ends in `!!!`."),
    ] = None
    max_flips: Annotated[
        Annotated[float, Meta(ge=0, le=1)] | None,
        Meta(
            description="The share of the copies that may have another model, decision or guard "
            "than the prompt. Default: 0."
        ),
    ] = None

    def over(self, defaults: "Varied") -> "Varied":
        """Returns this, with what it leaves out as in the defaults."""
        return _over(self, defaults)

    @property
    def is_off(self) -> bool:
        """Whether there are no copies."""
        return not (self.typos or self.case or self.whitespace or self.punctuation)


def _over(first: _T, then: _T) -> _T:
    said = {each.name: getattr(first, each.name) for each in fields(type(first))}
    return evolve(then, **{name: value for name, value in said.items() if value is not None})


@frozen
class Defaults:
    """What tests leave out."""

    api: Annotated[ApiName, Meta(description="The API that is asked.")] = "chat"
    model: Annotated[
        str | None, Meta(description="The model that is asked for; the first alias if not given.")
    ] = None
    headers: Annotated[
        dict[HeaderName, str], Meta(description="Request headers; a test's own are added.")
    ] = field(factory=dict)
    expect: Annotated[Expected, Meta(description="What is expected; a test's own counts more.")] = (
        field(factory=Expected)
    )
    variants: Annotated[
        Varied, Meta(description="How prompts are varied; a test's own counts.")
    ] = field(factory=Varied)


@frozen
class RouteTest:
    """What is asked, and what is expected. It has one of the ways to ask."""

    name: Annotated[
        Annotated[str, Meta(min_length=1, max_length=200)] | None,
        Meta(description="What it is called in reports; its number if not given."),
    ] = None
    prompt: Annotated[str | None, Meta(description="A way to ask: what a user says.")] = None
    prompts: Annotated[
        tuple[str, ...] | None, Meta(description="A way to ask: one thing after the other.")
    ] = None
    messages: Annotated[
        tuple[Said, ...] | None, Meta(description="A way to ask: a conversation.")
    ] = None
    request: Annotated[
        JsonObject | None, Meta(description="A way to ask: a whole request, as its API has it.")
    ] = None
    file: Annotated[
        str | None,
        Meta(description="A way to ask: the same as JSON in a file, found from this one."),
    ] = None
    api: Annotated[ApiName | None, Meta(description="The API that is asked.")] = None
    model: Annotated[str | None, Meta(description="The model that is asked for.")] = None
    headers: Annotated[dict[HeaderName, str], Meta(description="Request headers.")] = field(
        factory=dict
    )
    expect: Annotated[Expected, Meta(description="What is to become of each request.")] = field(
        factory=Expected
    )
    variants: Annotated[Varied, Meta(description="How its prompts are varied.")] = field(
        factory=Varied
    )


@frozen
class RouteTests:
    """Routing tests."""

    tests: Annotated[tuple[RouteTest, ...], Meta(description="The tests.")]
    version: Annotated[Literal[1], Meta(description="The version of this format.")] = 1
    config: Annotated[
        str | None,
        Meta(
            description="The configuration that is tested, found from this file; the shipped one "
            "if not given. `--config` counts more."
        ),
    ] = None
    seed: Annotated[int, Meta(description="What slips of the finger are drawn from.")] = 0
    defaults: Annotated[Defaults, Meta(description="What tests leave out.")] = field(
        factory=Defaults
    )
