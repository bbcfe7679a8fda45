"""One file, one typed value, one list of mistakes."""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from attrs import evolve

from .converter import Mistakes, structure
from .problems import Path, Problem, SettingsError
from .yamltree import Tree, parse

T = TypeVar("T")

Check = Callable[[T], Iterable[tuple[Path, str]]]


def load(
    text: str,
    into: type[T],
    *,
    check: Check[T] = lambda _: (),
    environ: Mapping[str, str] | None = None,
    name: str = "configuration",
) -> T:
    """Reads a YAML document as a value of an attrs class.

    Args:
        text: The document.
        into: The class. Its unknown keys are refused; its leaves are converted strictly.
        check: Finds what the types cannot say, as (path, message) pairs.
        environ: What `${NAME}` may refer to.
        name: What to call the document in error messages.

    Raises:
        SettingsError: Something is wrong; it lists everything that is.
    """
    tree = parse(text, environ or {})
    if tree.value is None:
        raise SettingsError(tree.problems, name)
    problems = list(tree.problems)
    rest: Tree = tree.value
    outcome = structure(rest, into)
    while isinstance(outcome, Mistakes):
        # What was taken out below is missing now; that is no mistake of its own.
        known = {problem.path for problem in problems}
        problems += [problem for problem in outcome.problems if problem.path not in known]
        # What is right is read all the same, to report its mistakes too.
        pruned = _without(rest, [problem.path for problem in outcome.problems])
        if pruned == rest:
            break
        rest = pruned
        outcome = structure(rest, into)
    if not isinstance(outcome, Mistakes):
        problems += [Problem(path, message) for path, message in check(outcome)]
        if not problems:
            return outcome
    placed = [evolve(each, line=each.line or _line(tree.lines, each.path)) for each in problems]
    raise SettingsError(tuple(sorted(placed, key=_by_line)), name)


def _by_line(problem: Problem) -> int:
    return problem.line or 0


def _line(lines: Mapping[Path, int], path: Path) -> int | None:
    """Returns the line of the path, or of the nearest thing around it that is in the file."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path) if path else None


def _without(tree: Tree, paths: Iterable[Path]) -> Tree:
    """Returns the tree without what stands at these paths."""
    gone = frozenset(paths)

    def copy(value: Tree, path: Path) -> Tree:
        if isinstance(value, dict):
            kept = ((key, item) for key, item in value.items() if (*path, key) not in gone)
            return {key: copy(item, (*path, key)) for key, item in kept}
        if isinstance(value, list):
            # An index is a place in the file, so a gap stays a gap until the end.
            return [
                copy(item, (*path, i)) for i, item in enumerate(value) if (*path, i) not in gone
            ]
        return value

    return copy(tree, ())
