"""A decision, told: what was weighed, and what would have tipped it."""

from typing import Any, Final, assert_never

from attrs import frozen

from semroute.domain.classification import Classification, Rung
from semroute.domain.guards import Check
from semroute.domain.judgement import Consequence, Judgement, Sentence
from semroute.domain.policy import Policy
from semroute.domain.reasons import Reason
from semroute.domain.routing import RoutingDecision
from semroute.domain.ruling import Ruling
from semroute.domain.screening import Screening
from semroute.domain.verdict import Routed

from .fast import NO_FAST_TIER, FastPlan

_CERTAIN: Final = 0.9995  # no threshold that anybody sets lies above


@frozen
class Flip:
    """A change that would send the prompt elsewhere.

    Args:
        model: Where to.
        condition: What would have to be different.
    """

    model: str
    condition: str


@frozen
class Explanation:
    """Why a request goes where it goes.

    Args:
        decision: Where it goes.
        classification: What its prompt is about; None if nobody asked or nobody could say.
        policy: The rules that decided.
        judgement: What the checks said.
        screening: What they found; None if nothing was looked for.
        seconds: How long the decision took.
        fast: What the fast tier was to do.
    """

    decision: RoutingDecision
    classification: Classification | None
    policy: Policy
    judgement: Judgement
    screening: Screening | None
    seconds: float
    fast: FastPlan = NO_FAST_TIER

    @classmethod
    def of(
        cls, ruling: Ruling, policy: Policy, fast: FastPlan = NO_FAST_TIER
    ) -> "Explanation | None":
        """Returns the explanation of a ruling, or None if it routed nothing."""
        if not isinstance(ruling.verdict, Routed):
            return None
        found = ruling.classification
        known = found if isinstance(found, Classification) else None
        return cls(
            ruling.verdict.decision,
            known,
            policy,
            ruling.verdict.judgement,
            ruling.screening,
            ruling.timings.total,
            fast,
        )

    @property
    def why(self) -> str:
        """The reason in a few words."""
        return why(self.decision.reason, self.decision.confidence, self.policy.min_confidence)

    @property
    def rung(self) -> str:
        """Who said what the prompt is about, in a few words."""
        if self.classification is None:
            return "nobody"
        match self.classification.rung:
            case Rung.FAST:
                return "fast tier: its tokens leave no doubt"
            case Rung.FAST_FALLBACK:
                fault = self.classification.fault
                missing = fault.value.replace("_", " ") if fault else "no answer"
                return f"fast tier, in the encoder's place: {missing}"
            case Rung.ENCODER:
                return "encoder"
            case _ as never:
                assert_never(never)

    @property
    def shares(self) -> dict[str, float]:
        """The share of the model's traffic that each of its endpoints gets."""
        places = self.policy.models[self.decision.model].endpoints
        total = sum(place.weight for place in places)
        return {place.endpoint: place.weight / total for place in places}

    @property
    def flips(self) -> tuple[Flip, ...]:
        """What would have changed the decision, nearest first."""
        decision, default = self.decision, self.policy.default_model
        flips: list[Flip] = []
        if self.classification is None:
            return ()
        best = self.classification.best
        if decision.reason is Reason.CLASSIFIER:
            if decision.model != default and best.probability < _CERTAIN:
                flips.append(
                    Flip(default, f"routing.min_confidence were above {best.probability:.3f}")
                )
            leader = decision.candidates[0]
            for rival in decision.candidates[1:2]:
                condition = f"its score for {decision.category} were above {leader.score:g}"
                flips.append(Flip(rival.model, condition))
        if decision.reason is Reason.ABSTAIN:
            category = self.policy.categories.get(best.category)
            if category and category.ranking and category.ranking[0].model != default:
                condition = f"routing.min_confidence were at most {best.probability:.3f}"
                flips.append(Flip(category.ranking[0].model, condition))
        return tuple(flips)

    def as_json(self) -> dict[str, Any]:
        """Returns it for machines."""
        decision, classification = self.decision, self.classification
        runner_up = classification.runner_up if classification else None
        fault = classification.fault if classification else None
        return {
            "model": decision.model,
            "endpoint": decision.endpoint,
            "endpoints": {name: round(share, 4) for name, share in self.shares.items()},
            "reason": decision.reason.value,
            "why": self.why,
            "category": decision.category,
            "confidence": round(decision.confidence, 4),
            "min_confidence": self.policy.min_confidence,
            "default_model": self.policy.default_model,
            "scores": {
                score.category: round(score.probability, 4)
                for score in (classification.scores if classification else ())
            },
            "runner_up": runner_up.category if runner_up else None,
            "margin": round(classification.margin, 4) if classification else None,
            "coverage": round(classification.coverage, 4) if classification else None,
            "rung": classification.rung.value if classification else None,
            "classifier_fault": fault.value if fault else None,
            "fast": dict(self.fast.as_json()),
            "strangeness": _rounded(classification.strangeness if classification else None),
            "complexity": _rounded(classification.complexity if classification else None),
            "guards": guards_as_json(self.judgement, self.screening),
            "candidates": {each.model: each.score for each in decision.candidates},
            "would_change": [{"to": flip.model, "if": flip.condition} for flip in self.flips],
            "milliseconds": round(self.seconds * 1000, 3),
        }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def guards_as_json(judgement: Judgement, screening: Screening | None) -> list[dict[str, Any]]:
    """Returns what every check said, for machines."""
    return [
        {
            "check": each.check.value,
            "mode": each.mode.value,
            "consequence": each.consequence.value,
            "done": each.is_carried_out,
            "found": each.what or None,
            "fault": each.fault.value if each.fault else None,
            "probability": _probability(each.check, screening),
        }
        for each in judgement.sentences
    ]


def guards_in_words(judgement: Judgement, screening: Screening | None) -> tuple[str, ...]:
    """Returns what the checks said: a line for each that found something, and one for the rest."""
    quiet = [each for each in judgement.sentences if each.consequence is Consequence.ALLOW]
    found = [each for each in judgement.sentences if each.consequence is not Consequence.ALLOW]
    lines = [f"{_in_words(each, screening)} → {_outcome(each)}" for each in found]
    if quiet:
        lines.append(" │ ".join(f"{_in_words(each, screening)} ok" for each in quiet))
    return tuple(lines)


def _in_words(sentence: Sentence, screening: Screening | None) -> str:
    probability = _probability(sentence.check, screening)
    words = [sentence.check.value]
    if probability is not None:
        words.append(f"{probability:.2f}")
    if sentence.fault is not None:
        words.append(f"unchecked: {sentence.fault.value}")
    return " ".join(words)


def _outcome(sentence: Sentence) -> str:
    done = sentence.consequence.value
    return f"{done if sentence.is_carried_out else f'would {done}'} ({sentence.what})"


def _probability(check: Check, screening: Screening | None) -> float | None:
    """The probability of the most probable attack of a check's kind; None if it has none."""
    for threat in screening.threats if screening is not None else ():
        if threat.kind.value == check.value:
            return round(threat.probability, 4)
    return None


def why(reason: Reason, confidence: float, min_confidence: float) -> str:
    """Returns a reason in a few words, short enough for a table."""
    match reason:
        case Reason.CLASSIFIER:
            return f"{confidence:.2f} ≥ {min_confidence:.2f}: its best model"
        case Reason.ABSTAIN:
            return f"{confidence:.2f} < {min_confidence:.2f}: default model"
        case Reason.EXPLICIT_MODEL:
            return "the client named it"
        case _:
            return f"{reason.value.replace('_', ' ')}: default model"
