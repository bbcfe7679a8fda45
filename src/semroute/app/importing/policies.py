"""Their checks for attacks and personal data as guards of ours."""

from collections.abc import Iterable
from typing import Final

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
        draft.document.put(("guards", "jailbreak"), attack_guard(node))
        node.carried("guards.jailbreak")
    for classifier in existing(root, CLASSIFIER):
        model = classifier.get("pii_model")
        threshold = _probability(model) if model is not None else None
        if threshold is not None and model is not None:
            thresholds: Plain = dict.fromkeys(PII_KINDS.values(), threshold)
            draft.document.put(("guards", "pii", "thresholds"), thresholds)
            model.approximated(
                "guards.pii.thresholds: other models, so the same number means something else"
            )


def attack_guard(node: Source) -> dict[str, Plain]:
    """Returns the guard that a mapping with `enabled` and `threshold` asks for."""
    guard: dict[str, Plain] = {"mode": "off" if node.flag("enabled") is False else "enforce"}
    threshold = _probability(node)
    return guard if threshold is None else guard | {"threshold": threshold}


def pii_guard(node: Source, allowed: Iterable[str]) -> dict[str, Plain]:
    """Returns the guard that refuses what a policy does not allow."""
    denied = denied_kinds(allowed)
    actions: dict[str, Plain] = {
        kind: "block" if kind in denied else "allow" for kind in PII_KINDS.values()
    }
    guard: dict[str, Plain] = {"mode": "enforce", "actions": actions}
    threshold = _probability(node)
    if threshold is not None:
        guard["thresholds"] = dict.fromkeys(denied, threshold)
    return guard


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


def _probability(node: Source) -> float | None:
    """Returns a threshold that a guard can have; 0 is what theirs says for nothing in particular."""
    said = node.get("threshold")
    number = node.number("threshold")
    if said is None or number is None:
        return None
    if not 0 <= number <= 1:
        said.misread("it must be a number from 0 to 1")
        return None
    return number or None
