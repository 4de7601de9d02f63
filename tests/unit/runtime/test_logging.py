from __future__ import annotations

import io
import json
import logging
from typing import TYPE_CHECKING, Any

import polars as pl
import psycopg
import pytest
import structlog

from muster.domain.errors import FlowError
from muster.runtime.logging import configure_logging
from muster.runtime.settings import LogLevel

if TYPE_CHECKING:
    from collections.abc import Iterator


_CELL = "hunter2"


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def stream() -> io.StringIO:
    made = io.StringIO()
    configure_logging(LogLevel.INFO, made)
    return made


def _events(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_events_are_json_lines_with_their_facts(stream: io.StringIO) -> None:
    structlog.get_logger().info("import.phase_finished", phase="upload", rows=3)

    (event,) = _events(stream)
    assert (event["event"], event["phase"], event["rows"], event["level"]) == (
        "import.phase_finished",
        "upload",
        3,
        "info",
    )
    assert event["timestamp"].endswith("Z")


def test_a_terminal_gets_keys_and_values() -> None:
    terminal = _Terminal()
    configure_logging(LogLevel.INFO, terminal)

    structlog.get_logger().info("import.phase_finished", rows=3)

    assert "import.phase_finished" in terminal.getvalue()
    assert not terminal.getvalue().startswith("{")


def test_the_standard_librarys_loggers_speak_the_same_way(stream: io.StringIO) -> None:
    logging.getLogger("somebody.else").warning("%s things", 3)

    assert _events(stream)[0]["event"] == "3 things"


def test_bound_facts_are_in_every_event(stream: io.StringIO) -> None:
    with structlog.contextvars.bound_contextvars(import_id="a"):
        structlog.get_logger().info("one")

    assert _events(stream)[0]["import_id"] == "a"


def test_events_below_the_level_are_left_out(stream: io.StringIO) -> None:
    structlog.get_logger().debug("too fine")

    assert stream.getvalue() == ""


def test_bytes_frames_and_long_texts_never_get_through(stream: io.StringIO) -> None:
    frame = pl.DataFrame({"cell": ["hunter2"]})
    held = {"raw": b"hunter2", "frames": [frame, frame["cell"]], "lazy": frame.lazy(), "text": "hunter2 " * 100}

    structlog.get_logger().info("import.read", frame=frame, data=b"hunter2", view=memoryview(b"hunter2"), held=held)

    assert "hunter2" not in stream.getvalue()
    event = _events(stream)[0]
    assert event["data"] == "<bytes of 7 bytes>"
    assert event["frame"] == "<DataFrame (1, 1)>"


def test_an_exception_shows_its_way_but_not_the_values_it_quotes(stream: io.StringIO) -> None:
    try:
        try:
            int(_CELL)
        except ValueError as error:
            raise FlowError("The flow stopped.", phase="upload") from error
    except FlowError:
        structlog.get_logger().exception("job.failed")

    text = _events(stream)[0]["exception"]
    assert "test_logging.py" in text
    assert "ValueError" in text
    assert "FlowError: The flow stopped." in text
    assert "hunter2" not in stream.getvalue()


def test_a_database_error_is_named_by_its_state(stream: io.StringIO) -> None:
    try:
        raise psycopg.errors.UniqueViolation(f"Key (name)=({_CELL}) already exists.")
    except psycopg.Error:
        logging.getLogger("job").exception("failed")

    assert "UniqueViolation (SQLSTATE 23505)" in _events(stream)[0]["exception"]
    assert "hunter2" not in stream.getvalue()
