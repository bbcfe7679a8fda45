"""Parts of a conversation that are no text, or may not be."""

from typing import Final

from .strictjson import Json

_READABLE_SOURCES: Final = frozenset({"text", "content"})

NAMED_MEDIA: Final = frozenset(
    {
        *("inlineData", "inline_data", "fileData", "file_data"),  # Gemini's
        *("image", "document", "video", "audio"),  # Bedrock's
    }
)
"""Fields that a part has instead of a type, if it is no text."""

# What says what a file is, and what that may be if the file is text, though in base64. Whatever is
# decoded elsewhere is decoded there, too.
_KINDS: Final = ("mimeType", "mime_type", "format")
_TEXTS: Final = frozenset({"txt", "md", "html", "csv"})


def is_readable(document: dict[str, Json]) -> bool:
    """Returns whether a part that is a document brings its text along as text."""
    source = document.get("source")
    kind = source.get("type") if isinstance(source, dict) else None
    return isinstance(kind, str) and kind in _READABLE_SOURCES


def is_media(key: str, value: dict[str, Json]) -> bool:
    """Returns whether what stands in one of `NAMED_MEDIA` is no text.

    Documents of other APIs are text.
    """
    source = value.get("source")
    if isinstance(source, dict):
        if source and source.keys() <= _READABLE_SOURCES:
            return False
    elif key == "document":
        return False
    return not any(map(_is_text, map(value.get, _KINDS)))


def _is_text(kind: Json) -> bool:
    return isinstance(kind, str) and (kind.startswith("text/") or kind in _TEXTS)
