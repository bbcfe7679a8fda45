"""How good the router's judgement is, measured on data whose right answers are known."""

from .cache import CacheReport, QuestionPair, evaluate_cache
from .cache_page import cache_as_json, cache_page
from .calibration import Calibration, Calibrator, Judged, exact_interval
from .categories import CategoryReport, LabelledPrompt, evaluate_categories
from .category_page import category_as_json, category_page
from .classifying import AT_ONCE, classify_all
from .conditions import for_attacks, for_pii
from .costs import Costs, measure_costs
from .frontier import AnswerPrice, Contest, FrontierReport, PriceSource
from .frontier_page import by_lot, frontier_as_json, frontier_page
from .guard import GuardReport, LabelledText, SetReport, evaluate_guard
from .guard_letters import DEFAULT_RISK, LettersReport, NoReader, TooFew, evaluate_letters
from .guard_letters_page import Letters, letters_patch
from .guard_page import guard_as_json, guard_page
from .heard import Heard
from .matching import LabelledSpan
from .pages import Page, Table
from .pii import Document, KindReport, PiiReport, evaluate_pii
from .pii_kinds import kind_called
from .pii_page import pii_as_json, pii_page
from .report import markdown
from .reranked_tools import RerankedTools
from .robustness import RobustnessReport, Trial, evaluate_robustness, sampled
from .tool_baselines import PlainToolRanker, WordToolRanker
from .tools import ToolQuestion, ToolsReport, evaluate_tools
from .tools_page import tools_as_json, tools_page
from .tried import Outcome, TriedScreen, UnscreenedError

__all__ = [
    "AT_ONCE",
    "DEFAULT_RISK",
    "AnswerPrice",
    "CacheReport",
    "Calibration",
    "Calibrator",
    "CategoryReport",
    "Contest",
    "Costs",
    "Document",
    "FrontierReport",
    "GuardReport",
    "Heard",
    "Judged",
    "KindReport",
    "LabelledPrompt",
    "LabelledSpan",
    "LabelledText",
    "Letters",
    "LettersReport",
    "NoReader",
    "Outcome",
    "Page",
    "PiiReport",
    "PlainToolRanker",
    "PriceSource",
    "QuestionPair",
    "RerankedTools",
    "RobustnessReport",
    "SetReport",
    "Table",
    "TooFew",
    "ToolQuestion",
    "ToolsReport",
    "Trial",
    "TriedScreen",
    "UnscreenedError",
    "WordToolRanker",
    "by_lot",
    "cache_as_json",
    "cache_page",
    "category_as_json",
    "category_page",
    "classify_all",
    "evaluate_cache",
    "evaluate_categories",
    "evaluate_guard",
    "evaluate_letters",
    "evaluate_pii",
    "evaluate_robustness",
    "evaluate_tools",
    "exact_interval",
    "for_attacks",
    "for_pii",
    "frontier_as_json",
    "frontier_page",
    "guard_as_json",
    "guard_page",
    "kind_called",
    "letters_patch",
    "markdown",
    "measure_costs",
    "pii_as_json",
    "pii_page",
    "sampled",
    "tools_as_json",
    "tools_page",
]
