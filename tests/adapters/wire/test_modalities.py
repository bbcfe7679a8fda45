from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semroute.adapters.wire.modalities import modalities_in
from semroute.domain.signals.definitions import Modality

from .documents import UNHURRIED

IMAGE, AUDIO, VIDEO, FILE = Modality
PDF = {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0="}


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ({"type": "text", "text": "hi"}, set()),
        ({"type": "text", "text": "hi", "image_url": None}, set()),
        ({"type": "image_url", "image_url": {"url": "x"}}, {IMAGE}),
        ({"type": "input_image", "file_id": "x"}, {IMAGE}),
        ({"type": "image", "source": {"type": "url"}}, {IMAGE}),
        ({"type": "input_audio", "input_audio": {}}, {AUDIO}),
        ({"type": "video_url", "video_url": {}}, {VIDEO}),
        ({"type": "file", "file": {"file_id": "x"}}, {FILE}),
        ({"type": "input_file", "file_id": "x"}, {FILE}),
        # by their fields alone, as some servers take them
        ({"type": "text", "image_url": {"url": "x"}}, {IMAGE}),
        ({"type": 7, "audio_url": {}, "video_url": {}}, {AUDIO, VIDEO}),
        # documents are files, unless they bring their text along
        ({"type": "document", "source": PDF}, {FILE}),
        ({"type": "document", "source": {"type": "text", "data": "hi"}}, set()),
        (
            {"type": "document", "source": {"type": "content", "content": [{"type": "image"}]}},
            {IMAGE},
        ),
        # in what tools return
        ({"type": "tool_result", "content": [{"type": "image"}, {"type": "text"}]}, {IMAGE}),
        (
            {
                "type": "web_fetch_tool_result",
                "content": {"content": {"type": "document", "source": PDF}},
            },
            {FILE},
        ),
        # what a tool is called with is none of it
        ({"type": "tool_use", "name": "f", "input": {"image_url": "x", "type": "image"}}, set()),
        # what makes no sense
        ({"type": ["image"]}, set()),
        ({"type": "document", "source": {"type": ["text"]}}, {FILE}),
        ({"type": "document", "source": "x"}, {FILE}),
        ("image", set()),
        (None, set()),
    ],
)
def test_a_part_is_what_it_says(part: Any, expected: set[Modality]) -> None:
    assert set(modalities_in([part])) == expected
    assert set(modalities_in([{"type": "text"}, part])) == expected


@pytest.mark.parametrize("content", [None, "image", 7, []])
def test_what_has_no_parts_is_text(content: Any) -> None:
    assert set(modalities_in(content)) == set()


@UNHURRIED
@given(
    st.recursive(
        st.none() | st.integers() | st.sampled_from(["image", "document", "text", "content"]),
        lambda inner: st.dictionaries(
            st.sampled_from(["type", "content", "source", "image_url"]),
            inner | st.lists(inner, max_size=3),
            max_size=4,
        ),
        max_leaves=12,
    )
)
def test_any_content_can_be_asked(content: Any) -> None:
    assert set(modalities_in(content)) <= set(Modality)
