"""What the checks said, for machines."""

from typing import Any

from semroute.domain.guards import Check
from semroute.domain.judgement import Judgement
from semroute.domain.screening import Screening


def guards_as_json(judgement: Judgement, screening: Screening | None) -> list[dict[str, Any]]:
    """Returns what every check said."""
    return [
        {
            "check": each.check.value,
            "mode": each.mode.value,
            "consequence": each.consequence.value,
            "done": each.is_carried_out,
            "found": each.what or None,
            "fault": each.fault.value if each.fault else None,
            "probability": _probability(each.check, screening),
            "rung": each.rung.value if each.rung else None,
            "view": each.view,
            "data": _data(screening) if each.check is Check.PII else [],
        }
        for each in judgement.sentences
    ]


def _probability(check: Check, screening: Screening | None) -> float | None:
    """The probability of the most probable attack of a check's kind; None if it has none."""
    for threat in screening.threats if screening is not None else ():
        if threat.kind.value == check.value:
            return round(threat.probability, 4)
    return None


def _data(screening: Screening | None) -> list[dict[str, str]]:
    """Every kind of personal data that was found, in each reading of a text that showed it."""
    found = {(each.span.kind.value, each.view) for each in screening.data} if screening else set()
    return [{"kind": kind, "view": view} for kind, view in sorted(found)]
