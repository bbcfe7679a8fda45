"""Signals that a request shows by itself, without anybody reading it closely."""

from collections.abc import Callable
from datetime import datetime
from typing import assert_never

from attrs import frozen

from semroute.domain.chat import ChatRequest
from semroute.domain.headers import Headers

from .clock import shows_at
from .definitions import (
    ApiSignal,
    CategorySignal,
    CheckSignal,
    ComplexitySignal,
    ContextSignal,
    HeaderSignal,
    KeywordSignal,
    LanguageSignal,
    ModalitySignal,
    PatternSignal,
    PiiSignal,
    Signal,
    SimilaritySignal,
    TimeSignal,
    ToolsSignal,
)
from .result import Match, SignalResult


@frozen
class Circumstances:
    """What is known of a request without anybody having read it closely.

    Args:
        chat: The request.
        headers: Its headers.
        service: The API it came by, as `Service` calls it.
        tokens: How long it is, by estimate.
        now: Says what time it is in a zone, by its IANA name.
    """

    chat: ChatRequest
    headers: Headers
    service: str
    tokens: int
    now: Callable[[str], datetime]


def apparent(signal: Signal, request: Circumstances) -> SignalResult | None:  # noqa: PLR0911 - one for each kind
    """Returns what became of a signal; None if somebody has to read the request for it."""
    match signal:
        case ContextSignal(at_least, below):
            is_short_enough = below is None or request.tokens < below
            holds = request.tokens >= at_least and is_short_enough
            return SignalResult(Match.of(holds), request.tokens, at_least or below)
        case ModalitySignal(modalities):
            there = sorted(modalities & request.chat.modalities)
            return SignalResult(Match.of(bool(there)), why=", ".join(there))
        case ToolsSignal(at_least):
            return SignalResult.measured(len(request.chat.tools), at_least)
        case ApiSignal(apis):
            return SignalResult(Match.of(request.service in apis), request.service)
        case HeaderSignal(name, values):
            value = request.headers.get(name)
            holds = value is not None and (not values or value in values)
            return SignalResult(Match.of(holds), value if holds and values else None)
        case TimeSignal(zone=zone):
            return SignalResult(Match.of(shows_at(signal, request.now(zone))))
        case (
            CategorySignal()
            | ComplexitySignal()
            | CheckSignal()
            | PiiSignal()
            | KeywordSignal()
            | PatternSignal()
            | SimilaritySignal()
            | LanguageSignal()
        ):
            return None
        case _ as never:
            assert_never(never)
