"""JSON Schema for editors."""

from typing import Any, Final

import msgspec

VARIABLE: Final = {"type": "string", "pattern": r"\$\{.+\}"}
_NOT_TEXT: Final = frozenset({"integer", "number", "boolean"})


def json_schema(kind: type, title: str) -> dict[str, Any]:
    """Returns the JSON Schema (2020-12) of files that `load` reads as `kind`."""
    schema = msgspec.json.schema(kind)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        **_tightened(schema),
    }


def _tightened(schema: Any) -> Any:  # noqa: ANN401 - JSON
    """Refuses unknown keys, and allows `${NAME}` wherever a value is no text."""
    if isinstance(schema, list):
        return [_tightened(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    tightened = {key: _tightened(value) for key, value in schema.items()}
    if tightened.get("type") in _NOT_TEXT:
        kept = {key: tightened.pop(key) for key in ("description", "default") if key in tightened}
        return kept | {"anyOf": [tightened, VARIABLE]}
    if tightened.get("type") == "object" and "properties" in tightened:
        tightened["additionalProperties"] = False
    return tightened
