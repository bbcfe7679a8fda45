"""`semroute import vsr`."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter
from rich.console import Console
from rich.text import Text

from semroute.adapters.settings import Problem, SettingsError
from semroute.adapters.settings.yamltree import YamlTree, parse
from semroute.app.importing import (
    Finding,
    Translation,
    UnreadableError,
    place_of,
    text_of,
    translate,
)

from .configuration import JsonOption, read_input, read_library, read_text
from .exits import Exit, UsageError


def vsr(
    config: Annotated[
        Path,
        Parameter(
            help="A configuration of vLLM Semantic Router, of any generation, or - for standard "
            "input.",
            allow_leading_hyphen=True,
        ),
    ],
    /,
    *,
    output: Annotated[
        Path | None,
        Parameter(
            name=["--output", "-o"],
            help="Write ours to this file; otherwise it is printed, and the report goes to "
            "standard error.",
        ),
    ] = None,
    force: Annotated[
        bool, Parameter(negative=(), help="Write over the file if it is there already.")
    ] = False,
    as_json: JsonOption = False,
) -> int:
    """Import a configuration of vLLM Semantic Router.

    Says what was carried over, what was approximated and how, and what could not be carried over,
    each with its place in the source. Exits with 0 if everything was carried over or
    approximated, with 1 if something was not, and with 2 if the file cannot be read.
    """
    if output is not None and output.exists() and not force:
        message = f"{output} is there already; --force writes over it"
        raise UsageError(message)
    is_piped = str(config) == "-"
    name = "standard input" if is_piped else str(config)
    translation = _translation(read_input() if is_piped else read_text(config), name)
    text = text_of(translation.document)
    if output is not None:
        _write(output, text)
    if as_json:
        print(json.dumps(_as_json(translation, text, output), indent=2, ensure_ascii=False))
    else:
        if output is None:
            sys.stdout.write(text)
        _report(translation, name, output)
    return Exit.FINDINGS if translation.left else Exit.OK


def _translation(text: str, name: str) -> Translation:
    tree = _parse(text)
    if tree.problems:
        raise SettingsError(tree.problems, name)
    # Of a path, not of the whole name: it may hold more than others should read.
    title = Path(name).name
    try:
        return translate(tree.value, tree.lines, title, frozenset(read_library().categories))
    except UnreadableError as error:
        problems = [Problem(each.path, each.message, each.line) for each in error.misread]
        raise SettingsError(tuple(problems), name) from error


def _parse(text: str) -> YamlTree:
    """Reads YAML and leaves its variables alone: their values may be secrets."""
    return parse(text.replace("${", "$${"), {})


def _write(output: Path, text: str) -> None:
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        message = f"{output}: {error.strerror}"
        raise UsageError(message) from error


def _report(translation: Translation, name: str, output: Path | None) -> None:
    console = Console(stderr=output is None, soft_wrap=True, highlight=False)
    console.print(Text(f"{name}: vLLM Semantic Router, {translation.format}"))
    moved = [each for each in translation.carried if each.to]
    _list(console, "carried over", [(each, f"-> {each.to}") for each in moved])
    _list(console, "approximated", [(each, each.how) for each in translation.approximated])
    _list(
        console,
        "not carried over",
        [
            (each, each.why + (f"; {each.suggestion}" if each.suggestion else ""))
            for each in translation.left
        ],
    )
    if output is not None:
        console.print(Text(f"\n{output} is written; next: semroute check {output}"))


def _list(console: Console, title: str, rows: list[tuple[Finding, str]]) -> None:
    console.print(Text(f"\n{title}: {len(rows) or 'nothing'}"))
    for finding, words in rows:
        line = "" if finding.line is None else f"line {finding.line}: "
        console.print(Text(f"  {line}{place_of(finding.path)}: {words}"))


def _as_json(translation: Translation, text: str, output: Path | None) -> dict[str, Any]:
    def placed(finding: Finding) -> dict[str, Any]:
        return {"path": place_of(finding.path), "line": finding.line}

    return {
        "format": translation.format,
        "carried": [placed(each) | {"to": each.to or None} for each in translation.carried],
        "approximated": [placed(each) | {"how": each.how} for each in translation.approximated],
        "left": [
            placed(each) | {"why": each.why, "suggestion": each.suggestion or None}
            for each in translation.left
        ],
        "output": None if output is None else str(output),
        "configuration": text if output is None else None,
    }
