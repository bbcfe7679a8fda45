"""How good the router's judgement is, measured on data whose right answers are known."""

from .cache import CacheReport, QuestionPair, evaluate_cache
from .cache_page import cache_as_json, cache_page
from .categories import CategoryReport, LabelledPrompt, evaluate_categories
from .conditions import for_attacks, for_pii
from .costs import Costs, measure_costs
from .guard import GuardReport, LabelledText, SetReport, evaluate_guard
from .guard_page import guard_as_json, guard_page
from .matching import LabelledSpan
from .pages import Page, Table
from .pii import Document, KindReport, PiiReport, evaluate_pii
from .pii_kinds import kind_called
from .pii_page import pii_as_json, pii_page
from .report import markdown
from .robustness import RobustnessReport, Trial, evaluate_robustness, sampled
from .tried import Outcome, TriedScreen, UnscreenedError

__all__ = [
    "CacheReport",
    "CategoryReport",
    "Costs",
    "Document",
    "GuardReport",
    "KindReport",
    "LabelledPrompt",
    "LabelledSpan",
    "LabelledText",
    "Outcome",
    "Page",
    "PiiReport",
    "QuestionPair",
    "RobustnessReport",
    "SetReport",
    "Table",
    "Trial",
    "TriedScreen",
    "UnscreenedError",
    "cache_as_json",
    "cache_page",
    "evaluate_cache",
    "evaluate_categories",
    "evaluate_guard",
    "evaluate_pii",
    "evaluate_robustness",
    "for_attacks",
    "for_pii",
    "guard_as_json",
    "guard_page",
    "kind_called",
    "markdown",
    "measure_costs",
    "pii_as_json",
    "pii_page",
    "sampled",
]
