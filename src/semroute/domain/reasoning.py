"""How long a model shall think, said in the words of its family and of an API."""

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Final, TypeAlias

from attrs import field, frozen

from .http import Service
from .json import Json

_Path: TypeAlias = tuple[str, ...]


class ReasoningMode(StrEnum):
    """How much a model shall think before it answers."""

    OFF = "off"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@frozen
class Dialect:
    """How a family of models is told to reason in one API.

    Fields are named by their place: `reasoning.effort` is `effort` in the object `reasoning`. A
    name stands for all that is in it.

    Args:
        patches: By mode, what is merged into a request, as RFC 7396 has it.
        knows: Fields that the family understands as well, and that a client may use while no mode
            is asked for.
        keeps: Fields of a client that stay beside one of these patches, if it makes them reason.
        excludes: Fields beside which the family refuses to reason, unless they say no more than
            what goes without saying: null, false, 1, nothing.
    """

    patches: Mapping[ReasoningMode, Mapping[str, Json]] = field(factory=dict)
    knows: frozenset[str] = frozenset()
    keeps: frozenset[str] = frozenset()
    excludes: frozenset[str] = frozenset()

    @property
    def fields(self) -> frozenset[str]:
        """Every reasoning field that the family understands here."""
        said = (".".join(path) for patch in self.patches.values() for path, _ in _leaves(patch))
        return self.knows | self.keeps | frozenset(said)


@frozen
class Family:
    """Models that are told to reason in the same words.

    Args:
        name: What operators call it.
        dialects: By API. In one that is missing it cannot be told anything.
    """

    name: str
    dialects: Mapping[Service, Dialect] = field(factory=dict)

    def dialect(self, service: Service) -> Dialect:
        """Returns its words in an API; none if it has none."""
        return self.dialects.get(service, Dialect())


@frozen
class Present:
    """What a request says already that bears on reasoning.

    Args:
        fields: Those of its top level. Texts and messages may be missing.
        is_continuation: Whether the model goes on with a turn in which it has called tools.
        is_prefilled: Whether the beginning of the answer is given.
    """

    fields: Mapping[str, Json] = field(factory=dict)
    is_continuation: bool = False
    is_prefilled: bool = False


# The APIs that have words for it.
REASONED: Final = (Service.CHAT_COMPLETIONS, Service.RESPONSES, Service.MESSAGES)

# What clients are known to say, whether or not a family of the operator's says it too.
_USUAL: Final = frozenset(
    {
        "chat_template_kwargs.enable_thinking",
        "chat_template_kwargs.reasoning_effort",
        "chat_template_kwargs.thinking",
        "chat_template_kwargs.thinking_budget",
        "enable_thinking",
        "extra_body.google.thinking_config",
        "output_config.effort",
        "prompt_mode",
        "reasoning",
        "reasoning_budget",
        "reasoning_effort",
        "thinking",
        "thinking_budget",
        "thinking_budget_tokens",
        "thinking_token_budget",
    }
)

# What comes closest to a mode that a family has no words for, or none that fit. Whoever asks for
# thought is not given none, and whoever asks for none is given a little, never much.
_NEAREST: Final[Mapping[ReasoningMode, tuple[ReasoningMode, ...]]] = {
    ReasoningMode.OFF: (ReasoningMode.OFF, ReasoningMode.LOW),
    ReasoningMode.LOW: (ReasoningMode.LOW, ReasoningMode.MEDIUM, ReasoningMode.HIGH),
    ReasoningMode.MEDIUM: (ReasoningMode.MEDIUM, ReasoningMode.HIGH, ReasoningMode.LOW),
    ReasoningMode.HIGH: (ReasoningMode.HIGH, ReasoningMode.MEDIUM, ReasoningMode.LOW),
}


def reasoning_fields(families: Iterable[Family], service: Service) -> frozenset[str]:
    """Returns every field by which clients tell models to reason in an API, as far as is known."""
    return _USUAL.union(*(family.dialect(service).fields for family in families))


