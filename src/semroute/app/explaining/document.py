"""A decision as a document, whatever was decided."""

from typing import Any, assert_never

from semroute.app.fast import NO_FAST_TIER, FastPlan
from semroute.domain.judgement import Judgement
from semroute.domain.policy import Policy
from semroute.domain.verdict import Blocked, PassedThrough, Refused, Routed

from .conditions import decisions_as_json
from .evidence import Evidence, Served
from .explanation import Explanation
from .guards import guards_as_json
from .signals import signals_as_json


def document_of(
    evidence: Evidence, policy: Policy, fast: FastPlan = NO_FAST_TIER
) -> dict[str, Any]:
    """Returns the explanation of a decision for machines, and for whoever prints it.

    What is not routed has `blocked`, `refused`, `served` or `passed` in place of a `model`'s
    explanation. There is no word of the request in it.
    """
    match evidence.verdict:
        case Routed() as routed:
            return Explanation(routed, evidence, policy, fast).as_json()
        case Blocked(sentence, style, judgement):
            return {
                **_named(evidence),
                "blocked": evidence.status,
                "check": sentence.check.value,
                "found": sentence.what,
                "style": style.value,
                **_looked_at(evidence, policy, judgement),
            }
        case Refused(status, error):
            told = {"refused": status, "code": error.code, "message": str(error)}
            return {**_named(evidence), **told}
        case Served(model, route, judgement):
            told = {"served": evidence.cache, "model": model, "route": route}
            return {**_named(evidence), **told, **_looked_at(evidence, policy, judgement)}
        case PassedThrough(reason, judgement):
            told = {"passed": reason.value}
            return {**_named(evidence), **told, **_looked_at(evidence, policy, judgement)}
        case _ as never:
            assert_never(never)


def _named(evidence: Evidence) -> dict[str, Any]:
    return {
        "id": evidence.id,
        "api": evidence.service,
        "milliseconds": round(evidence.seconds * 1000, 3),
    }


def _looked_at(evidence: Evidence, policy: Policy, judgement: Judgement) -> dict[str, Any]:
    return {
        "guards": guards_as_json(judgement, evidence.screening),
        "signals": signals_as_json(policy, evidence.signals),
        "decisions": decisions_as_json(policy, evidence.signals, None),
    }
