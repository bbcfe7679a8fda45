"""What heads are trained on: files with licences, and what is read from them."""

from .card import Card, Origin, model_card
from .manifest import (
    ALLOWED_LICENCES,
    Head,
    HeldOut,
    Manifest,
    Material,
    Subject,
    manifest_mistakes,
    subject_of,
)
from .material import (
    Marked,
    MaterialError,
    Prompt,
    Tried,
    marked_in,
    prompts_in,
    tried_in,
    verified,
)

__all__ = [
    "ALLOWED_LICENCES",
    "Card",
    "Head",
    "HeldOut",
    "Manifest",
    "Marked",
    "Material",
    "MaterialError",
    "Origin",
    "Prompt",
    "Subject",
    "Tried",
    "manifest_mistakes",
    "marked_in",
    "model_card",
    "prompts_in",
    "subject_of",
    "tried_in",
    "verified",
]