def reasoning_patch(
    mode: ReasoningMode | None,
    family: Family | None,
    service: Service,
    known_fields: frozenset[str],
    present: Present,
) -> Mapping[str, Json]:
    """Returns what must be merged into a request so that a model reasons as it shall.

    Nothing is said that the model does not understand: fields of other dialects are removed, and
    objects that are empty then are, too. A mode that the family cannot express becomes the
    nearest that it can, or nothing is said; the same goes for one that the API would refuse
    beside what the request says. Of a model without a family nothing is known, and its requests
    stay as they are.

    Args:
        mode: How much it shall reason; None if nobody asks for anything. Then the client's own
            words stay, if the model understands them.
        family: The chosen model's.
        service: The API that the request came by.
        known_fields: What `reasoning_fields` returns for it.
        present: What the request says already.
    """
    if family is None or service not in REASONED:
        return {}
    dialect = family.dialect(service)
    said = None if mode is None else _expressed(mode, dialect, service, present)
    patch: Mapping[str, Json] = {}
    stays = dialect.fields
    if said is not None:
        near, patch = said
        stays = frozenset[str]() if near is ReasoningMode.OFF else dialect.keeps
    leaves = dict(_leaves(patch))
    kept = frozenset({*map(_path, stays), *leaves})
    removed = {
        path
        for name in known_fields | dialect.fields
        for path in _unwanted(_path(name), present.fields, kept)
    }
    for path in [path for path, value in leaves.items() if value is None]:
        # Told to remove what is not there, RFC 7396 makes the objects around it.
        del leaves[path]
        if _holds(present.fields, path):
            removed.add(path)
    while emptied := _emptied(removed, leaves, present.fields):
        removed = {path for path in removed if path[: len(emptied)] != emptied} | {emptied}
    return _nested(leaves | dict.fromkeys(sorted(removed)))


def _expressed(
    mode: ReasoningMode, dialect: Dialect, service: Service, present: Present
) -> tuple[ReasoningMode, Mapping[str, Json]] | None:
    """Returns the mode that comes closest, and its patch; None if there is none, or none fits."""
    is_excluded = any(_says_more(_at(present.fields, _path(name))) for name in dialect.excludes)
    for near in _NEAREST[mode]:
        patch = dialect.patches.get(near)
        if patch is None or (is_excluded and near is not ReasoningMode.OFF):
            continue
        if service is not Service.MESSAGES or _suits_messages(patch, present):
            return near, patch
    return None


def _suits_messages(patch: Mapping[str, Json], present: Present) -> bool:
    """Whether Anthropic's API takes a patch beside what the request says.

    A model that thinks cannot be forced to call a tool or to go on with an answer that was begun
    for it; its budget is part of the answer's length; and in a turn in which it has called tools
    without thinking, it cannot begin to.
    """
    thinking = patch.get("thinking")
    if not isinstance(thinking, Mapping) or thinking.get("type") == "disabled":
        return True
    budget, longest = thinking.get("budget_tokens"), present.fields.get("max_tokens")
    if isinstance(budget, int | float) and (
        not isinstance(longest, int | float) or budget >= longest
    ):
        return False
    choice = present.fields.get("tool_choice")
    is_forced = isinstance(choice, Mapping) and choice.get("type") in ("any", "tool")
    before = present.fields.get("thinking")
    thought = isinstance(before, Mapping) and before.get("type") in ("enabled", "adaptive")
    return not (is_forced or present.is_prefilled or (present.is_continuation and not thought))


def _says_more(value: Json) -> bool:
    """Whether a value is another than what goes without saying."""
    match value:
        case bool():
            return value
        case int() | float():
            return value != 1
        case _:
            return bool(value)


def _unwanted(path: _Path, fields: Json, kept: frozenset[_Path]) -> Iterator[_Path]:
    """Yields what stands at a path and in nothing that is kept, in pieces as large as possible."""
    if not _holds(fields, path) or any(path[: len(each)] == each for each in kept):
        return
    if not any(each[: len(path)] == path for each in kept):
        yield path
        return
    value = _at(fields, path)
    for key in value if isinstance(value, Mapping) else ():
        yield from _unwanted((*path, key), fields, kept)


def _emptied(removed: set[_Path], leaves: Mapping[_Path, Json], fields: Json) -> _Path | None:
    """Returns the place of an object of which nothing is left, if there is one."""
    for place in {path[:-1] for path in removed if len(path) > 1}:
        value = _at(fields, place)
        is_written = any(path[: len(place)] == place for path in leaves)
        is_left = not isinstance(value, Mapping) or any(
            (*place, key) not in removed for key in value
        )
        if not is_written and not is_left:
            return place
    return None


def _leaves(patch: Mapping[str, Json], place: _Path = ()) -> Iterator[tuple[_Path, Json]]:
    for key, value in patch.items():
        if isinstance(value, Mapping) and value:
            yield from _leaves(value, (*place, key))
        else:
            yield (*place, key), value


def _nested(leaves: Mapping[_Path, Json]) -> dict[str, Json]:
    root: dict[str, Json] = {}
    for key in dict.fromkeys(path[0] for path in leaves):
        inner = {path[1:]: value for path, value in leaves.items() if path[0] == key}
        root[key] = inner[()] if () in inner else _nested(inner)
    return root


def _path(name: str) -> _Path:
    return tuple(name.split("."))


def _holds(value: Json, path: _Path) -> bool:
    for step in path:
        if not isinstance(value, Mapping) or step not in value:
            return False
        value = value[step]
    return True


def _at(value: Json, path: _Path) -> Json:
    """Returns what stands at a path; None if nothing does."""
    for step in path:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value
