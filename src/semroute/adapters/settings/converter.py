"""Plain values as typed ones: containers by cattrs, leaves by msgspec, which knows constraints."""

import math
from collections.abc import Callable, Iterator
from types import NoneType, UnionType
from typing import Any, Final, Literal, TypeVar, Union, get_args, get_origin

import msgspec
from attrs import fields, frozen, has, resolve_types
from cattrs import (
    AttributeValidationNote,
    BaseConverter,
    BaseValidationError,
    Converter,
    ForbiddenExtraKeysError,
    IterableValidationNote,
)
from cattrs.cols import homogenous_tuple_structure_factory, mapping_structure_factory
from cattrs.gen import make_dict_structure_fn

from semroute.domain.suggestions import did_you_mean

from .problems import Path, Problem
from .yamltree import Replaced, Tree

T = TypeVar("T")

_LEAVES: Final = (str, int, float, bool)

_StructureHook = Callable[[Any, Any], Any]


@frozen
class Mistakes:
    """Why a value is not what it should be."""

    problems: tuple[Problem, ...]


class _MistakeError(Exception):
    """A value is wrong, and the message says how."""


def structure(tree: Tree, into: type[T]) -> T | Mistakes:
    """Reads a value as an instance of an attrs class. Every mistake is found, not the first."""
    try:
        return _CONVERTER.structure(tree, into)
    except (BaseValidationError, _MistakeError) as error:
        return Mistakes(tuple(_problems(error, ())))


def _problems(error: BaseException, path: Path) -> Iterator[Problem]:
    match error:
        case BaseValidationError():
            for each in error.exceptions:
                yield from _problems(each, (*path, *_step(each)))
        case ForbiddenExtraKeysError():
            known = [field.name for field in fields(error.cl)]
            for key in sorted(error.extra_fields):
                yield Problem((*path, key), f"unknown key{did_you_mean(key, known)}")
        case KeyError():
            yield Problem(path, "it is required, but missing")
        case _:
            yield Problem(path, str(error))


def _step(error: BaseException) -> Path:
    """Returns the key or index that cattrs has noted on an error."""
    for note in getattr(error, "__notes__", ()):
        if isinstance(note, AttributeValidationNote):
            return (note.name,)
        if isinstance(note, IterableValidationNote):
            return (note.index,)
    return ()


def _leaf(value: object, kind: Any) -> object:  # noqa: ANN401 - any type that msgspec knows
    if isinstance(value, float) and not math.isfinite(value):
        message = "it must be a finite number"
        raise _MistakeError(message)
    try:
        if isinstance(value, Replaced):
            return msgspec.convert(str(value), kind, strict=False)
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        message = str(error).replace("`", "")
        raise _MistakeError(message[:1].lower() + message[1:]) from None


def _literal(value: object, kind: Any) -> object:  # noqa: ANN401 - a Literal is no type
    choices = get_args(kind)
    if value in choices:
        return value
    listed = ", ".join(map(str, choices))
    message = f"it must be one of {listed}{did_you_mean(value, map(str, choices))}"
    raise _MistakeError(message)


def _shaped(shape: type, name: str, hook: _StructureHook) -> _StructureHook:
    """Returns a hook that first checks that the value is a mapping or a list at all."""

    def checked(value: object, kind: Any) -> object:  # noqa: ANN401 - cattrs' signature
        if not isinstance(value, shape):
            message = f"it must be a {name}"
            raise _MistakeError(message)
        return hook(value, kind)

    return checked


def _class_hook(kind: Any, converter: BaseConverter) -> _StructureHook:  # noqa: ANN401 - cattrs' signature
    resolve_types(kind)  # a class that contains itself can only be named, also inside of a type
    hook = make_dict_structure_fn(kind, converter, _cattrs_forbid_extra_keys=True)
    return _shaped(dict, "mapping", hook)


def _mapping_hook(kind: Any, converter: BaseConverter) -> _StructureHook:  # noqa: ANN401 - cattrs' signature
    return _shaped(dict, "mapping", mapping_structure_factory(kind, converter))


def _list_hook(kind: Any, converter: BaseConverter) -> _StructureHook:  # noqa: ANN401 - cattrs' signature
    return _shaped(list, "list", homogenous_tuple_structure_factory(kind, converter))


def _originates_in(origin: object) -> Callable[[Any], bool]:
    return lambda kind: get_origin(kind) is origin


def _is_annotated(kind: Any) -> bool:  # noqa: ANN401 - any type
    return hasattr(kind, "__metadata__")


def _annotated_hook(kind: Any, converter: BaseConverter) -> _StructureHook:  # noqa: ANN401 - cattrs' signature
    """Leaves are converted under their constraints; a container's annotations only describe."""
    if _is_leaf(kind.__origin__):
        return _leaf
    hook = converter.get_structure_hook(kind.__origin__)
    return lambda value, _: hook(value, kind.__origin__)


def _is_short_form(kind: Any) -> bool:  # noqa: ANN401 - any type
    """Whether a type is a class for which one leaf may stand, as a name for what it names."""
    choices = get_args(kind) if isinstance(kind, UnionType) else ()
    return sum(map(has, choices)) == 1 and all(has(each) or each in _LEAVES for each in choices)


def _short_form_hook(kind: Any, converter: BaseConverter) -> _StructureHook:  # noqa: ANN401 - cattrs' signature
    whole = next(choice for choice in get_args(kind) if has(choice))
    leaf = next(choice for choice in get_args(kind) if not has(choice))
    return lambda value, _: (
        converter.structure(value, whole) if isinstance(value, dict) else _leaf(value, leaf)
    )


def _is_written_elsewhere(kind: Any) -> bool:  # noqa: ANN401 - any type
    """Whether a type is a mapping for which text may stand, as the name of the file that has it."""
    match get_args(kind):
        case (here, elsewhere) if get_origin(kind) in {Union, UnionType}:
            return get_origin(here) is dict and _is_text(elsewhere)
        case _:
            return False


def _is_text(kind: Any) -> bool:  # noqa: ANN401 - any type
    return kind is str or (_is_annotated(kind) and kind.__origin__ is str)


def _written_elsewhere_hook(kind: Any, converter: BaseConverter) -> _StructureHook:  # noqa: ANN401 - cattrs' signature
    here, elsewhere = get_args(kind)

    def either(value: object, _: object) -> object:
        match value:
            case dict():
                return converter.structure(value, here)
            case str():
                return _leaf(value, elsewhere)
            case _:
                message = "it must be a mapping, or the name of a file"
                raise _MistakeError(message)

    return either


def _is_leaf(kind: object) -> bool:
    if isinstance(kind, UnionType):
        return all(_is_leaf(choice) for choice in get_args(kind))
    return kind in _LEAVES or kind is NoneType


def _converter() -> Converter:
    converter = Converter()
    converter.register_structure_hook_factory(has, _class_hook)
    converter.register_structure_hook_factory(_is_short_form, _short_form_hook)
    converter.register_structure_hook_factory(_is_written_elsewhere, _written_elsewhere_hook)
    converter.register_structure_hook_factory(_originates_in(dict), _mapping_hook)
    converter.register_structure_hook_factory(_originates_in(tuple), _list_hook)
    converter.register_structure_hook_func(_originates_in(Literal), _literal)
    converter.register_structure_hook_factory(_is_annotated, _annotated_hook)
    for kind in _LEAVES:
        converter.register_structure_hook(kind, _leaf)
    return converter


_CONVERTER: Final = _converter()
