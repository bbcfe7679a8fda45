"""`semroute eval tools`."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Final

import trio
from cyclopts import Parameter

from semroute.adapters.matplotlib import Chart, Line
from semroute.adapters.torch import TorchToolRanker
from semroute.app.assemble import classifier_of, tool_opinions_of
from semroute.app.evaluation import (
    PlainToolRanker,
    RerankedTools,
    ToolQuestion,
    ToolsReport,
    WordToolRanker,
    evaluate_tools,
    tools_as_json,
    tools_page,
)
from semroute.app.evaluation.tools import COUNTS
from semroute.app.rank_tools import ToolOpinion
from semroute.domain.chat import Tool
from semroute.domain.ports import Embedder, ToolRanker
from semroute.domain.tools.describing import described

from .configuration import ConfigOption, Configuration, JsonOption, read_configuration
from .pages import ReportOption, command_of, print_page, require_place, write_page
from .plots import PlotOption, require_plots, write_plot
from .progress import show_progress
from .rows import Mistake, Row, read_rows, text_of

_SHIPPED: Final = "meaning and words"
_RERANKED: Final = "reranked"


def tools(
    *,
    data: Annotated[
        Path,
        Parameter(
            help="Questions, one JSON object a line: `query`, `tools` with `name`, `description` "
            "and `parameters`, and `gold`, the names of the right ones."
        ),
    ],
    config: ConfigOption = None,
    as_json: JsonOption = False,
    report: ReportOption = None,
    plot: PlotOption = None,
) -> None:
    """Measure how often the right tools are among those that are kept.

    The tools of every question are ranked as for a request that offers too many of them; then
    again among tools of other questions, 50 and 200 in all. Beside it stand simpler ways:
    without checkpoints of yours, vectors alone, and words alone. Questions that no tool answers
    are left out.
    """
    require_place(report)
    require_plots(plot)
    configuration = read_configuration(config)
    questions = read_rows(data, "questions", _question)
    measured = trio.run(_measure, configuration, questions)
    page = tools_page(measured)
    write_page(page, report, command_of("tools", data, config))
    write_plot(_chart(measured), plot)
    if as_json:
        print(json.dumps(tools_as_json(measured), indent=2))
    else:
        print_page(page)


def _question(row: Row) -> ToolQuestion | Mistake:
    text, offered, gold = text_of(row, "query"), row.get("tools"), row.get("gold")
    if isinstance(text, Mistake):
        return text
    if not isinstance(gold, list) or not all(isinstance(name, str) for name in gold):
        return Mistake("gold must be a list of names")
    read = _tools(offered)
    if isinstance(read, Mistake):
        return read
    if not {tool.name for tool in read}.issuperset(gold):
        return Mistake("a tool in gold is not among the tools")
    return ToolQuestion(text, read, frozenset(gold))


def _tools(value: object) -> tuple[Tool, ...] | Mistake:
    if not isinstance(value, list):
        return Mistake("tools must be a list")
    read: dict[str, Tool] = {}
    for number, each in enumerate(value, start=1):
        tool = _tool(each)
        if isinstance(tool, Mistake):
            return Mistake(f"tool {number}: {tool.what}")
        if tool.name in read:
            return Mistake(f"tool {number}: its name is there twice")
        read[tool.name] = tool
    return tuple(read.values())


def _tool(value: object) -> Tool | Mistake:
    match value:
        case {"name": str(name), **rest} if name:
            description, parameters = rest.get("description", ""), rest.get("parameters", {})
            if not isinstance(description, str):
                return Mistake("its description must be a string")
            return Tool(name, described(description, parameters))
        case _:
            return Mistake("it must have a name")


async def _measure(configuration: Configuration, questions: list[ToolQuestion]) -> ToolsReport:
    classifier = classifier_of(configuration.settings, configuration.library)
    count = len({tool for each in questions for tool in each.tools})
    shipped = TorchToolRanker(classifier, max_remembered=max(count, 1))
    ways = _ways(classifier, shipped, tool_opinions_of(classifier))
    with show_progress() as progress:
        async with trio.open_nursery() as nursery:
            await nursery.start(classifier.run, progress)
            report = await evaluate_tools(ways, questions, progress, reads=shipped)
            nursery.cancel_scope.cancel()
    return report


def _ways(
    embedder: Embedder, shipped: ToolRanker, opinions: Sequence[ToolOpinion]
) -> Mapping[str, ToolRanker]:
    """Returns the ways that are compared, first the one that is configured."""
    return {
        **({_RERANKED: RerankedTools(shipped, opinions)} if opinions else {}),
        _SHIPPED: shipped,
        "vectors alone": PlainToolRanker(embedder),
        "words alone": WordToolRanker(),
    }


def _chart(report: ToolsReport) -> Chart:
    hardest = report.settings[-1]
    return Chart(
        f"Right tools among the best of {hardest.name}",
        "tools kept",
        "share of the right ones kept",
        tuple(
            Line(
                way,
                [(float(count), hardest.recalls(count)[way].value or 0.0) for count in COUNTS],
                is_dashed=place > 0,
            )
            for place, way in enumerate(hardest.ways)
        ),
    )
