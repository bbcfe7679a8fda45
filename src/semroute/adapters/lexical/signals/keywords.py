"""Words and phrases that operators look for."""

from collections.abc import Iterable

from attrs import frozen

from semroute.domain.errors import InvalidPolicyError
from semroute.domain.signals.definitions import KeywordSignal
from semroute.domain.signals.result import Match, SignalResult

from .phrases import Phrases
from .tokens import tokens_of


@frozen(eq=False)
class KeywordSensor:
    """Looks for whole words and phrases, all in one pass.

    A phrase is found with any blanks in it, but with no other signs than its own: "money back"
    neither stands in "money. Back" nor in "money-back". In scripts that put no blanks between
    words, and in Korean, keywords are found inside words.

    Args:
        signal: What is asked.
        phrases: Its keywords, those of `any` first, then those of `all`, then those of `none`.
    """

    signal: KeywordSignal
    phrases: Phrases

    def sense(self, text: str) -> SignalResult:
        """Says whether the keywords stand in a text as they should, and which one decided."""
        tokens = tokens_of(text, is_case_sensitive=self.signal.is_case_sensitive)
        found = self.phrases.found(tokens)
        first = len(self.signal.any)
        last = first + len(self.signal.all)
        forbidden = _lowest(place for place in found if place >= last)
        if forbidden is not None:
            return SignalResult(Match.NOT_MATCHED, why=self.signal.none[forbidden - last])
        missing = _lowest(set(range(first, last)) - found)
        if missing is not None:
            return SignalResult(
                Match.NOT_MATCHED, why=f"without {self.signal.all[missing - first]}"
            )
        if not self.signal.any:
            return SignalResult(Match.MATCHED, why=", ".join(self.signal.all))
        present = _lowest(place for place in found if place < first)
        if present is None:
            return SignalResult(Match.NOT_MATCHED)
        return SignalResult(Match.MATCHED, why=self.signal.any[present])


def keyword_sensor(signal: KeywordSignal) -> KeywordSensor:
    """Returns a sensor for keywords.

    Raises:
        InvalidPolicyError: A keyword cannot be found in any text; the operator's fault.
    """
    keywords = (*signal.any, *signal.all, *signal.none)
    for keyword in keywords:
        problem = keyword_problem(keyword)
        if problem is not None:
            raise InvalidPolicyError(problem)
    tokens = [tokens_of(each, is_case_sensitive=signal.is_case_sensitive) for each in keywords]
    return KeywordSensor(signal, Phrases.of(tokens, signal.typos))


def keyword_problem(keyword: str) -> str | None:
    """Returns why a keyword cannot be found in any text, or None if it can."""
    if tokens_of(keyword, is_case_sensitive=True):
        return None
    return "a keyword needs a letter, a digit or a sign"


def _lowest(places: Iterable[int]) -> int | None:
    return min(places, default=None)
