"""One pipeline for our own log lines and those of libraries."""

import logging
import os
import sys
import traceback
from collections.abc import Iterator
from typing import Final, TextIO

import structlog
from structlog.typing import EventDict, Processor

_SHARED: Final[tuple[Processor, ...]] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.ExtraAdder(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)


def configure_logging(level: str, style: str, output: TextIO = sys.stderr) -> None:
    """Sends all logs of this process to `output`.

    Args:
        level: `debug`, `info`, `warning` or `error`; below `warning`, libraries stay quiet.
        style: `json`, `console`, or `auto` for `console` on a terminal and `json` elsewhere.
            Colours appear on terminals only, and not under NO_COLOR.
        output: Where to.
    """
    if style == "auto":
        style = "console" if output.isatty() else "json"
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_SHARED,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _without_words,
            _renderer(style, output),
        ],
    )
    handler = logging.StreamHandler(output)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("semroute").setLevel(level.upper())
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )


def _renderer(style: str, output: TextIO) -> Processor:
    if style == "console":
        has_colours = output.isatty() and not os.environ.get("NO_COLOR")
        return structlog.dev.ConsoleRenderer(colors=has_colours)
    return structlog.processors.JSONRenderer(sort_keys=True)


def _without_words(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Renders an exception by type and place alone.

    Its message may quote what it failed on, and its variables certainly hold it.
    """
    match event.pop("exc_info", None):
        case BaseException() as error:
            pass
        case (_, error, _):
            pass
        case info:
            error = sys.exc_info()[1] if info else None
    if error is not None:
        event["exception"] = "\n".join(_lines_of(error))
    return event


def _lines_of(error: BaseException, told: frozenset[int] = frozenset()) -> Iterator[str]:
    told |= {id(error)}
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None and id(cause) not in told:
        yield from _lines_of(cause, told)
        yield "which led to"
    for frame in traceback.extract_tb(error.__traceback__):
        yield f"  {frame.filename}:{frame.lineno} in {frame.name}"
    yield type(error).__qualname__
    if isinstance(error, BaseExceptionGroup):
        for each in error.exceptions:
            yield from (f"  {line}" for line in _lines_of(each, told))
