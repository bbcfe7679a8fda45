"""The operator's decisions and what became of their conditions, for machines."""

from collections.abc import Mapping
from typing import Any, assert_never

from semroute.domain.decisions import Verified, verified
from semroute.domain.policy import Policy
from semroute.domain.signals.conditions import Evaluated, Every, Not, Shows, Some
from semroute.domain.signals.result import SignalResult


def decisions_as_json(
    policy: Policy, results: Mapping[str, SignalResult], chosen: str | None
) -> list[dict[str, Any]]:
    """Returns every decision in the order in which they are asked, the chosen one marked."""
    return [_told(each, chosen) for each in verified(policy.decisions, results)]


def _told(each: Verified, chosen: str | None) -> dict[str, Any]:
    decision = each.decision
    return {
        "name": decision.name,
        "priority": decision.priority,
        "match": each.match.value,
        "chosen": decision.name == chosen,
        "when": condition_as_json(each.evaluated),
    }


def condition_as_json(evaluated: Evaluated) -> dict[str, Any]:
    """Returns a condition, and all its parts, each with whether it holds."""
    told: dict[str, Any] = {"match": evaluated.match.value}
    match evaluated.condition:
        case Shows(signal):
            told["signal"] = signal
        case Every():
            told["all"] = [condition_as_json(part) for part in evaluated.parts]
        case Some():
            told["any"] = [condition_as_json(part) for part in evaluated.parts]
        case Not():
            told["not"] = condition_as_json(evaluated.parts[0])
        case _ as never:
            assert_never(never)
    return told
