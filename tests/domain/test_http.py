import pytest
from hypothesis import given
from hypothesis import strategies as st

from semroute.domain.http import (
    Elsewhere,
    ModelCard,
    Service,
    StoredResponse,
    Target,
    Unrouted,
    target_of,
)


@pytest.mark.parametrize(
    ("method", "path", "target"),
    [
        ("POST", "/v1/chat/completions", Service.CHAT_COMPLETIONS),
        ("POST", "/v1/chat/completions?x=1#y", Service.CHAT_COMPLETIONS),
        ("POST", "//v1/./chat//completions/", Service.CHAT_COMPLETIONS),
        ("POST", "/v1/x/../chat/%63ompletions", Service.CHAT_COMPLETIONS),
        ("POST", "/../v1/chat/completions", Service.CHAT_COMPLETIONS),
        ("GET", "/v1/chat/completions", Elsewhere()),
        ("POST", "/V1/Chat/completions", Service.CHAT_COMPLETIONS),
        ("post", "/v1/chat/completions", Service.CHAT_COMPLETIONS),
        ("POST", "/v1/chat/completions/x", Elsewhere()),
        ("POST", "/v1/chat;a=b/completions;x", Service.CHAT_COMPLETIONS),
        ("POST", "/v1\\chat\\completions", Service.CHAT_COMPLETIONS),
        ("POST", "/chat/completions", Unrouted.OTHER),
        ("POST", "/openai/deployments/x/chat/completions?api-version=1", Unrouted.OTHER),
        ("POST", "/v1/completions", Service.COMPLETIONS),
        ("POST", "/v1/engines/x/completions/", Unrouted.COMPLETIONS),
        ("POST", "/v1/embeddings", Service.EMBEDDINGS),
        ("POST", "/embeddings", Unrouted.EMBEDDINGS),
        ("POST", "/v1/responses", Service.RESPONSES),
        ("POST", "/openai/v1/responses", Unrouted.RESPONSES),
        ("GET", "/v1/responses/resp_1?stream=true", StoredResponse("resp_1")),
        ("DELETE", "/v1/Responses/Resp_1/", StoredResponse("Resp_1")),
        ("POST", "/v1/responses/resp_1/cancel", StoredResponse("resp_1")),
        ("GET", "/v1/responses/resp_1/input_items", StoredResponse("resp_1")),
        ("GET", "/v1/responses/resp_1/cancel", Elsewhere()),
        ("GET", "/v1/responses", Elsewhere()),
        ("POST", "/v1/responses/input_tokens", Unrouted.WORDLESS),
        ("POST", "/anthropic/v1/messages", Unrouted.MESSAGES),
        ("POST", "/v1/messages", Service.MESSAGES),
        ("POST", "/v1/messages/count_tokens", Service.TOKEN_COUNT),
        ("POST", "/anthropic/v1/messages/count_tokens", Unrouted.WORDLESS),
        ("POST", "/v1/threads/x/messages", Unrouted.MESSAGES),
        ("POST", "/v1/threads/x/runs/y/submit_tool_outputs", Unrouted.OTHER),
        ("POST", "/v1/conversations/x/items", Unrouted.OTHER),
        ("POST", "/v1/conversations/x/items/y", Elsewhere()),
        ("POST", "/v1/shops/x/items", Elsewhere()),
        ("POST", "/model/anthropic.claude-v2%3A1/invoke", Unrouted.OTHER),
        ("POST", "/model/anthropic.claude-v2:1/converse-stream", Unrouted.OTHER),
        ("POST", "/v1beta/models/gemini-2.5:streamGenerateContent?alt=sse", Unrouted.OTHER),
        ("POST", "/v2/models/llama/infer", Unrouted.OTHER),
        ("POST", "/v1/images/generations", Unrouted.WORDLESS),
        ("POST", "/v1/audio/speech", Unrouted.WORDLESS),
        ("POST", "/openai/deployments/m/moderations", Unrouted.WORDLESS),
        ("POST", "/v1/images/edits", Unrouted.WORDLESS),
        ("POST", "/openai/deployments/m/images/variations", Unrouted.WORDLESS),
        ("POST", "/v1/videos", Unrouted.WORDLESS),
        ("POST", "/v1/videos/video_1/remix", Unrouted.WORDLESS),
        ("GET", "/v1/videos/video_1", Elsewhere()),
        ("POST", "/v1/audio/transcriptions", Unrouted.OTHER),
        ("POST", "/openai/v1/audio/translations", Unrouted.OTHER),
        ("POST", "/invocations", Unrouted.OTHER),
        ("POST", "/api/chat", Unrouted.OTHER),
        ("POST", "/api/generate", Unrouted.OTHER),
        ("POST", "/v1/files", Unrouted.FILES),
        ("POST", "/openai/v1/files", Unrouted.FILES),
        ("POST", "/v1/containers/c/files", Unrouted.FILES),
        ("POST", "/v1/uploads/u/parts", Unrouted.FILES),
        ("POST", "/files", Elsewhere()),
        ("GET", "/v1/files/f/content", Elsewhere()),
        ("GET", "/v1/messages", Elsewhere()),
        ("GET", "/v1/models/Org/name", ModelCard("Org/name")),
        ("GET", "/v1/models", Service.MODEL_LIST),
        ("GET", "/v1/models/", Service.MODEL_LIST),
        ("GET", "/v1/models/org/name", ModelCard("org/name")),
        ("DELETE", "/v1/models/name", Elsewhere()),
        ("GET", "", Elsewhere()),
        ("", "/", Elsewhere()),
    ],
)
def test_a_path_is_compared_as_a_server_would_resolve_it(
    method: str, path: str, target: Target
) -> None:
    assert target_of(method, path) == target


@given(st.text(), st.text())
def test_no_path_is_too_strange(method: str, path: str) -> None:
    target_of(method, path)
