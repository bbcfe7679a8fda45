"""What was looked at, and whether everything that a model server was sent is among it.

This is an oracle: it does not ask the router what a text is. Every string of a request must have
been looked at, unless its place and its value are in the list below.
"""

import email
import email.policy
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final

from attrs import define, field

from semroute.adapters.wire.passages import passages_of
from semroute.domain.attack import AttackKind, AttackScorer, LexicalScore
from semroute.domain.pii import PiiFinder, PiiSpan

PROSE: Final = re.compile(r"[^\W\d_]{2}\s+[^\W\d_]{2}")  # two words
PLACEHOLDER: Final = re.compile(r"\[[A-Z_]+_\d+\]")

_TURN: Final = r"(?:messages|input|contents)/\d+"
_PART: Final = rf"(?:{_TURN}|system)(?:/(?:content|output|parts))?/\d+(?:/(?:content|output)/\d+)*"
_ID: Final = (
    r"(?:(?:[a-z]+[_-])*(?=[^\d]*\d)(?!.*(?:\d{6}|[a-z]{7}|[A-Z]{7}))[A-Za-z0-9]{1,64})"
    r"|(?:[a-z]+[_-])*(?=.*[a-f])[0-9a-f]{24,64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
)
_SCHEMA: Final = (
    r"(?:tools/\d+/(?:function/)?(?:parameters|input_schema)"
    r"|response_format/json_schema/schema|text/format/schema)"
)
_BYTES: Final = r"data:[\w.+/;=-]+;base64,[\w+/=-]*|[A-Za-z0-9+/=\r\n]{64,}"
STRUCTURAL: Final = tuple(
    (re.compile(path), re.compile(value))
    for path, value in (
        ("model", ".*"),  # the router's own
        (rf"{_TURN}/role", "system|developer|user|assistant|tool|function|model"),
        (rf"{_TURN}/type", "message|reasoning|function_call|function_call_output"),
        (rf"{_TURN}/status", "completed|in_progress|incomplete"),
        (rf"{_TURN}/(?:id|call_id|tool_call_id)", _ID),
        (rf"{_TURN}/tool_calls/\d+/id", _ID),
        (rf"{_TURN}/tool_calls/\d+/type", "function|custom"),
        (rf"{_PART}/(?:id|tool_use_id|file_id|file/file_id)", _ID),
        (
            rf"{_PART}/type",
            (
                "text|refusal|image_url|input_audio|file|input_text|output_text|input_image"
                "|input_file|summary_text|thinking|redacted_thinking|image|document|tool_use"
                "|tool_result|search_result"
            ),
        ),
        (rf"{_PART}/(?:image_url/)?detail", "auto|low|high"),
        (rf"{_PART}/input_audio/format", "wav|mp3"),
        (rf"{_PART}/source/type", "text|base64|url|content"),
        (rf"{_PART}/source/media_type", "text/plain|application/pdf|image/(?:png|jpeg|gif|webp)"),
        (
            rf"{_PART}/(?:image_url|image_url/url|input_audio/data|file/file_data|source/data)",
            _BYTES,
        ),
        (rf"(?:{_PART}|tools/\d+)/cache_control/type", "ephemeral"),
        (rf"(?:{_PART}|tools/\d+)/cache_control/ttl", "5m|1h"),
        (r"tools/\d+/type", "function|custom"),
        (
            rf"{_SCHEMA}(?:/(?!enum/|const/|default/|examples?/)[^/]+)*/type(?:/\d+)?",
            "string|number|integer|boolean|array|object|null",
        ),
        ("tool_choice|function_call|tool_choice/mode", "none|auto|required|any"),
        ("tool_choice/type", "function|auto|any|tool|none"),
        (r"(?:response_format|text/format)/type", "text|json_object|json_schema"),
        ("reasoning_effort|reasoning/effort|output_config/effort", "none|minimal|low|medium|high"),
        ("thinking/type", "enabled|disabled|adaptive"),
        ("verbosity|text/verbosity", "low|medium|high"),
        ("service_tier", "auto|default|flex|priority|standard_only"),
        (r"modalities/\d+", "text|audio"),
        ("encoding_format", "float|base64"),
        ("truncation", "auto|disabled"),
        ("previous_response_id", _ID),
    )
)
"""By place, which strings say nothing but what an API gives a word for."""


