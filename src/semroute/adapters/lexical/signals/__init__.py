"""What letters tell of the signals that operators ask for: words, patterns, the language."""

from .keywords import keyword_problem, keyword_sensor
from .languages import known_languages, language_sensor
from .patterns import pattern_problem, pattern_sensor

__all__ = [
    "keyword_problem",
    "keyword_sensor",
    "known_languages",
    "language_sensor",
    "pattern_problem",
    "pattern_sensor",
]
