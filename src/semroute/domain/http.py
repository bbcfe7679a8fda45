"""The request as HTTP sees it, and which of our services it asks for."""

from enum import Enum
from typing import Final, TypeAlias
from urllib.parse import unquote

from attrs import frozen

from .headers import Headers

OK: Final = 200


class BodyFault(Enum):
    """Why a body cannot be used although the request is well-formed HTTP."""

    TOO_LARGE = "too_large"
    PARTIAL = "partial"  # Envoy buffers only a part of it, and the rest would pass unseen
    UNREAD = "unread"  # Envoy sent it on, or the beginning of it, before it had been read


@frozen
class HttpRequest:
    """One whole client request.

    Args:
        method: Upper case, as `POST`.
        path: As the client sent it, query included.
        headers: All header fields, pseudo headers included.
        body: What arrived; empty when there was none.
        fault: Why `body` is not the whole body; None when it is.
    """

    method: str
    path: str
    headers: Headers
    body: bytes = b""
    fault: BodyFault | None = None


@frozen
class LocalReply:
    """A complete answer that the router gives itself, without asking a model.

    `body` is never empty: clients that expect JSON get JSON.
    """

    status: int
    headers: Headers
    body: bytes


class Service(Enum):
    """The things a path can ask of us."""

    CHAT_COMPLETIONS = "chat"
    COMPLETIONS = "completions"
    EMBEDDINGS = "embeddings"
    RESPONSES = "responses"
    MESSAGES = "messages"  # Anthropic's
    TOKEN_COUNT = "count_tokens"  # noqa: S105 - of such messages
    MODEL_LIST = "models"

    @property
    def has_body(self) -> bool:
        """Whether a model reads what is asked."""
        return self is not Service.MODEL_LIST

    @property
    def answers_in_words(self) -> bool:
        """Whether what comes back is what a model says."""
        return self not in (Service.EMBEDDINGS, Service.TOKEN_COUNT, Service.MODEL_LIST)


class Unrouted(Enum):
    """Services of model servers that we do not route, but whose requests a model reads.

    Those we do route are among them, under other paths: what OpenAI has at `/v1/completions`,
    others have at `/completions`, `/v1/engines/x/completions` or
    `/openai/deployments/x/completions`.
    """

    COMPLETIONS = "completions"
    EMBEDDINGS = "embeddings"
    RESPONSES = "responses"
    MESSAGES = "messages"  # Anthropic's
    OTHER = "other"  # chat under other paths, and APIs of one server or another
    WORDLESS = "wordless"  # no words come back: counts, scores, verdicts, vectors, pictures, sound
    FILES = "files"  # what a server keeps, for models to read later

    @property
    def answers_in_words(self) -> bool:
        """Whether what comes back is what a model says."""
        return self not in (Unrouted.EMBEDDINGS, Unrouted.WORDLESS, Unrouted.FILES)

    @property
    def is_read(self) -> bool:
        """Whether what is sent is looked through; a file is a file, whatever is in it."""
        return self is not Unrouted.FILES


@frozen
class ModelCard:
    """`GET /v1/models/{name}`: the description of one model."""

    name: str


@frozen
class StoredResponse:
    """`GET /v1/responses/{id}` and what else is asked about a response that a server keeps."""

    id: str


@frozen
class Elsewhere:
    """A path we do not serve. It passes through untouched."""


Target: TypeAlias = Service | Unrouted | ModelCard | StoredResponse | Elsewhere

