"""YAML files as typed values, with every mistake reported at once.

It knows nothing of what is configured: the types are the caller's. They are attrs classes whose
leaves carry their constraints as `Annotated[..., msgspec.Meta(...)]`, so that the loader and the
JSON Schema read the same ones. Only files of tools have a form of their own.
"""

from .document import load
from .file import load_file
from .problems import Path, Problem, SettingsError
from .schema import VARIABLE, json_schema
from .toolbox import load_toolbox, toolbox_of

__all__ = [
    "VARIABLE",
    "Path",
    "Problem",
    "SettingsError",
    "json_schema",
    "load",
    "load_file",
    "load_toolbox",
    "toolbox_of",
]
