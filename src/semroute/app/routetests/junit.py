"""Results as JUnit XML, which every CI system reads."""

import re
from collections.abc import Iterator
from typing import Final, assert_never
from xml.etree import ElementTree as ET

from semroute import __version__

from .result import Judged, Report, Result, Unjudged

# XML 1.0 has no way to write these, not even escaped. They are in prompts, and prompts in names.
_UNWRITABLE: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"


def junit(report: Report) -> bytes:
    """Returns a report as JUnit XML: one suite, and a test case for each request.

    The elements, their order and their attributes are those that Ant's schema asks for, which is
    the strictest there is; others allow what it does.
    """
    suites = ET.Element("testsuites")
    suite = ET.SubElement(
        suites,
        "testsuite",
        {
            "id": "0",
            "package": "semroute",
            "name": _writable(report.file),
            "timestamp": report.started.strftime("%Y-%m-%dT%H:%M:%S"),
            "hostname": "localhost",
            "tests": str(len(report.results)),
            "failures": str(report.failed),
            "errors": str(report.unjudged),
            "time": f"{report.seconds:.3f}",
        },
    )
    properties = ET.SubElement(suite, "properties")
    for name, value in _properties(report):
        ET.SubElement(properties, "property", {"name": name, "value": _writable(value)})
    for result in report.results:
        _add(suite, result, report)
    ET.SubElement(suite, "system-out")
    ET.SubElement(suite, "system-err")
    ET.indent(suites)
    written: bytes = ET.tostring(suites, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _properties(report: Report) -> Iterator[tuple[str, str]]:
    yield "semroute", __version__
    yield "config", report.config
    yield "digest", report.digest
    yield "seed", str(report.seed)
    yield "variants", str(report.copies)
    if report.flip_ratio is not None:
        yield "flip_ratio", f"{report.flip_ratio:.4f}"


def _add(suite: ET.Element, result: Result, report: Report) -> None:
    attributes = {"name": _writable(result.case.name), "classname": _writable(report.file)}
    match result:
        case Judged():
            time = f"{result.seconds:.3f}"
            case = ET.SubElement(suite, "testcase", attributes | {"time": time})
            if not result.is_passed:
                _add_failure(case, result, report)
        case Unjudged():
            case = ET.SubElement(suite, "testcase", attributes | {"time": "0.000"})
            ET.SubElement(case, "error", {"type": "time", "message": "there was no time for it"})
        case _ as never:
            assert_never(never)


def _add_failure(case: ET.Element, result: Judged, report: Report) -> None:
    kind = "expectation" if result.differences else "variants"
    first = _writable(result.complaints[0])
    failure = ET.SubElement(case, "failure", {"type": kind, "message": first})
    lines = [*result.complaints, *result.remarks]
    if report.shows_prompts:
        lines.append(f"prompt: {result.case.prompt}")
    failure.text = _writable("\n".join(lines))


def _writable(text: str) -> str:
    return _UNWRITABLE.sub(_REPLACEMENT, text)
