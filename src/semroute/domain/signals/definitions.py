"""What an operator can ask of a request: every kind of signal, as a value."""

import datetime as dt
from enum import StrEnum
from typing import TypeAlias

from attrs import field, frozen
from attrs.validators import and_, ge, le, min_len

from semroute.domain.guards import Check
from semroute.domain.pii import PiiKind


@frozen
class CategorySignal:
    """The prompt is about one of some categories.

    Args:
        categories: Their names.
        at_least: How probable they must be, together; 0 to 1.
    """

    categories: frozenset[str] = field(validator=min_len(1))
    at_least: float = field(default=0.5, validator=and_(ge(0), le(1)))


@frozen
class ComplexitySignal:
    """The prompt takes much to answer well, or little.

    Args:
        at_least: From which complexity on, 0 to 1.
        below: Below which.
    """

    at_least: float = field(default=0.0, validator=and_(ge(0), le(1)))
    below: float | None = None


@frozen
class CheckSignal:
    """An attack is probable.

    Args:
        check: Which; `JAILBREAK` or `INJECTION`.
        at_least: How probable, 0 to 1.
    """

    check: Check
    at_least: float = field(default=0.5, validator=and_(ge(0), le(1)))


@frozen
class PiiSignal:
    """Personal data of some kinds stands in the request.

    Args:
        kinds: Which.
        at_least: How sure it must be that it is such; 0 to 1.
    """

    kinds: frozenset[PiiKind] = field(validator=min_len(1))
    at_least: float = field(default=0.5, validator=and_(ge(0), le(1)))


@frozen
class KeywordSignal:
    """Words or phrases stand in the last user turn, as whole words.

    Args:
        any: One of these must.
        all: All of these must.
        none: None of these may.
        is_case_sensitive: Whether `US` is not `us`.
        typos: How many letters of a word may be wrong, missing, superfluous or exchanged with
            the next; words of fewer than five letters must be right.
    """

    any: tuple[str, ...] = ()
    all: tuple[str, ...] = ()
    none: tuple[str, ...] = ()
    is_case_sensitive: bool = False
    typos: int = field(default=0, validator=and_(ge(0), le(2)))


@frozen
class PatternSignal:
    """A regular expression matches somewhere in the last user turn, in linear time.

    Args:
        pattern: In RE2's syntax.
    """

    pattern: str


@frozen
class SimilaritySignal:
    """The prompt means about the same as one of some examples.

    Args:
        examples: Prompts.
        at_least: The cosine from which on it does, -1 to 1.
    """

    examples: tuple[str, ...] = field(validator=min_len(1))
    at_least: float = 0.7


@frozen
class LanguageSignal:
    """The last user turn is in one of some languages.

    Args:
        languages: ISO 639-1 codes.
        at_least: How probable that must be, 0 to 1.
    """

    languages: frozenset[str] = field(validator=min_len(1))
    at_least: float = field(default=0.5, validator=and_(ge(0), le(1)))


@frozen
class ContextSignal:
    """The request is long, or short.

    Args:
        at_least: From how many tokens on, by estimate.
        below: Below how many.
    """

    at_least: int = 0
    below: int | None = None


class Modality(StrEnum):
    """What a part of a message is that is no text."""

    IMAGE = "image"
    AUDIO = "audio"
    VIDEO = "video"
    FILE = "file"


@frozen
class ModalitySignal:
    """The request has parts that are no text.

    Args:
        modalities: Of one of these kinds.
    """

    modalities: frozenset[Modality] = field(validator=min_len(1))


@frozen
class ToolsSignal:
    """Tools are offered to the model.

    Args:
        at_least: How many.
    """

    at_least: int = field(default=1, validator=ge(1))


@frozen
class ApiSignal:
    """The request came by one of some APIs.

    Args:
        apis: What `Service` calls them.
    """

    apis: frozenset[str] = field(validator=min_len(1))


@frozen
class HeaderSignal:
    """A header of the request has one of some values: a role, a tenant, a tier.

    Args:
        name: Its name, in lower case.
        values: Those that count; empty for any. Case matters.
    """

    name: str
    values: frozenset[str] = frozenset()


@frozen
class TimeSignal:
    """It is a certain time of the day, or of the week.

    Args:
        start: From when on.
        end: Until when, exclusively; before `start` for a window over midnight, equal for all day.
        days: On which days, Monday is 0; of a window over midnight, the one it starts on.
        zone: The zone of these times, by its IANA name.
    """

    start: dt.time = dt.time(0)
    end: dt.time = dt.time(0)
    days: frozenset[int] = frozenset(range(7))
    zone: str = "UTC"


Signal: TypeAlias = (
    CategorySignal
    | ComplexitySignal
    | CheckSignal
    | PiiSignal
    | KeywordSignal
    | PatternSignal
    | SimilaritySignal
    | LanguageSignal
    | ContextSignal
    | ModalitySignal
    | ToolsSignal
    | ApiSignal
    | HeaderSignal
    | TimeSignal
)
