"""Logging of the whole process: events with facts to stderr, never the contents of files."""

from __future__ import annotations

import logging
import sys
import traceback
from typing import TYPE_CHECKING, TextIO

import structlog

from muster.domain.errors import MusterError
from muster.runtime.settings import LogLevel

if TYPE_CHECKING:
    from structlog.typing import EventDict, ExcInfo, Processor, WrappedLogger

_LEVELS = {
    LogLevel.DEBUG: logging.DEBUG,
    LogLevel.INFO: logging.INFO,
    LogLevel.WARNING: logging.WARNING,
    LogLevel.ERROR: logging.ERROR,
}
_FRAME_MODULES = frozenset({"polars", "pyarrow", "pandas"})
_LONGEST = 500  # characters of a text; what is longer is a content, no fact
_SPEAKABLE = (MusterError, OSError, ImportError, AttributeError, NameError, RecursionError, MemoryError)
_CHATTY = ("httpx", "httpcore", "asyncio", "psycopg.pool", "procrastinate", "sqlalchemy")


def configure_logging(level: LogLevel, stream: TextIO | None = None) -> None:
    """Send structlog's and the standard library's events to `stream` (default: stderr) from `level` up.

    Key and value on a terminal, one JSON object a line elsewhere. Calling again replaces the former configuration.
    """
    target = stream if stream is not None else sys.stderr
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        without_contents,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,  # a test, or a child process, configures again
    )
    handler = logging.StreamHandler(target)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=_rendering(target.isatty()))
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(_LEVELS[level])
    for name in _CHATTY:
        logging.getLogger(name).setLevel(max(_LEVELS[level], logging.WARNING))


def _rendering(terminal: bool) -> list[Processor]:  # noqa: FBT001 - private, one call
    last: Processor = structlog.dev.ConsoleRenderer() if terminal else structlog.processors.JSONRenderer(default=str)
    return [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.ExceptionRenderer(_traceback),
        last,
    ]


def _traceback(exc_info: ExcInfo) -> str:
    """Return the frames of an exception and of what led to it; only messages known to be about no cell."""
    parts: list[str] = []
    error: BaseException | None = exc_info[1]
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        parts.insert(0, "".join(traceback.format_tb(error.__traceback__)) + _headline(error))
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\nwhich led to\n".join(parts)


def _headline(error: BaseException) -> str:
    """Name the error. Messages of databases and parsers quote what they stumbled over, so they stay out."""
    name = type(error).__qualname__
    if isinstance(error, _SPEAKABLE):
        return f"{name}: {error}"
    state = getattr(error, "sqlstate", None)
    return f"{name} (SQLSTATE {state})" if state else name


def without_contents(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Replace what may hold contents of files by its kind and size: bytes, frames, collections of them, long texts."""
    del logger, method
    return {name: value if name == "exc_info" else _harmless(value) for name, value in event.items()}


def _harmless(value: object) -> object:
    if isinstance(value, bytes | bytearray | memoryview):
        return f"<{type(value).__name__} of {len(value)} bytes>"
    if type(value).__module__.partition(".")[0] in _FRAME_MODULES:
        return f"<{type(value).__name__}{_shape(value)}>"
    if isinstance(value, str):
        return value if len(value) <= _LONGEST else f"<text of {len(value)} characters>"
    if isinstance(value, dict):
        return {str(key): _harmless(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_harmless(inner) for inner in value]
    return value


def _shape(value: object) -> str:
    shape = getattr(value, "shape", None)
    return f" {shape}" if isinstance(shape, tuple) else ""
