"""What only adapters know to be wrong with a configuration."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from semroute.adapters.lexical.signals import (
    keyword_problem,
    known_languages,
    pattern_problem,
)
from semroute.adapters.settings import SettingsError, load_toolbox
from semroute.app.mistakes import Mistake
from semroute.app.settings import Settings
from semroute.app.signals import KeywordSignalSettings, SignalSettings
from semroute.domain.suggestions import did_you_mean

_WORDS: Final = ("any", "all", "none")


def unusable_in(settings: Settings) -> Iterator[Mistake]:
    """Finds patterns, keywords, languages and files of tools that cannot be used."""
    for name, signal in settings.signals.items():
        for path, message in _unreadable(signal):
            yield ("signals", name, *path), message
    for name, decision in settings.decisions.items():
        if decision.tools is not None and decision.tools.database is not None:
            path = ("decisions", name, "tools", "database")
            try:
                load_toolbox(Path(decision.tools.database))
            except (OSError, SettingsError) as error:
                yield path, f"it cannot be used: {error}"


def _unreadable(signal: SignalSettings) -> Iterator[Mistake]:
    if signal.regex is not None:
        problem = pattern_problem(signal.regex.pattern)
        if problem is not None:
            yield ("regex", "pattern"), problem
    if signal.keywords is not None:
        for path, message in _unfindable(signal.keywords):
            yield ("keywords", *path), message
    for index, code in enumerate(() if signal.language is None else signal.language.any):
        if code not in known_languages():
            near = did_you_mean(code, known_languages())
            yield ("language", "any", index), f"nobody here can tell the language {code!r}{near}"


def _unfindable(keywords: KeywordSignalSettings) -> Iterator[Mistake]:
    for word in _WORDS:
        for index, keyword in enumerate(getattr(keywords, word)):
            problem = keyword_problem(keyword)
            if problem is not None:
                yield (word, index), problem
