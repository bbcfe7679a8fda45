"""What can be configured of the checks, and what it means."""

from collections.abc import Iterable, Iterator
from typing import Annotated, Final, Literal

from attrs import evolve, field, frozen
from msgspec import Meta

from semroute.domain.guards import (
    MONITORED,
    AttackGuard,
    BlockStyle,
    Guards,
    Mode,
    OnError,
    PiiAction,
    PiiGuard,
)
from semroute.domain.pii import SUREST, PiiKind

ModeName = Literal["off", "monitor", "enforce"]
OnErrorName = Literal["closed", "open"]
StyleName = Literal["error", "refusal"]
ActionName = Literal["allow", "mask", "route", "block"]
KindName = Literal[
    "person", "address", "email", "phone", "credit_card", "iban", "us_ssn", "national_id",
    "passport", "driver_license", "ip_address", "mac_address", "url", "domain", "crypto_address",
    "cloud_key", "token", "private_key", "jwt", "password",
]  # fmt: skip

READ_BY_ENCODER: Final[tuple[KindName, ...]] = ("person", "address")

_Threshold = Annotated[float, Meta(gt=0, le=1)]
_Probability = Annotated[float, Meta(gt=0, lt=1)]  # no attack is certain

_NOT_IN_ANSWERS: Final = (
    "it is not looked for in answers; an encoder pass per piece would be needed"
)

_MODE = "`off`; `monitor`: what `enforce` would do is counted and shown, not done; `enforce`."
_ON_ERROR = (
    "If it is enforced and cannot be made: `closed` refuses the request with 503, `open` lets "
    "it go on, visibly."
)


@frozen
class AttackGuardSettings:
    """How texts are checked for one kind of attack. What is left out is inherited."""

    mode: Annotated[ModeName | None, Meta(description=f"{_MODE} Default: monitor.")] = None
    threshold: Annotated[
        _Probability | None,
        Meta(description="From which probability on a text is an attack. Default: 0.5."),
    ] = None
    on_error: Annotated[OnErrorName | None, Meta(description=f"{_ON_ERROR} Default: closed.")] = (
        None
    )


@frozen
class PiiGuardSettings:
    """How texts are checked for personal data and secrets. What is left out is inherited."""

    mode: Annotated[ModeName | None, Meta(description=_MODE)] = None
    actions: Annotated[
        dict[KindName, ActionName],
        Meta(
            description="What is done about each kind: `allow`; `mask`: the model sees a "
            "placeholder; `route`: only endpoints marked private see it; `block`. Default: `mask`, "
            "but `allow` for url, domain, ip_address, mac_address, person and address. The last "
            "two cost an encoder pass for every text."
        ),
    ] = field(factory=dict)
    thresholds: Annotated[
        dict[KindName, _Threshold],
        Meta(description="From which score on a finding counts. Default: 0.5."),
    ] = field(factory=dict)
    restore: Annotated[
        bool | None,
        Meta(description="Put the original words back into the model's answer. Default: true."),
    ] = None
    on_error: Annotated[OnErrorName | None, Meta(description=f"{_ON_ERROR} Default: closed.")] = (
        None
    )


@frozen
class GuardSettings:
    """What requests are checked for before a model sees them. What is left out is inherited."""

    jailbreak: Annotated[
        AttackGuardSettings, Meta(description="Users who talk a model out of its rules.")
    ] = AttackGuardSettings()
    injection: Annotated[
        AttackGuardSettings, Meta(description="Orders to the model in what tools return.")
    ] = AttackGuardSettings()
    pii: Annotated[
        PiiGuardSettings, Meta(description="Personal data and secrets. Default mode: monitor.")
    ] = field(factory=PiiGuardSettings)
    answers: Annotated[
        PiiGuardSettings,
        Meta(
            description="The same in models' answers, also while they stream. Default mode: off. "
            "`route` means nothing here, and person and address are not looked for."
        ),
    ] = field(factory=PiiGuardSettings)
    unscannable: Annotated[
        ModeName | None,
        Meta(
            description="Images, audio and files, also those of uploads, which nobody here can "
            "read, and more text than `screening.max_chars`: `enforce` blocks them. Default: "
            "monitor."
        ),
    ] = None
    style: Annotated[
        StyleName | None,
        Meta(
            description="How a client hears that it is blocked: `error`, with status 403, or "
            "`refusal`, as a model would refuse. Default: error."
        ),
    ] = None


def guards_of(*layers: GuardSettings | None) -> Guards:
    """Returns the guards that settings ask for; later layers overrule earlier ones."""
    guards = MONITORED
    for layer in layers:
        if layer is not None:
            guards = _overruled(guards, layer)
    return guards


def _overruled(guards: Guards, layer: GuardSettings) -> Guards:
    return Guards(
        jailbreak=_attack(guards.jailbreak, layer.jailbreak),
        injection=_attack(guards.injection, layer.injection),
        pii=_pii(guards.pii, layer.pii),
        answers=_pii(guards.answers, layer.answers),
        unscannable=guards.unscannable if layer.unscannable is None else Mode(layer.unscannable),
        style=guards.style if layer.style is None else BlockStyle(layer.style),
    )


def _attack(guard: AttackGuard, layer: AttackGuardSettings) -> AttackGuard:
    return AttackGuard(
        mode=guard.mode if layer.mode is None else Mode(layer.mode),
        threshold=guard.threshold if layer.threshold is None else layer.threshold,
        on_error=guard.on_error if layer.on_error is None else OnError(layer.on_error),
    )


def _pii(guard: PiiGuard, layer: PiiGuardSettings) -> PiiGuard:
    actions = {PiiKind(kind): PiiAction(action) for kind, action in layer.actions.items()}
    thresholds = {PiiKind(kind): value for kind, value in layer.thresholds.items()}
    return evolve(
        guard,
        mode=guard.mode if layer.mode is None else Mode(layer.mode),
        actions={**guard.actions, **actions},
        thresholds={**guard.thresholds, **thresholds},
        restores=guard.restores if layer.restore is None else layer.restore,
        on_error=guard.on_error if layer.on_error is None else OnError(layer.on_error),
    )


def surest_of(kinds: Iterable[KindName]) -> float:
    """Returns how sure the patterns that ship can be of the surest of some kinds, at most."""
    return max(SUREST.get(PiiKind(kind), 1.0) for kind in kinds)


def guard_mistakes(
    layer: GuardSettings, *, has_checkpoint: bool
) -> Iterator[tuple[tuple[str, ...], str]]:
    """Finds what cannot work in one layer, as (path, message) pairs.

    Args:
        layer: The layer.
        has_checkpoint: Whether a model of the operator's looks for personal data, too.
    """
    for name, guard in (("pii", layer.pii), ("answers", layer.answers)):
        for kind, threshold in guard.thresholds.items():
            surest = surest_of([kind])
            if threshold > surest and not has_checkpoint:
                message = (
                    f"nothing is surer than {surest:g}, so none would count; "
                    f"`actions: {{{kind}: allow}}` says so"
                )
                yield (name, "thresholds", kind), message
    for kind in layer.answers.thresholds:
        if kind in READ_BY_ENCODER:
            yield ("answers", "thresholds", kind), _NOT_IN_ANSWERS
    for kind, action in layer.answers.actions.items():
        path = ("answers", "actions", kind)
        if action == "route":
            yield path, "an answer cannot be routed; it can be masked or blocked"
        elif action != "allow" and kind in READ_BY_ENCODER:
            yield path, _NOT_IN_ANSWERS
