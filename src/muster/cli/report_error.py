"""Turns a refusal into one sentence on stderr, and, for `--json`, one document on stdout."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from muster.cli.exit_codes import ExitCode
from muster.domain.errors import MusterError

if TYPE_CHECKING:
    from collections.abc import Mapping


class CommandError(MusterError):
    """The command can not be carried out as it was given."""

    status = 422
    code = "usage"
    title = "The command is not right"


def report_error(error: MusterError | OSError, *, as_json: bool) -> ExitCode:
    """Tell the user, and return the exit code."""
    if as_json:
        from muster.cli.views.as_json import print_json  # noqa: PLC0415 - only refusals of `--json` need it

        print_json({"error": error_document(error)})
    sys.stderr.write(f"muster: {sentence_of(error)}\n")
    return ExitCode.UNUSABLE


def error_document(error: MusterError | OSError) -> Mapping[str, object]:
    """The refusal as JSON: `code`, `message`, and its facts."""
    if isinstance(error, MusterError):
        return {**error.facts, "code": error.code, "message": error.message}
    return {"code": "system", "message": sentence_of(error)}


def sentence_of(error: MusterError | OSError) -> str:
    """The refusal as a sentence that a terminal can show."""
    from muster.cli.views.text import printable  # noqa: PLC0415 - only refusals need it

    if isinstance(error, MusterError):
        return printable(error.message)
    reason = error.strerror or type(error).__name__
    return printable(f"{error.filename}: {reason}." if error.filename else f"{reason}.")
