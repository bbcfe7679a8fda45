"""One pipeline for our own log lines and those of libraries."""

import logging
import os
import sys
from typing import Final, TextIO

import structlog
from structlog.typing import Processor

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
            *_renderers(style, output),
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


def _renderers(style: str, output: TextIO) -> tuple[Processor, ...]:
    if style == "console":
        has_colours = output.isatty() and not os.environ.get("NO_COLOR")
        return (structlog.dev.ConsoleRenderer(colors=has_colours),)
    return (
        structlog.processors.dict_tracebacks,
        structlog.processors.JSONRenderer(sort_keys=True),
    )
