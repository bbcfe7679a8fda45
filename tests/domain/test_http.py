import pytest
from hypothesis import given
from hypothesis import strategies as st

from semroute.domain.http import Elsewhere, ModelCard, Service, Target, target_of


@pytest.mark.parametrize(
    ("method", "path", "target"),
    [
        ("POST", "/v1/chat/completions", Service.CHAT_COMPLETIONS),
        ("POST", "/v1/chat/completions?x=1#y", Service.CHAT_COMPLETIONS),
        ("POST", "//v1/./chat//completions/", Service.CHAT_COMPLETIONS),
        ("POST", "/v1/x/../chat/%63ompletions", Service.CHAT_COMPLETIONS),
        ("POST", "/../v1/chat/completions", Service.CHAT_COMPLETIONS),
        ("GET", "/v1/chat/completions", Elsewhere()),
        ("POST", "/V1/chat/completions", Elsewhere()),
        ("POST", "/v1/chat/completions/x", Elsewhere()),
        ("POST", "/v1/chat/completions;x", Elsewhere()),
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
