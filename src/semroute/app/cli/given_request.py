"""The request that a command is given: a prompt, or a whole body and its headers."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from attrs import frozen

from semroute.domain.headers import Headers
from semroute.domain.http import HttpRequest

from .configuration import read_input, read_text
from .exits import UsageError

ApiName: TypeAlias = Literal["chat", "completions", "responses", "messages", "embeddings"]

_PATHS: Final[Mapping[ApiName, str]] = {
    "chat": "/v1/chat/completions",
    "completions": "/v1/completions",
    "responses": "/v1/responses",
    "messages": "/v1/messages",
    "embeddings": "/v1/embeddings",
}
# Fields that one API alone has, of those whose bodies look alike.
_ANTHROPIC: Final = frozenset(
    {"system", "anthropic_version", "anthropic_beta", "stop_sequences", "thinking", "top_k"}
)
_RESPONSES: Final = frozenset(
    {
        *("instructions", "max_output_tokens", "previous_response_id", "reasoning", "text"),
        *("tools", "store", "stream", "temperature", "conversation", "include"),
    }
)
_EMBEDDINGS: Final = frozenset({"dimensions", "encoding_format"})


@frozen
class GivenRequest:
    """What the command line says of a request.

    Args:
        headers: Its headers, each as `name=value`.
        model: The model the client asks for; None for what the body says.
        api: The API it comes by; None for the one that its body looks like.

    Raises:
        UsageError: A header is none, or a body is no JSON object.
    """

    headers: tuple[str, ...] = ()
    model: str | None = None
    api: ApiName | None = None

    def of_prompt(self, text: str, model: str) -> HttpRequest:
        """Returns the request of somebody who says nothing but a prompt, to a model if need be."""
        name = self.model or model
        match self.api:
            case None | "chat" | "messages":
                body: dict[str, Any] = {"messages": [{"role": "user", "content": text}]}
            case "completions":
                body = {"prompt": text}
            case "responses" | "embeddings":
                body = {"input": text}
        if self.api == "messages":
            body["max_tokens"] = 1024  # what Anthropic demands; its examples have this
        return self._request({"model": name, **body}, self.api or "chat")

    def of_file(self, path: Path) -> HttpRequest:
        """Returns the request with a whole body."""
        text = read_input() if str(path) == "-" else read_text(path)
        try:
            body = json.loads(text)
        except ValueError as error:
            message = f"{path}: the request is not JSON"
            raise UsageError(message) from error
        if not isinstance(body, dict):
            message = f"{path}: the request must be a JSON object"
            raise UsageError(message)
        if self.model is not None:
            return self._request({**body, "model": self.model}, self.api or api_like(body))
        # As it was written: what is refused for how it is written must be refused here too.
        return self._sent(text.encode(), self.api or api_like(body))

    def _request(self, body: dict[str, Any], api: ApiName) -> HttpRequest:
        return self._sent(json.dumps(body).encode(), api)

    def _sent(self, body: bytes, api: ApiName) -> HttpRequest:
        path = _PATHS[api]
        return HttpRequest("POST", path, _headers(self.headers), body)


def api_like(body: Mapping[str, Any]) -> ApiName:
    """Returns the API that a request looks like; the chat API's, if it looks like none."""
    fields = body.keys()
    if "messages" in fields:
        return "messages" if _is_anthropic(body) else "chat"
    if "prompt" in fields:
        return "completions"
    if "input" not in fields:
        return "chat"
    given = body["input"]
    if fields & _EMBEDDINGS:
        return "embeddings"
    are_objects = isinstance(given, list) and all(isinstance(each, dict) for each in given)
    is_talk = bool(fields & _RESPONSES) or isinstance(given, str) or are_objects
    return "responses" if is_talk else "embeddings"


def _is_anthropic(body: Mapping[str, Any]) -> bool:
    if body.keys() & _ANTHROPIC:
        return True
    tools = body.get("tools")
    if isinstance(tools, list) and any("input_schema" in each for each in tools if _is_map(each)):
        return True
    messages = body["messages"]
    for message in messages if isinstance(messages, list) else []:
        content = message.get("content") if _is_map(message) else None
        for part in content if isinstance(content, list) else []:
            if _is_map(part) and part.get("type") in ("tool_use", "tool_result", "image"):
                return True
    return False


def _is_map(value: object) -> bool:
    return isinstance(value, dict)


def _headers(lines: tuple[str, ...]) -> Headers:
    pairs: dict[str, str] = {}
    for line in lines:
        name, sign, value = line.partition("=")
        if not sign or not name.strip():
            message = "--header: write it as name=value"
            raise UsageError(message)
        pairs[name.strip()] = value.strip()
    try:
        return Headers.of(pairs)
    except UnicodeEncodeError as error:
        message = "--header: a value is Latin-1, as HTTP has it"
        raise UsageError(message) from error
