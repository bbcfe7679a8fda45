"""JSON Merge Patch (RFC 7396) on a request whose other values keep their bytes."""

from collections.abc import Mapping

from semroute.domain.json import Json

from .raw import Fields, Raw, fields_of, is_object, written


def merge(fields: Fields, patch: Mapping[str, Json]) -> None:
    """Merges a patch into the fields of an object.

    Null removes a field, an object is merged into what stands there, and everything else takes
    its place. What is new comes last.
    """
    for name, value in patch.items():
        if value is None:
            fields.pop(name, None)
        else:
            fields[name] = _merged(fields.get(name), value)


def _merged(raw: Raw | None, patch: Json) -> Raw:
    if not isinstance(patch, Mapping):
        return written(patch)
    # A patch that is an object makes one of whatever stood there, so that its nulls vanish.
    fields = fields_of(raw) if is_object(raw) else {}
    merge(fields, patch)
    return written(fields)
