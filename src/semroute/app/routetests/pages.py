"""Results as Markdown, for a comment on a change."""

import re
from collections.abc import Iterator
from typing import Final

from .result import Judged, Report, Result

_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]<>|#~!])")
_MENTION: Final = re.compile(r"@(?=\w)")


def markdown(report: Report) -> str:
    """Returns a report as Markdown: what is wrong first, then a table of everything.

    Names are the author's words, and stand for nothing but themselves.
    """
    mark = "passed" if report.is_passed else "**failed**"
    lines = [f"## Routing tests: {mark}", "", f"{_plain(report.summary)}.", ""]
    lines += [f"Configuration `{report.config}`, seed {report.seed}.", ""]
    wrong = [each for each in report.judged if not each.is_passed]
    if wrong:
        lines += ["### What is wrong", ""]
        for result in wrong:
            lines += _told(result, shows_prompts=report.shows_prompts)
        lines.append("")
    lines += ["| test | went to | reason | variants elsewhere | |", "|---|---|---|---:|---|"]
    lines += map(_row, report.results)
    return "\n".join(lines) + "\n"


def _told(result: Judged, *, shows_prompts: bool) -> Iterator[str]:
    yield f"* {_plain(result.case.name)}"
    for line in (*result.complaints, *result.remarks):
        yield f"  * {_plain(line)}"
    if shows_prompts:
        yield f"  * prompt: {_plain(result.case.prompt)}"


def _row(result: Result) -> str:
    where, reason, flips = cells_of(result)
    cells = (result.case.name, where, reason, flips, word_of(result))
    return f"| {' | '.join(map(_plain, cells))} |"


def cells_of(result: Result) -> tuple[str, str, str]:
    """Returns where a request went, why, and how many of its copies went elsewhere."""
    if not isinstance(result, Judged):
        return "", "", ""
    copies = len(result.case.copies)
    flips = f"{len(result.flips)} of {copies}" if copies else ""
    return result.seen.where, result.seen.reason or "", flips


def word_of(result: Result) -> str:
    """Returns what came of a case, in a word."""
    if not isinstance(result, Judged):
        return "not tried"
    return "ok" if result.is_passed else "FAILED"


def _plain(text: str) -> str:
    """Returns text that Markdown shows as it is, on one line, and that calls nobody."""
    return _MENTION.sub("@\N{ZERO WIDTH SPACE}", _SPECIAL.sub(r"\\\1", " ".join(text.split())))
