"""Results for machines."""

from typing import Any

from .file import NONE
from .result import Judged, Report, Result


def as_json(report: Report) -> dict[str, Any]:
    """Returns a report as JSON has it. Prompts are in it only if they may be shown."""
    ratio = report.flip_ratio
    return {
        "file": report.file,
        "config": report.config,
        "digest": report.digest,
        "seed": report.seed,
        "ok": report.is_passed,
        "tests": len(report.results),
        "passed": report.passed,
        "failed": report.failed,
        "not_tried": report.unjudged,
        "variants": report.copies,
        "flips": report.flips,
        "flip_ratio": None if ratio is None else round(ratio, 4),
        "seconds": round(report.seconds, 3),
        "results": [_result(each, shows=report.shows_prompts) for each in report.results],
    }


def _result(result: Result, *, shows: bool) -> dict[str, Any]:
    told: dict[str, Any] = {"name": result.case.name, "ok": result.is_passed}
    if shows:
        told["prompt"] = result.case.prompt
    if not isinstance(result, Judged):
        return told | {"outcome": None}
    seen = result.seen
    return told | {
        "outcome": seen.outcome.value,
        "why_not": seen.why_not or None,
        "model": seen.model,
        "endpoint": seen.endpoint,
        "decision": seen.decision or NONE,
        "category": seen.category or NONE,
        "confidence": round(seen.confidence, 4),
        "reason": seen.reason,
        "guard": seen.guard,
        "tools": list(seen.tools),
        "cached": seen.is_cached,
        "differences": [
            {"what": each.what, "expected": each.expected, "got": each.got}
            for each in result.differences
        ],
        "would_change": seen.nearest or None,
        "variants": len(result.case.copies),
        "max_flips": result.case.max_flips,
        "flips": [{"variant": each.copy, "to": each.to} for each in result.flips],
        "milliseconds": round(result.seconds * 1000, 3),
    }
