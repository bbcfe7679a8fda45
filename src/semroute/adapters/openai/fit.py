"""Which answers are worth keeping: those that are whole, and say what a model meant to say."""

import json
from typing import Final

from semroute.adapters.wire.answers import form_of
from semroute.adapters.wire.saying import UnreadableError
from semroute.adapters.wire.sse import SseEvent, SseParser
from semroute.adapters.wire.strictjson import Json, load_object
from semroute.domain.caching.answer import FitAnswer, Unfit
from semroute.domain.errors import InvalidRequestError
from semroute.domain.http import OK
from semroute.domain.record import UpstreamAnswer

from .assembled import COMPLETION, assembled

_DONE: Final = "[DONE]"
_FINISHED: Final = "stop"
_CALLED: Final = frozenset({"tool_calls", "function_call"})  # also the fields calls are in


def fit(answer: UpstreamAnswer) -> FitAnswer | Unfit:
    """Returns an answer as it is kept, or why it is not.

    A status is looked at if the headers have one.
    """
    if answer.headers.get(":status") not in (None, str(OK)):
        return Unfit.STATUS
    try:
        match form_of(answer.headers):
            case "completion":
                return _judged(load_object(answer.body), answer.body)
            case "stream":
                return _streamed(answer.body)
            case None:
                return Unfit.UNREADABLE
    except (InvalidRequestError, UnreadableError):
        return Unfit.UNREADABLE


def _streamed(body: bytes) -> FitAnswer | Unfit:
    parser = SseParser()
    events = list(parser.feed(body))
    is_cut = next(parser.feed(b"\n\n"), None) is not None  # in the middle of an event
    is_done = bool(events) and events[-1].data.strip() == _DONE
    chunks = [load_object(event.data.encode()) for event in events[: len(events) - is_done]]
    if any(event.name == "error" for event in events) or any(map(_is_error, chunks)):
        return Unfit.ERROR
    if is_cut or not is_done:
        return Unfit.INCOMPLETE
    if not _is_utf8(body) or any(map(_is_named, events)):
        return Unfit.UNREADABLE
    document = assembled(chunks)
    kept = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    return _judged(document, kept)


def _is_utf8(body: bytes) -> bool:
    """Whether nothing had to be guessed to read it."""
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_named(event: SseEvent) -> bool:
    """Whether it has a name of its own, which chunks do not have."""
    return event.name not in ("", "message")


def _is_error(document: dict[str, Json]) -> bool:
    choices = document.get("choices")
    places = [document, *(choices if isinstance(choices, list) else [])]
    return any(isinstance(place, dict) and place.get("error") is not None for place in places)


def _judged(document: dict[str, Json], kept: bytes) -> FitAnswer | Unfit:
    """Judges a completion; `kept` is the form it would be kept in."""
    if _is_error(document):
        return Unfit.ERROR
    if document.get("object") != COMPLETION:
        return Unfit.UNREADABLE
    choices = _choices(document)
    if not choices:
        return Unfit.EMPTY
    fault = next(filter(None, map(_fault, choices)), None)
    if fault is not None:
        return fault
    calls = set(map(_calls_tools, choices))
    if len(calls) > 1:
        return Unfit.FINISH_REASON
    return FitAnswer(kept, _tokens(document.get("usage")), calls_tools=calls.pop())


def _choices(document: dict[str, Json]) -> list[dict[str, Json]]:
    """Returns the choices, of which none is missing.

    Raises:
        UnreadableError: They are no choices, or one is.
    """
    choices = document.get("choices")
    if not isinstance(choices, list):
        raise UnreadableError
    found = [choice for choice in choices if isinstance(choice, dict)]
    numbers = [choice.get("index", position) for position, choice in enumerate(found)]
    if {number for number in numbers if type(number) is int} != set(range(len(choices))):
        raise UnreadableError
    return found


def _fault(choice: dict[str, Json]) -> Unfit | None:
    message = choice.get("message")
    if not isinstance(message, dict) or not _is_readable(message) or "delta" in choice:
        return Unfit.UNREADABLE
    reason = choice.get("finish_reason")
    if not reason:
        return Unfit.INCOMPLETE
    if message.get("refusal"):
        return Unfit.REFUSAL
    if not isinstance(reason, str) or reason not in {_FINISHED, *_CALLED}:
        return Unfit.FINISH_REASON
    content = message.get("content")
    says_something = isinstance(content, str) and bool(content.strip())
    return None if says_something or _calls(message) else Unfit.EMPTY


def _is_readable(message: dict[str, Json]) -> bool:
    calls = message.get("tool_calls") or []
    return (
        isinstance(message.get("content"), str | None)
        and isinstance(message.get("function_call"), dict | None)
        and isinstance(calls, list)
        and all(isinstance(call, dict) for call in calls)
    )


def _calls_tools(choice: dict[str, Json]) -> bool:
    """Whether a choice calls tools, which some do that say that they just stopped."""
    message = choice.get("message")
    has_calls = isinstance(message, dict) and _calls(message)
    return has_calls or choice.get("finish_reason") in _CALLED


def _calls(message: dict[str, Json]) -> bool:
    return any(message.get(name) for name in _CALLED)


def _tokens(usage: Json) -> int:
    tokens = usage.get("total_tokens") if isinstance(usage, dict) else None
    return tokens if isinstance(tokens, int) and tokens > 0 else 0
