"""The names of the headers that carry a decision."""

from collections.abc import Mapping
from typing import Final, assert_never

from attrs import field, frozen

from .caching.control import CACHE_HEADER
from .caching.inquiry import Bypass, Consultation, Hit, Miss
from .judgement import Consequence, Judgement
from .reasons import Reason
from .routing import RoutingDecision

OUR_PREFIX: Final = "x-semroute-"
DECISION_ID: Final = "x-semroute-decision-id"
OVERHEAD: Final = "x-semroute-overhead-ms"
REASON: Final = "x-semroute-reason"
GUARD: Final = "x-semroute-guard"
FALLBACK: Final = "x-semroute-fallback"
QUALITY: Final = "x-semroute-quality"
TOOLS: Final = "x-semroute-tools"
_DECISION: Final = "x-semroute-decision"
_MODEL: Final = "x-semroute-model"
_CATEGORY: Final = "x-semroute-route"
_CONFIDENCE: Final = "x-semroute-confidence"
_CACHE_KIND: Final = "x-semroute-cache-kind"
_CACHE_AGE: Final = "x-semroute-cache-age"
_CACHE_SIMILARITY: Final = "x-semroute-cache-similarity"
SEALED_PATH: Final = "/semroute/unread"
METADATA_NAMESPACE: Final = "semroute"

# What endpoint pickers of the Gateway API's inference extension read and write: `ip:port`.
PICKER_HEADER: Final = "x-gateway-destination-endpoint"
# The same for those who leave that one to a picker.
ENDPOINT_HEADER: Final = "x-semroute-endpoint"


@frozen
class HeaderNames:
    """What operators may rename. The defaults are the reference document's.

    Args:
        endpoint: Carries the endpoint; Envoy's routes match on it.
        model: Carries the model's name.
        confidence: Carries the confidence, three decimals.
        endpoint_values: What stands for an endpoint, by its name; the name itself if it is not
            here.
    """

    endpoint: str = PICKER_HEADER
    model: str = "x-selected-model"
    confidence: str = "x-routing-confidence"
    endpoint_values: Mapping[str, str] = field(factory=dict)

    @property
    def owned(self) -> tuple[str, ...]:
        """Every header only we may set. Copies from clients and upstreams are forgeries."""
        return (
            self.endpoint,
            self.model,
            self.confidence,
            _MODEL,
            _CATEGORY,
            _CONFIDENCE,
            REASON,
            DECISION_ID,
            OVERHEAD,
            GUARD,
            FALLBACK,
            QUALITY,
            TOOLS,
            _DECISION,
            CACHE_HEADER,
            _CACHE_KIND,
            _CACHE_AGE,
            _CACHE_SIMILARITY,
        )

    @property
    def unspoken(self) -> tuple[str, ...]:
        """Those that clients may not even say to us: all but those that ask us for something.

        No model server sees those either.
        """
        return tuple(name for name in self.owned if name not in (CACHE_HEADER, QUALITY))

    def on_request(self, decision: RoutingDecision) -> Mapping[str, str]:
        """The headers that steer Envoy's route."""
        return {
            self.endpoint: self.endpoint_value(decision.endpoint),
            self.model: decision.model,
            self.confidence: f"{decision.confidence:.3f}",
        }

    def endpoint_value(self, endpoint: str) -> str:
        """What the endpoint header says to choose an endpoint."""
        return self.endpoint_values.get(endpoint, endpoint)

    def on_response(self, decision: RoutingDecision) -> Mapping[str, str]:
        """The headers that tell the client what was decided."""
        confidence = f"{decision.confidence:.3f}"
        return {
            self.model: decision.model,
            self.confidence: confidence,
            _MODEL: decision.model,
            _CATEGORY: decision.category or "none",
            _CONFIDENCE: confidence,
            REASON: decision.reason.value,
            **({_DECISION: decision.decision} if decision.decision else {}),
        }


def on_consultation(consultation: Consultation | None) -> Mapping[str, str]:
    """The headers that tell the client what the cache did; none if there is none."""
    match consultation:
        case None:
            return {}
        case Hit() as hit:
            return {
                _MODEL: hit.entry.model,
                _CATEGORY: hit.entry.route,
                REASON: Reason.CACHE_HIT.value,
                CACHE_HEADER: "hit",
                _CACHE_KIND: hit.kind.value,
                _CACHE_AGE: f"{hit.age_seconds:.0f}",
                _CACHE_SIMILARITY: f"{hit.similarity:.3f}",
            }
        case Miss():
            return {CACHE_HEADER: "miss"}
        case Bypass():
            return {CACHE_HEADER: "bypass"}
        case _ as never:
            assert_never(never)


def on_judgement(judgement: Judgement) -> Mapping[str, str]:
    """The headers that tell the client what the checks said; none if there were none.

    `x-semroute-guard` is `pass`, or lists what is done as `pii=mask`, and what would be done if
    it were enforced as `jailbreak=block?`. `x-semroute-fallback` lists checks that could not be
    made, as `pii:timeout`.
    """
    if not judgement.sentences:
        return {}
    found = [
        f"{each.check.value}={each.consequence.value}{'' if each.is_carried_out else '?'}"
        for each in judgement.sentences
        if each.consequence is not Consequence.ALLOW
    ]
    failed = [
        f"{each.check.value}:{each.fault.value}" for each in judgement.sentences if each.fault
    ]
    told = {GUARD: ", ".join(found) or "pass"}
    return {**told, FALLBACK: ", ".join(failed)} if failed else told
