"""Why a request went to its model."""

from typing import Any

from attrs import frozen

from semroute.app.fast import NO_FAST_TIER, FastPlan
from semroute.domain.classification import Classification
from semroute.domain.policy import Policy
from semroute.domain.routing import RoutingDecision
from semroute.domain.ruling import Ruling
from semroute.domain.verdict import Routed

from .candidates import weighed_as_json
from .conditions import decisions_as_json
from .evidence import Evidence
from .flips import Flip, flips_of
from .guards import guards_as_json
from .signals import signals_as_json
from .stages import (
    asked_as_json,
    cache_as_json,
    conversation_as_json,
    edits_as_json,
    shares_of,
)
from .words import rung_in_words, why


@frozen
class Explanation:
    """Why a request goes where it goes.

    Args:
        routed: Where it goes, and what the checks say of it.
        evidence: What is known of the decision.
        policy: The rules that decided.
        fast: What the fast tier was to do.
    """

    routed: Routed
    evidence: Evidence
    policy: Policy
    fast: FastPlan = NO_FAST_TIER

    @classmethod
    def of(
        cls, ruling: Ruling, policy: Policy, fast: FastPlan = NO_FAST_TIER
    ) -> "Explanation | None":
        """Returns the explanation of a ruling, or None if it routed nothing."""
        evidence = Evidence.of(ruling)
        if evidence is None or not isinstance(evidence.verdict, Routed):
            return None
        return cls(evidence.verdict, evidence, policy, fast)

    @property
    def decision(self) -> RoutingDecision:
        """Where it goes."""
        return self.routed.decision

    @property
    def classification(self) -> Classification | None:
        """What its prompt is about; None if nobody asked or nobody could say."""
        return self.evidence.classification

    @property
    def why(self) -> str:
        """The reason in a few words."""
        return why(self.decision.reason, self.decision.confidence, self.policy.min_confidence)

    @property
    def rung(self) -> str:
        """Who said what the prompt is about, in a few words."""
        return rung_in_words(self.classification)

    @property
    def flips(self) -> tuple[Flip, ...]:
        """What would have changed the decision, nearest first."""
        grounds = self.evidence.grounds
        return () if grounds is None else flips_of(grounds, self.policy, self.decision)

    def as_json(self) -> dict[str, Any]:
        """Returns it for machines. There is no word of the request in it."""
        decision, evidence, policy = self.decision, self.evidence, self.policy
        grounds = evidence.grounds
        return {
            "id": evidence.id,
            "api": evidence.service,
            "model": decision.model,
            "endpoint": decision.endpoint,
            "endpoints": {
                name: round(share, 4)
                for name, share in shares_of(decision, grounds, policy).items()
            },
            "unhealthy": [] if grounds is None else sorted(grounds.findings.unhealthy),
            "reason": decision.reason.value,
            "why": self.why,
            "asked": asked_as_json(evidence, policy, decision.quality),
            "conversation": conversation_as_json(grounds, decision, policy),
            "decision": decision.decision,
            "undecided": list(decision.undecided),
            "signals": signals_as_json(policy, evidence.signals),
            "decisions": decisions_as_json(policy, evidence.signals, decision.decision),
            **self._category(),
            "guards": guards_as_json(self.routed.judgement, evidence.screening),
            "candidates": {each.model: each.score for each in decision.candidates},
            "weighed": weighed_as_json(decision, grounds.needs if grounds else None, policy),
            "tokens": None if grounds is None else grounds.needs.tokens,
            "edits": edits_as_json(evidence, decision, policy),
            "cache": cache_as_json(evidence, decision, self.routed.judgement, policy),
            "would_change": [flip.as_json() for flip in self.flips],
            "milliseconds": round(evidence.seconds * 1000, 3),
        }

    def _category(self) -> dict[str, Any]:
        classification = self.classification
        runner_up = classification.runner_up if classification else None
        fault = classification.fault if classification else None
        return {
            "category": self.decision.category,
            "confidence": round(self.decision.confidence, 4),
            "min_confidence": self.policy.min_confidence,
            "down_confidence": self.policy.down_confidence,
            "default_model": self.policy.default_model,
            "abstain_to": self.policy.abstention,
            "scores": {
                score.category: round(score.probability, 4)
                for score in (classification.scores if classification else ())
            },
            "runner_up": runner_up.category if runner_up else None,
            "margin": round(classification.margin, 4) if classification else None,
            "coverage": round(classification.coverage, 4) if classification else None,
            "rung": classification.rung.value if classification else None,
            "rung_in_words": self.rung,
            "classifier_fault": fault.value if fault else None,
            "fast": dict(self.fast.as_json()),
            "strangeness": _rounded(classification.strangeness if classification else None),
            "complexity": _rounded(classification.complexity if classification else None),
        }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
