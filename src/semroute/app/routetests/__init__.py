"""Routing tests as code: a file says where prompts go, and the router is asked."""

from .asked import Read
from .case import REQUEST_ID, Case, cases_of
from .file import RouteTests
from .junit import junit
from .mistakes import mistakes_in
from .pages import markdown
from .result import Judged, Report, Result, Unjudged
from .trial import AT_ONCE, Trial
from .written import as_json

__all__ = [
    "AT_ONCE",
    "REQUEST_ID",
    "Case",
    "Judged",
    "Read",
    "Report",
    "Result",
    "RouteTests",
    "Trial",
    "Unjudged",
    "as_json",
    "cases_of",
    "junit",
    "markdown",
    "mistakes_in",
]
