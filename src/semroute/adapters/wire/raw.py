"""JSON taken apart one level at a time, so that what is not looked into keeps its bytes."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, TypeAlias, TypeGuard, cast

import msgspec

if TYPE_CHECKING:
    from semroute.domain.json import Json

Raw: TypeAlias = msgspec.Raw
Fields: TypeAlias = dict[str, Raw]

_FIELDS: Final = msgspec.json.Decoder(Fields)
_ITEMS: Final = msgspec.json.Decoder(list[Raw])
_TEXT: Final = msgspec.json.Decoder(str)
_VALUE: Final = msgspec.json.Decoder(Raw)


def raw_of(document: bytes) -> Raw:
    """Returns a document without the white space around it."""
    return _VALUE.decode(document)


def is_object(raw: Raw | None) -> TypeGuard[Raw]:
    """Returns whether a value is there and an object."""
    return _first_of(raw) == b"{"


def is_list(raw: Raw | None) -> TypeGuard[Raw]:
    """Returns whether a value is there and a list."""
    return _first_of(raw) == b"["


def is_text(raw: Raw | None) -> TypeGuard[Raw]:
    """Returns whether a value is there and a string."""
    return _first_of(raw) == b'"'


def is_nothing(raw: Raw | None) -> bool:
    """Returns whether a value is not there, or null."""
    return raw is None or _first_of(raw) == b"n"


def fields_of(raw: Raw | bytes) -> Fields:
    """Returns the fields of an object, in their order."""
    return _FIELDS.decode(raw)


def items_of(raw: Raw) -> list[Raw]:
    """Returns the items of a list."""
    return _ITEMS.decode(raw)


def text_of(raw: Raw) -> str:
    """Returns what a string says."""
    return _TEXT.decode(raw)


def written(value: "Json | Fields | list[Raw]") -> Raw:
    """Returns a value as JSON; what is raw in it stays as it is."""
    return Raw(_ENCODER.encode(value))


def _first_of(raw: Raw | None) -> bytes:
    return b"" if raw is None else bytes(memoryview(raw)[:1])


def _plain(value: object) -> object:
    """Returns a mapping or a sequence of any kind as one that JSON knows."""
    if isinstance(value, Mapping):
        return dict(cast("Mapping[str, Json]", value))
    if isinstance(value, Sequence):
        return list(cast("Sequence[Json]", value))
    raise NotImplementedError  # which msgspec makes its own error of


_ENCODER: Final = msgspec.json.Encoder(enc_hook=_plain)
