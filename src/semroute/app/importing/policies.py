"""Their checks for attacks and personal data as guards of ours."""

from collections.abc import Iterable
from typing import Final

from semroute.domain.pii import SUREST, PiiKind

from .document import Plain, Where
from .draft import Draft
from .places import CLASSIFIER, PROMPT_GUARD, existing
from .source import Source

# Their labels, which are Presidio's. Ages, dates, places, organisations, nationalities and
# postal codes are not looked for here.
PII_KINDS: Final = {
    "EMAIL_ADDRESS": "email",
    "PHONE_NUMBER": "phone",
    "CREDIT_CARD": "credit_card",
    "IBAN_CODE": "iban",
    "US_SSN": "us_ssn",
    "US_DRIVER_LICENSE": "driver_license",
    "IP_ADDRESS": "ip_address",
    "DOMAIN_NAME": "domain",
    "PERSON": "person",
    "STREET_ADDRESS": "address",
}
_ALL_BUT_CERTAIN: Final = 0.9999  # no attack is certain here
NOT_SOUGHT: Final = (
    "ages, dates, places, organisations, nationalities and postal codes are not looked for here"
)


def denied_kinds(allowed: Iterable[str]) -> list[str]:
    """Returns the kinds of personal data that are not among some labels of theirs."""
    free = {label.removeprefix("B-").removeprefix("I-").upper() for label in allowed}
    return [kind for label, kind in PII_KINDS.items() if label not in free]


def carry_guards(root: Source, draft: Draft) -> None:
    """Carries the checks that hold for every request."""
    for node in existing(root, PROMPT_GUARD):
        # What is not switched on in a flat file is off; v0.3 has defaults of its own.
        is_flat = node.path == PROMPT_GUARD[0]
        guard = attack_guard(node, unsaid="off" if is_flat else None)
        if guard:
            draft.document.put(("guards", "jailbreak"), guard)
            node.carried("guards.jailbreak")
    models = (each.get(key) for each in existing(root, CLASSIFIER) for key in ("pii_model", "pii"))
    for model in models:
        threshold = model.probability("threshold") if model is not None else None
        if threshold and model is not None:
            thresholds = thresholds_of(PII_KINDS.values(), threshold)
            draft.document.put(("guards", "pii", "thresholds"), thresholds)
            model.approximated(
                "guards.pii.thresholds: other models, so the same number means something else"
            )


def attack_guard(node: Source, unsaid: str | None) -> dict[str, Plain]:
    """Returns the guard that a mapping with `enabled` and `threshold` asks for.

    Args:
        node: The mapping.
        unsaid: The mode if it does not say whether it is enabled.
    """
    is_on = node.flag("enabled")
    mode = unsaid if is_on is None else "enforce" if is_on else "off"
    guard: dict[str, Plain] = {} if mode is None else {"mode": mode}
    threshold = attack_threshold(node)
    return guard if threshold is None else guard | {"threshold": threshold}


def attack_threshold(node: Source) -> float | None:
    """Returns how probable an attack must be, as high as that can be; None if nothing is said."""
    threshold = node.probability("threshold")
    return min(threshold, _ALL_BUT_CERTAIN) if threshold else None  # 0 says nothing there


def pii_guard(node: Source, allowed: Iterable[str]) -> dict[str, Plain]:
    """Returns the guard that refuses what a policy does not allow."""
    denied = denied_kinds(allowed)
    actions: dict[str, Plain] = {
        kind: "block" if kind in denied else "allow" for kind in PII_KINDS.values()
    }
    guard: dict[str, Plain] = {"mode": "enforce", "actions": actions}
    threshold = node.probability("threshold")
    if threshold:
        guard["thresholds"] = {**thresholds_of(denied, threshold)}
    return guard


def thresholds_of(kinds: Iterable[str], threshold: float) -> dict[str, float]:
    """Returns a threshold for each kind, as high as our patterns reach at most."""
    return {kind: min(threshold, SUREST.get(PiiKind(kind), 1.0)) for kind in kinds}


def pii_policy(node: Source, where: Where, draft: Draft) -> None:
    """Carries which personal data a model may see."""
    policy = node.get("pii_policy")
    if policy is None:
        return
    is_free = policy.flag("allow_by_default")
    allowed = policy.texts("pii_types_allowed")
    if is_free is False:
        draft.document.put((*where, "pii"), pii_guard(policy, allowed))
        policy.approximated(
            f"{'.'.join(where)}.pii: what is not allowed is blocked, where another model was "
            f"looked for; {NOT_SOUGHT}"
        )
    else:
        draft.document.put((*where, "pii"), {"mode": "off"})
        policy.carried(f"{'.'.join(where)}.pii")
