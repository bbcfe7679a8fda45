"""What only adapters know to be wrong with a configuration."""

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

from semroute.adapters.lexical.signals import (
    keyword_problem,
    known_languages,
    pattern_problem,
)
from semroute.adapters.settings import SettingsError, load_file, load_toolbox
from semroute.app.checkpoint_labels import label_mistakes
from semroute.app.checkpoints import CheckpointSettings
from semroute.app.mistakes import Mistake
from semroute.app.settings import Settings
from semroute.app.signals import KeywordSignalSettings, SignalSettings
from semroute.domain.suggestions import did_you_mean

_WORDS: Final = ("any", "all", "none")
_MOST_FILES: Final = 1000  # of a directory, to look for what was meant


def unusable_in(settings: Settings) -> Iterator[Mistake]:
    """Finds patterns, keywords, languages and files of tools and labels that cannot be used."""
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
    for number, checkpoint in enumerate(settings.classifier.checkpoints):
        for message in _mistakes_in_file(checkpoint, tuple(settings.categories)):
            yield ("classifier", "checkpoints", number, "labels"), message


def _mistakes_in_file(checkpoint: CheckpointSettings, categories: Sequence[str]) -> Iterator[str]:
    """Finds what is wrong with the file of a checkpoint's labels, if they are in one."""
    if not isinstance(checkpoint.labels, str) or checkpoint.task == "tools":
        return
    file = Path(checkpoint.labels)

    def check(labels: dict[str, str]) -> Iterator[tuple[tuple[str, ...], str]]:
        if not labels:
            yield (), "it names no label"
        yield from label_mistakes(checkpoint.task, labels, categories)

    try:
        load_file(file, dict[str, str], check=check)
    except OSError as error:
        yield f"{file}: {error.strerror}{did_you_mean(file.name, _files_beside(file))}"
    except SettingsError as error:
        yield from (f"{error.name}: {problem}" for problem in error.problems)


def _files_beside(file: Path) -> list[str]:
    try:
        beside = islice(file.parent.iterdir(), _MOST_FILES)
        return [each.name for each in beside if each.is_file()]
    except OSError:
        return []


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
