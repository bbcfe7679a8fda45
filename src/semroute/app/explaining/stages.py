"""The stages of a decision before and after its candidates are weighed, for machines."""

from typing import Any, Final

from semroute.domain.caching.rules import CacheMode
from semroute.domain.grounds import Grounds
from semroute.domain.http import Service
from semroute.domain.judgement import Judgement
from semroute.domain.policy import Case, Policy
from semroute.domain.routing import RoutingDecision

from .evidence import Evidence

_DIGITS: Final = 4


def asked_as_json(evidence: Evidence, policy: Policy, quality: float | None) -> dict[str, Any]:
    """Returns what the client asks for, and how good an answer it gets."""
    grounds, knob = evidence.grounds, policy.knob
    asked = None if grounds is None else policy.asked(grounds.asked)
    is_ours = asked is not None
    wish = None if grounds is None else grounds.findings.wish
    if asked is not None and asked.wish is not None:
        wish = asked.wish
    return {
        "model": evidence.asked,
        "is_alias": is_ours,
        "wished": wish if is_ours else None,
        "quality": quality if is_ours else None,
        "default": knob.default,
        "least": knob.least,
        "most": knob.most,
    }


def conversation_as_json(
    grounds: Grounds | None, routed: RoutingDecision | None, policy: Policy
) -> dict[str, Any]:
    """Returns where the conversation is, and what a change of its model would win and pay."""
    pin = None if grounds is None else grounds.findings.pin
    continued = None if grounds is None else grounds.findings.continued
    switch = None if routed is None else routed.switch
    return {
        "pinning": policy.pinning.value,
        "at": None if pin is None else {"model": pin.place.model, "endpoint": pin.place.endpoint},
        "in_loop": pin is not None and pin.is_in_loop,
        "continues_at": None if continued is None else continued.model,
        "switch": None
        if switch is None
        else {
            "to": switch.to,
            "instead_of": switch.instead_of,
            "gain": round(switch.gain, _DIGITS),
            "cost": round(switch.cost, _DIGITS),
        },
    }


def edits_as_json(evidence: Evidence, routed: RoutingDecision, policy: Policy) -> dict[str, Any]:
    """Returns what changes in the request, by name: no text of a prompt, and no tool."""
    grounds = evidence.grounds
    is_ours = grounds is not None and policy.asked(grounds.asked) is not None
    decision = policy.decision(routed.decision)
    shaped = decision if is_ours else None
    masked = any(
        each.consequence.value == "mask" and each.is_carried_out for each in _sentences(evidence)
    )
    return {
        "model": routed.model if routed.model != evidence.asked else None,
        "reasoning": shaped.reasoning.value if shaped and shaped.reasoning else None,
        "family": policy.models[routed.model].family,
        "system_prompt": shaped.system.mode.value if shaped and shaped.system else None,
        "tools": evidence.tools or None,
        "headers": sorted(decision.headers) if decision else [],
        "masked": masked,
    }


def _sentences(evidence: Evidence) -> tuple[Any, ...]:
    judgement: Judgement | None = getattr(evidence.verdict, "judgement", None)
    return () if judgement is None else judgement.sentences


def shares_of(routed: RoutingDecision, grounds: Grounds | None, policy: Policy) -> dict[str, float]:
    """Returns the share of the model's traffic that each endpoint in order gets now."""
    unhealthy = frozenset[str]() if grounds is None else grounds.findings.unhealthy
    every = policy.models[routed.model].endpoints
    places = [each for each in every if each.endpoint not in unhealthy] or list(every)
    total = sum(place.weight for place in places)
    return {place.endpoint: place.weight / total for place in places}


def cache_as_json(
    evidence: Evidence, routed: RoutingDecision, judgement: Judgement, policy: Policy
) -> dict[str, Any]:
    """Returns whether the answer may be kept, as far as that does not turn on who asks."""
    rules = policy.cache_for(Case.of(routed))
    obstacle = None
    if rules.mode is CacheMode.OFF:
        obstacle = "off"
    elif evidence.service != Service.CHAT_COMPLETIONS.value:
        obstacle = "api"
    elif not judgement.is_clean:
        obstacle = "flagged"
    return {
        "mode": rules.mode.value,
        "scope": rules.scope.value,
        "eligible": obstacle is None,
        "obstacle": obstacle,
        "said": evidence.cache or None,
    }