_ELSEWHERE: Final = Elsewhere()
_SERVICES: Final[dict[tuple[str, str], Service]] = {
    ("POST", "/v1/chat/completions"): Service.CHAT_COMPLETIONS,
    ("POST", "/v1/completions"): Service.COMPLETIONS,
    ("POST", "/v1/embeddings"): Service.EMBEDDINGS,
    ("POST", "/v1/responses"): Service.RESPONSES,
    ("POST", "/v1/messages"): Service.MESSAGES,
    ("POST", "/v1/messages/count_tokens"): Service.TOKEN_COUNT,
    ("GET", "/v1/models"): Service.MODEL_LIST,
}
# By how a path ends, with a star for an id. Beside OpenAI's and Anthropic's: vLLM, SGLang, TGI,
# llama.cpp, Ollama, and what cloud platforms expect of any of them.
_UNROUTED: Final = {
    "completions": Unrouted.COMPLETIONS,
    "embeddings": Unrouted.EMBEDDINGS,
    "responses": Unrouted.RESPONSES,
    "messages": Unrouted.MESSAGES,
    "messages/batches": Unrouted.MESSAGES,
    **dict.fromkeys(
        (
            *("chat/completions", "responses/compact", "conversations", "threads", "threads/runs"),
            *("conversations/*/items", "submit_tool_outputs"),
            *("chat", "generate", "generate_stream", "completion", "infill", "invocations"),
            *("v1/complete", "model/*/invoke", "model/*/invoke-with-response-stream"),
            *("model/*/converse", "model/*/converse-stream", "models/*/infer"),
            *("generatecontent", "streamgeneratecontent", "rawpredict", "streamrawpredict"),
            *("audio/transcriptions", "audio/translations"),
        ),
        Unrouted.OTHER,
    ),
    **dict.fromkeys(
        (
            *("messages/count_tokens", "responses/input_tokens", "tokenize", "apply-template"),
            *("embed", "embedding", "embed_sparse", "pooling", "rerank", "score", "classify"),
            *("moderations", "images/generations", "audio/speech"),
            *("images/edits", "images/variations", "v1/videos", "openai/videos", "videos/*/remix"),
        ),
        Unrouted.WORDLESS,
    ),
    **dict.fromkeys(
        ("v1/files", "openai/files", "containers/*/files", "uploads/*/parts"), Unrouted.FILES
    ),
}
_MODEL_CARDS: Final = "/v1/models/"
_STORED: Final = "/v1/responses/"
# What may follow the id.
_OF_STORED: Final = {
    "GET": ("", "input_items"),
    "DELETE": ("",),
    "POST": ("cancel",),
}


def target_of(method: str, path: str) -> Target:
    """Says what a request line asks for.

    The path is compared in the form a model server would resolve it to: without its query,
    percent-decoded once, with `//` and `/./` collapsed and no trailing slash. Otherwise
    `//v1/chat/completions` would be served upstream and skipped here. Some servers care neither
    for case nor for what follows a semicolon. Where a service is served that we know under
    another path, we only look at it.
    """
    method = method.upper()
    plain = _resolved(path)
    service = _SERVICES.get((method, plain.lower()))
    if service is not None:
        return service
    if plain.lower().startswith(_STORED):
        known, _, rest = plain[len(_STORED) :].partition("/")
        if known and rest.lower() in _OF_STORED.get(method, ()):
            return StoredResponse(known)
    if method == "POST":
        *_, first, before, last = ("", "", *plain.lower().split("/"))
        verb = last.rpartition(":")[2]  # as Google writes it
        ends = (f"{first}/*/{last}", f"{before}/{last}", last, verb)
        return next((_UNROUTED[end] for end in ends if end in _UNROUTED), _ELSEWHERE)
    if method == "GET" and plain.startswith(_MODEL_CARDS):
        return ModelCard(plain.removeprefix(_MODEL_CARDS))
    return _ELSEWHERE


def dialect_of(headers: Headers) -> Service:
    """Says in whose words a client expects what several APIs have under one path.

    Anthropic's clients ask for models where OpenAI's do, but always say which version they speak.
    """
    return Service.MESSAGES if "anthropic-version" in headers else Service.CHAT_COMPLETIONS


def _resolved(path: str) -> str:
    bare = unquote(path.partition("?")[0].partition("#")[0])
    segments: list[str] = []
    for spelled in bare.replace("\\", "/").split("/"):
        segment = spelled.partition(";")[0]
        if segment == "..":
            del segments[-1:]
        elif segment not in ("", "."):
            segments.append(segment)
    return "/" + "/".join(segments)
