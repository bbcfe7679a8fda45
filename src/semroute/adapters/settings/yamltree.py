"""YAML text as plain values that remember their lines."""

import re
from collections.abc import Mapping
from typing import Final, TypeAlias

import yaml
from attrs import define, field, frozen

from .problems import Path, Problem

Tree: TypeAlias = "dict[str, Tree] | list[Tree] | str | int | float | bool | None"

MAX_BYTES: Final = 1 << 20
_MAX_NODES: Final = 100_000  # aliases can make a small file a huge tree

# YAML 1.2 has no others. In 1.1, which the parser follows, `off` and `no` (Norwegian) are some too.
_BOOLEANS: Final = ("true", "false")

# ${NAME}, ${NAME:-default}; $${ is a literal ${.
_VARIABLE: Final = re.compile(r"\$(?:(\$\{)|\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\})")


_TAGS: Final = frozenset(
    f"tag:yaml.org,2002:{name}"
    for name in ("map", "seq", "str", "int", "float", "bool", "null", "timestamp", "merge")
)


class Replaced(str):
    """Text that holds the value of a variable. It may stand for a number as well as a word."""

    __slots__ = ()


@frozen
class YamlTree:
    """A parsed file.

    Args:
        value: Its contents, variables replaced; None if it is no YAML at all.
        lines: The line of every value.
        problems: What could not be read.
    """

    value: Tree
    lines: Mapping[Path, int]
    problems: tuple[Problem, ...] = ()


def parse(text: str, environ: Mapping[str, str]) -> YamlTree:
    """Reads a YAML document.

    `${NAME}` stands for a variable, `${NAME:-default}` for one that may be missing, `$${` for
    `${` itself. Only plain data is read; explicit tags are refused.
    """
    if len(text.encode()) > MAX_BYTES:
        return YamlTree(None, {}, (Problem((), f"the file is larger than {MAX_BYTES} bytes"),))
    loader = yaml.CSafeLoader(text)
    try:
        node = loader.get_single_node()
        builder = _Builder(loader, environ)
        # An empty file, or one that only says `null`, configures nothing.
        value = builder.build(node, ()) if node is not None else None
        value = {} if value is None else value
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        return YamlTree(None, {}, (Problem((), f"not YAML: {error.problem}", line),))
    except (yaml.YAMLError, _TooManyNodesError, RecursionError) as error:
        return YamlTree(None, {}, (Problem((), f"not YAML: {error}"),))
    finally:
        loader.dispose()
    return YamlTree(value, builder.lines, tuple(builder.problems))


class _TooManyNodesError(Exception):
    """The document is too large."""


@define
class _Builder:
    loader: yaml.CSafeLoader
    environ: Mapping[str, str]
    lines: dict[Path, int] = field(factory=dict)
    problems: list[Problem] = field(factory=list)

    def build(self, node: yaml.Node, path: Path) -> Tree:
        line = node.start_mark.line + 1
        self.lines[path] = line
        if len(self.lines) > _MAX_NODES:
            message = f"the document has more than {_MAX_NODES} values"
            raise _TooManyNodesError(message)
        if node.tag not in _TAGS:
            self.problems.append(Problem(path, f"the tag {node.tag} is not allowed", line))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*path, index)) for index, item in enumerate(node.value)]
        assert isinstance(node, yaml.ScalarNode)
        return self._scalar(node, path, line)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> Tree:
        self.loader.flatten_mapping(node)
        result: dict[str, Tree] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            line = key_node.start_mark.line + 1
            if key in result:
                self.problems.append(Problem((*path, key), "the key is there twice", line))
            result[key] = self.build(value_node, (*path, key))
            self.lines[(*path, key)] = line
        return result

    def _scalar(self, node: yaml.ScalarNode, path: Path, line: int) -> Tree:
        missing: list[str] = []

        def replaced(match: re.Match[str]) -> str:
            literal, name, default = match.groups()
            if literal:
                return "${"
            value = self.environ.get(name) or default
            if value is None:
                missing.append(name)
            return value or ""

        text = _VARIABLE.sub(replaced, node.value)
        self.problems += [
            Problem(path, f"the environment variable {name} is not set", line) for name in missing
        ]
        if text != node.value:
            return Replaced(text)
        value: Tree = self.loader.construct_object(node)
        if isinstance(value, bool) and text.lower() not in _BOOLEANS:
            return text
        # A date is nothing we ask for anywhere; its text may be a name.
        return value if isinstance(value, str | int | float | bool | None) else text
