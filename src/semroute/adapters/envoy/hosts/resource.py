"""Kubernetes' resources as values, and how they are written."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypeVar

from attrs import field, fields, frozen, has

T = TypeVar("T")

_NAME: Final = "name"


@frozen
class Metadata:
    """What a resource is called."""

    name: str
    namespace: str


@frozen
class Resource:
    """A resource of any kind; its `spec` is a value of that kind's type."""

    api_version: str
    kind: str
    metadata: Metadata
    spec: object


def called(name: str) -> Any:  # noqa: ANN401 - attrs types its fields by their annotation
    """Declares an optional field whose name is not ours in camel case."""
    return field(default=None, metadata={_NAME: name})


def written(value: object) -> Any:  # noqa: ANN401 - JSON
    """Returns a value as JSON: names in camel case, and nothing that is None.

    Mappings are taken as they are, because their keys are somebody else's.
    """
    kind = type(value)
    if has(kind):
        told = {
            each.metadata.get(_NAME) or _camel(each.name): getattr(value, each.name)
            for each in fields(kind)
        }
        return {name: written(item) for name, item in told.items() if item is not None}
    if isinstance(value, Mapping):
        return {key: written(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [written(item) for item in value]
    return value


def shared_out(rules: Sequence[T], most: int) -> Iterator[tuple[str, tuple[T, ...]]]:
    """Yields rules for resources that hold `most` of them, each with the resource's name."""
    for index, start in enumerate(range(0, len(rules), most), 1):
        yield "semroute" if index == 1 else f"semroute-{index}", tuple(rules[start : start + most])


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(part.capitalize() for part in others)
