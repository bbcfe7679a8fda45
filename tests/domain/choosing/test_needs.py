"""What a request needs, and who has it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semroute.domain.chat import ChatRequest, Message, Role, Tool, ToolChoice
from semroute.domain.choosing.needs import Needs, needs_of, obstacles, tokens_of
from semroute.domain.passage import Origin, Passage
from semroute.domain.routing import Capability, Model, WeightedEndpoint
from semroute.domain.signals.definitions import Modality

TEXTS = st.text(max_size=40)
PLACES = (WeightedEndpoint("one"), WeightedEndpoint("two"))


def chat(*texts: str) -> ChatRequest:
    return ChatRequest("auto", tuple(Message(Role.USER, text) for text in texts))


@given(st.lists(TEXTS, max_size=3), TEXTS)
def test_more_text_is_never_fewer_tokens(texts: list[str], more: str) -> None:
    assert tokens_of(chat(*texts)) <= tokens_of(chat(*texts, more))
    assert tokens_of(chat("".join(texts))) <= tokens_of(chat("".join(texts) + more))


def test_what_is_written_without_spaces_is_more_tokens() -> None:
    assert tokens_of(chat("a" * 70)) == 24
    assert tokens_of(chat("字" * 70)) == 74
    assert tokens_of(chat()) == 0


def test_tools_are_read_too() -> None:
    said = Passage(("messages", 0, "content"), Origin.USER, "a" * 35)
    tool = Passage(("tools", 0, "function", "description"), Origin.TOOL, "b" * 350)
    request = ChatRequest("auto", (Message(Role.USER, said.text),), passages=(said, tool))
    assert tokens_of(request) == 114


def test_pictures_take_room_as_well() -> None:
    request = ChatRequest(
        "auto", (Message(Role.USER, ""),), opaque=(("messages", 0, "content", 0),)
    )
    assert tokens_of(request) == 1004
    small = Model("small", PLACES, context=1000)
    assert list(obstacles(small, needs_of(request), frozenset())) == ["context: 1004 > 1000 tokens"]


@pytest.mark.parametrize(
    ("request_", "capabilities"),
    [
        (chat("hi"), set()),
        (
            ChatRequest("auto", (), modalities=frozenset(Modality)),
            {"images", "audio", "video", "files"},
        ),
        (ChatRequest("auto", (), tools=(Tool("search"),)), {"tools"}),
        (ChatRequest("auto", (), tools=(Tool("search"),), tool_choice=ToolChoice.NONE), set()),
        (ChatRequest("auto", (), wants_schema=True), {"json_schema"}),
    ],
    ids=["text", "parts", "tools", "tools that may not be called", "a schema"],
)
def test_a_request_needs_what_is_in_it(request_: ChatRequest, capabilities: set[str]) -> None:
    assert needs_of(request_).capabilities == capabilities


def test_what_is_not_known_of_a_model_is_no_obstacle() -> None:
    needs = Needs(10_000_000, 1, frozenset(Capability))
    assert list(obstacles(Model("m", PLACES), needs, frozenset({"one"}))) == []


def test_every_obstacle_is_told() -> None:
    model = Model("m", PLACES, context=100, capabilities=frozenset({Capability.TOOLS}))
    needs = Needs(90, 11, frozenset({Capability.TOOLS, Capability.IMAGES}))
    assert list(obstacles(model, needs, frozenset({"one", "two"}))) == [
        "capability: images",
        "context: 101 > 100 tokens",
        "health: no endpoint is in order",
    ]


def test_the_last_token_still_has_room() -> None:
    assert list(obstacles(Model("m", PLACES, context=100), Needs(90, 10), frozenset())) == []
