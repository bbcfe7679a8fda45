"""A reader that only looks at words."""

import re
from collections.abc import Sequence
from typing import Final

from semroute.domain.attack import AttackKind
from semroute.domain.pii import PiiKind, PiiSpan
from semroute.domain.reading import Reading

_NAME: Final = r"[A-Z][a-z]+(?: [A-Z][a-z]+)*"
_PERSON: Final = re.compile(rf"(?:\b(?:[Mm]y name is|Mr\.?|Mrs\.?|Ms\.?|Dr\.?)) ({_NAME})")
_ADDRESS: Final = re.compile(rf"\b\d{{1,5}} {_NAME} (?:Street|Road|Avenue|Lane)\b")

_WORDS: Final = re.compile(
    r"\b(?:jailbreak|unfiltered|no rules|ignore|disregard|override)\b", re.IGNORECASE
)
_ONE_WORD_LOGIT: Final = 4.0  # one of them tips the balance


class WordReader:
    """Knows a name by the title before it and an attack by its words. Always ready, often wrong."""

    is_ready = True

    async def read(self, texts: Sequence[str]) -> list[Reading]:
        """Looks for its words in every text."""
        return [Reading(_attacks_in(text), _entities_in(text)) for text in texts]


def _attacks_in(text: str) -> dict[AttackKind, float]:
    return dict.fromkeys(AttackKind, (len(_WORDS.findall(text)) - 0.5) * _ONE_WORD_LOGIT)


def _entities_in(text: str) -> tuple[PiiSpan, ...]:
    people = [PiiSpan(PiiKind.PERSON, *match.span(1), 0.9) for match in _PERSON.finditer(text)]
    places = [PiiSpan(PiiKind.ADDRESS, *match.span(), 0.9) for match in _ADDRESS.finditer(text)]
    return tuple(sorted([*people, *places], key=lambda span: (span.start, span.end)))
