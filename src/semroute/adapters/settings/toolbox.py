"""Files of tools, read strictly and with every mistake at once."""

import json
import math
import re
from collections.abc import Iterator
from pathlib import Path as FilePath
from typing import Final

from attrs import evolve

from semroute.domain.chat import Tool
from semroute.domain.suggestions import did_you_mean
from semroute.domain.tools.describing import described
from semroute.domain.tools.toolbox import Toolbox, ToolDefinition

from .problems import Path, Problem, SettingsError
from .yamltree import Tree, YamlTree, parse

# What OpenAI and Anthropic both take.
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_NO_PARAMETERS: Final[Tree] = {"type": "object", "properties": {}}
_MAX_DEPTH: Final = 32  # of a schema; no model makes sense of a deeper one

_TOP: Final = ("tools",)
_ENTRY: Final = ("type", "function", "tags")
_FUNCTION: Final = ("name", "description", "parameters", "strict")


def load_toolbox(path: FilePath) -> Toolbox:
    """Reads a file of tools, YAML or JSON.

    It is a list of tools as OpenAI's chat completions have them, or a map whose only key, `tools`,
    has that list. Each may have `tags` beside its `function`.

    Raises:
        OSError: The file cannot be read.
        SettingsError: Something in it is wrong; the error lists everything that is.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        problem = Problem((), f"not UTF-8: byte {error.start} is wrong")
        raise SettingsError((problem,), str(path)) from error
    return toolbox_of(text, str(path))


def toolbox_of(text: str, name: str = "tools") -> Toolbox:
    """Reads tools, as `load_toolbox` does.

    Args:
        text: The file's contents.
        name: What to call it in error messages.

    Raises:
        SettingsError: Something in it is wrong; the error lists everything that is.
    """
    tree = parse(text, {})
    if tree.value is None:
        raise SettingsError(tree.problems, name)
    reading = _Reading(tree)
    definitions = tuple(reading.definitions())
    if reading.problems:
        problems = sorted(reading.problems, key=lambda problem: problem.line or 0)
        raise SettingsError(tuple(problems), name)
    return Toolbox(definitions)


class _Reading:
    """A file while it is read.

    Attributes:
        problems: What is wrong with what was read so far.
    """

    def __init__(self, tree: YamlTree) -> None:
        self.problems = list(tree.problems)
        self._tree = tree
        self._places: dict[str, str] = {}

    def definitions(self) -> Iterator[ToolDefinition]:
        """Yields the tools that nothing is wrong with."""
        value = self._tree.value
        path: Path = ()
        if isinstance(value, dict):
            self._refuse_others(value, path, _TOP)
            value, path = value.get("tools"), ("tools",)
        if not isinstance(value, list) or not value:
            self._refuse(path, "it must be a list of at least one tool")
            return
        for index, entry in enumerate(value):
            definition = self._definition(entry, (*path, index))
            if definition is not None:
                yield definition

    def _definition(self, entry: Tree, path: Path) -> ToolDefinition | None:
        """Returns a tool, or None if something is wrong with it."""
        before = len(self.problems)
        if not isinstance(entry, dict):
            self._refuse(path, "it must be a map with a function")
            return None
        self._refuse_others(entry, path, _ENTRY)
        if entry.get("type", "function") != "function":
            self._refuse((*path, "type"), "it must be function")
        tags = self._tags(entry.get("tags", []), (*path, "tags"))
        function, path = entry.get("function"), (*path, "function")
        if not isinstance(function, dict):
            self._refuse(path, "it must be a map with a name")
            return None
        self._refuse_others(function, path, _FUNCTION)
        name = self._name(function.get("name"), (*path, "name"))
        description = function.get("description", "")
        if not isinstance(description, str):
            self._refuse((*path, "description"), "it must be text")
        strict = function.get("strict")
        if not isinstance(strict, bool | None):
            self._refuse((*path, "strict"), "it must be true or false")
        schema = function.get("parameters", _NO_PARAMETERS)
        self._check_schema(schema, (*path, "parameters"))
        if len(self.problems) > before:
            return None
        assert isinstance(description, str)
        assert isinstance(strict, bool | None)
        return ToolDefinition(
            tool=Tool(name, described(description, schema)),
            description=description,
            parameters=json.dumps(schema, ensure_ascii=False, separators=(",", ":")),
            is_strict=strict,
            tags=tags,
        )

    def _name(self, value: Tree, path: Path) -> str:
        if not isinstance(value, str) or not _NAME.fullmatch(value):
            self._refuse(path, "it must be 1 to 64 letters, digits, underscores and hyphens")
            return ""
        if value in self._places:
            self._refuse(path, f"{self._places[value]} has the same name")
        self._places.setdefault(value, Problem(path, "").place)
        return value

    def _tags(self, value: Tree, path: Path) -> frozenset[str]:
        tags = [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
        if not isinstance(value, list) or len(tags) < len(value):
            self._refuse(path, "it must be a list of words")
        return frozenset(tags)

    def _check_schema(self, schema: Tree, path: Path) -> None:
        """Makes sure that a schema is one of an object; what its keys mean is the model's."""
        if not isinstance(schema, dict) or schema.get("type") != "object":
            self._refuse(path, "it must be a JSON Schema whose type is object")
            return
        for where, value in _within(schema, path):
            if isinstance(value, float) and not math.isfinite(value):
                self._refuse(where, "JSON has no such number")
            if isinstance(value, dict | list) and len(where) - len(path) > _MAX_DEPTH:
                self._refuse(where, f"it is more than {_MAX_DEPTH} levels deep in its schema")

    def _refuse_others(self, value: dict[str, Tree], path: Path, known: tuple[str, ...]) -> None:
        for key in value:
            if key not in known:
                near = did_you_mean(key, known)
                self._refuse((*path, key), f"there is no such key{near}")

    def _refuse(self, path: Path, message: str) -> None:
        around = path
        while around and around not in self._tree.lines:
            around = around[:-1]
        problem = Problem(path, message)
        self.problems.append(evolve(problem, line=self._tree.lines.get(around)))


def _within(value: Tree, path: Path) -> Iterator[tuple[Path, Tree]]:
    """Yields everything in a value and where it is, one level further than may be."""
    rest: list[tuple[Path, Tree]] = [(path, value)]
    while rest:
        where, each = rest.pop()
        yield where, each
        if len(where) - len(path) > _MAX_DEPTH:
            continue
        if isinstance(each, dict):
            rest += [((*where, key), child) for key, child in each.items()]
        elif isinstance(each, list):
            rest += [((*where, index), child) for index, child in enumerate(each)]
