"""Texts in which what must be found stands between marks: `mail ⟦me@example.com⟧ now`."""

from semroute.adapters.lexical.pii import PatternFinder
from semroute.domain.pii import PiiKind

FINDER = PatternFinder()


def unmarked(text: str) -> str:
    return text.replace("⟦", "").replace("⟧", "")


def marked(text: str, kind: PiiKind, finder: PatternFinder = FINDER) -> str:
    """Returns the text with marks around every finding of the kind."""
    pieces = []
    end = 0
    for span in finder.find(text):
        if span.kind is kind:
            pieces += [text[end : span.start], "⟦", text[span.start : span.end], "⟧"]
            end = span.end
    return "".join(pieces) + text[end:]