@define(eq=False)
class ScanLog:
    """Scores texts and finds data as others do, and keeps every text that was looked at."""

    scorer: AttackScorer
    finder: PiiFinder
    wants_data: bool
    scored: set[str] = field(factory=set)
    searched: set[str] = field(factory=set)

    def score(self, text: str, kind: AttackKind) -> LexicalScore:
        score = self.scorer.score(text, kind)
        self.scored.add(text)
        return score

    def find(self, text: str) -> tuple[PiiSpan, ...]:
        found = self.finder.find(text)
        self.searched.add(text)
        return found

    def check(self, body: bytes, where: str) -> None:
        """Fails if a text in a request is none that somebody has looked at."""
        document = json.loads(body)
        texts = dict(texts_in(document))
        # Whatever else the router takes for a text is one, too.
        texts |= {str(each.path): each.text for each in passages_of(document).passages}
        self._check(texts, where)

    def check_form(self, body: bytes, content_type: str, where: str) -> None:
        """Fails if a text in a form is none that somebody has looked at."""
        self._check(dict(texts_in_form(body, content_type)), where)

    def _check(self, texts: dict[str, str], where: str) -> None:
        for path, text in texts.items():
            if text.strip():
                assert was_read(text, self.scored), f"{where}: {path} was not scored"
                is_searched = not self.wants_data or was_read(text, self.searched)
                assert is_searched, f"{where}: {path} was not searched"


def texts_in_form(body: bytes, content_type: str) -> Iterator[tuple[str, str]]:
    """Yields every text of a form, as the standard library's parser of mail reads it."""
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    message = email.message_from_bytes(head + body, policy=email.policy.HTTP)
    for number, part in enumerate(message.iter_parts()):
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        with suppress(UnicodeDecodeError):  # which is no text
            if name != "model":
                yield f"{number} {name}", content.decode()
        yield f"{number} filename", part.get_filename("")


def was_read(text: str, read: set[str]) -> bool:
    """Whether a text was read before parts of it were replaced by placeholders.

    What stands between the placeholders must stand in one text that was read, in that order and
    from its beginning to its end. Of a number in JSON, a placeholder makes a string.
    """
    if text in read:
        return True
    first, *rest = (piece.strip('"') for piece in PLACEHOLDER.split(text))
    if not rest:
        return False
    *middle, last = rest
    return any(_is_made_of(each, first, middle, last) for each in read)


def _is_made_of(text: str, first: str, middle: list[str], last: str) -> bool:
    at = len(first)
    if not text.startswith(first) or not text.endswith(last):
        return False
    for piece in middle:
        found = text.find(piece, at + 1)  # something was replaced
        if found < 0:
            return False
        at = found + len(piece)
    return at + 1 <= len(text) - len(last)


def texts_in(document: Any) -> Iterator[tuple[str, str]]:
    """Yields every string that a model may read, and names of fields that are sentences."""
    for path, text in _strings_in(document, ()):
        place = "/".join(step.replace("/", "?") for step in path)
        if not any(where.fullmatch(place) and value.fullmatch(text) for where, value in STRUCTURAL):
            yield place, text


def _strings_in(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    match value:
        case str():
            yield path, value
        case list():
            for index, each in enumerate(value):
                yield from _strings_in(each, (*path, str(index)))
        case dict():
            for key, each in value.items():
                if PROSE.search(key):
                    yield (*path, key, ""), key
                yield from _strings_in(each, (*path, key))
