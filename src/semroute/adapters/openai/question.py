"""What a chat request asks, in the form in which it is compared with others.

Two requests are the same question if they are the same JSON: neither the order of keys nor white
space nor the spelling of a string matters. An integer is never equal to a fraction, however near
(1 is not 1.0), and keeps all its digits. Fractions are compared as the doubles that model servers
make of them, so 0.10 is 0.1. Where that tells requests apart that a server would not, an answer
is asked for again, and no harm is done.
"""

from typing import Final

import msgspec

from semroute.adapters.wire.strictjson import Json, load_object
from semroute.domain.caching.question import Question
from semroute.domain.chat import SEPARATOR, Role

from .chat import choices_of

# What cannot change an answer. Whatever is not in this list may, so it makes another question:
# `service_tier` too, which a client chooses and pays for.
_WITHOUT_EFFECT: Final = frozenset(
    {
        # How the answer is sent. It is kept in one form and given in both.
        "stream",
        "stream_options",
        # Who asks and what for; to count, to watch, to find it again. Whose answers may be
        # shared is decided by who is known to ask, not by what a body says.
        "user",
        "safety_identifier",
        "metadata",
        # Whether the provider keeps a copy.
        "store",
        # How the provider saves itself work that it has done before.
        "prompt_cache_key",
        "prompt_cache_options",
        "prompt_cache_retention",
    }
)

# Stands where the last user text was. A request that was parsed has no such thing there: its
# content is a string, a list or null, and the text of a part is a string.
_PLACEHOLDER: Final = True

_INSTRUCTING: Final = frozenset({Role.SYSTEM, Role.DEVELOPER, Role.USER})

_CANONICAL: Final = msgspec.json.Encoder(order="sorted")


def question(body: bytes) -> Question:
    """Returns what a request asks. `body` must have been parsed before."""
    document = _loaded(body)
    given = document.get("messages")
    messages = given if isinstance(given, list) else []
    text, last = _divided(messages[-1]) if messages else (None, None)
    rest = {key: value for key, value in document.items() if key not in _WITHOUT_EFFECT}
    if text is not None:
        rest["messages"] = [*messages[:-1], last]
    return Question(
        rest=_CANONICAL.encode(rest),
        text=text,
        temperature=_number(document.get("temperature")),
        choices=choices_of(document.get("n")),
        offers_tools=_offers_tools(document),
        has_history=any(map(_is_history, messages)),
    )


def _loaded(body: bytes) -> dict[str, Json]:
    """Reads a body that has been read strictly, which need not be done again.

    This takes a tenth of the time, and reads the same but for an integer of thousands of digits.
    """
    try:
        document: dict[str, Json] = msgspec.json.decode(body)
    except msgspec.ValidationError:
        return load_object(body)
    return document


def _divided(message: Json) -> tuple[str | None, Json]:
    """Returns the text of a user's message, and the message without it.

    The text is None for a message of somebody else, and for one that has more than text.
    """
    if not isinstance(message, dict) or message.get("role") != Role.USER:
        return None, message
    content = message.get("content")
    if isinstance(content, str):
        return content, {**message, "content": _PLACEHOLDER}
    if not isinstance(content, list) or not content:
        return None, message
    texts = [_text_of(part) for part in content]
    known = [text for text in texts if text is not None]
    if len(known) < len(texts):
        return None, message
    # How long each part is stays, so that the same words in other parts are another question.
    marks: list[Json] = [*map(len, known[:-1]), _PLACEHOLDER]
    parts: list[Json] = [
        {**part, "text": mark}
        for part, mark in zip(content, marks, strict=True)
        if isinstance(part, dict)
    ]
    return SEPARATOR.join(known), {**message, "content": parts}


def _text_of(part: Json) -> str | None:
    """Returns the text of a part that is nothing else."""
    if not isinstance(part, dict) or part.get("type") != "text":
        return None
    text = part.get("text")
    return text if isinstance(text, str) else None


def _number(value: Json) -> float | None:
    """Reads a number as leniently as the most lenient server, which takes `true` and `"1.5"`.

    What nobody takes for a number is for the model server to judge.
    """
    if not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None


def _offers_tools(document: dict[str, Json]) -> bool:
    """Whether there are tools, or a search, which even without options is one."""
    searches = document.get("web_search_options") is not None
    return searches or bool(document.get("tools")) or bool(document.get("functions"))


def _is_history(message: Json) -> bool:
    """Whether somebody else speaks than those who tell a model what to do."""
    return not isinstance(message, dict) or message.get("role") not in _INSTRUCTING
