"""What the parts of a conversation are that are no text."""

from collections.abc import Iterator
from typing import Final

from semroute.domain.signals.definitions import Modality

from .media import is_readable
from .strictjson import Json

_OF_TYPE: Final = {
    "image": Modality.IMAGE,
    "image_url": Modality.IMAGE,
    "input_image": Modality.IMAGE,
    "image_embeds": Modality.IMAGE,
    "computer_screenshot": Modality.IMAGE,
    "audio": Modality.AUDIO,
    "audio_url": Modality.AUDIO,
    "input_audio": Modality.AUDIO,
    "audio_embeds": Modality.AUDIO,
    "video": Modality.VIDEO,
    "video_url": Modality.VIDEO,
    "input_video": Modality.VIDEO,
    "file": Modality.FILE,
    "input_file": Modality.FILE,
    "document": Modality.FILE,
    "container_upload": Modality.FILE,
}
# Some servers look for these fields and not at the type.
_OF_FIELD: Final = {
    name: _OF_TYPE[name]
    for name in (
        "image_url",
        "input_audio",
        "audio_url",
        "video_url",
        "image_embeds",
        "audio_embeds",
    )
}


def modalities_in(content: Json) -> Iterator[Modality]:
    """Yields what the parts of a content are, also those in what a tool returned.

    Only parts are looked at: a tool's arguments may have an `image_url`, which is no image.
    """
    for part in content if isinstance(content, list) else (content,):
        if isinstance(part, dict):
            yield from _modalities_of(part)


def _modalities_of(part: dict[str, Json]) -> Iterator[Modality]:
    kind, source = part.get("type"), part.get("source")
    is_text = kind == "document" and is_readable(part)
    if isinstance(kind, str) and kind in _OF_TYPE and not is_text:
        yield _OF_TYPE[kind]
    yield from (modality for name, modality in _OF_FIELD.items() if part.get(name) is not None)
    yield from modalities_in(part.get("content"))
    if isinstance(source, dict):
        yield from modalities_in(source.get("content"))
