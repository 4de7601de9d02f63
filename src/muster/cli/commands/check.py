"""`muster check`: reads and checks files in memory."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from muster.cli.exit_codes import ExitCode, worst
from muster.cli.importing.board import Board
from muster.cli.importing.mapping_file import read_mapping_file
from muster.cli.importing.sources import collected, is_one_file
from muster.cli.options import (
    CategoryOption,
    FailOn,
    FilesArgument,
    HomeOption,
    JsonOption,
    MappingOption,
    settings_of,
)
from muster.cli.report_error import error_document, sentence_of
from muster.cli.views.as_json import print_json
from muster.cli.views.check import show_report
from muster.cli.views.consoles import remarks, results
from muster.domain.errors import MusterError
from muster.domain.findings import Severity
from muster.domain.phases import StepStatus
from muster.kit.clock import now
from muster.runtime.limits import limits_of
from muster.services.check_file import CheckReport, CheckRequest, check_file
from muster.services.understand_file import category_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muster.cli.importing.sources import Source
    from muster.domain.processing_config import MappingChoice
    from muster.services.context import Limits


@dataclass(frozen=True, slots=True)
class _Checked:
    """A file and its verdict, or why it could not be read."""

    source: Source
    report: CheckReport | None = None
    problem: MusterError | OSError | None = None

    def exit_code(self, fail_on: FailOn) -> ExitCode:
        """What the command ends with when there is no other file."""
        if self.report is None:
            return ExitCode.UNUSABLE
        errors = self.report.total(Severity.ERROR)
        errors += sum(agent.status is StepStatus.FAILED for agent in self.report.agents)
        found = errors + (self.report.total(Severity.WARNING) if fail_on is FailOn.WARNING else 0)
        return ExitCode.FINDINGS if found and fail_on is not FailOn.NEVER else ExitCode.CLEAN

    def as_json(self) -> dict[str, Any]:
        """The report; for a file that could not be read one of the same shape, with `error`."""
        if self.report is not None:
            return self.report.as_json()
        problem = self.problem or MusterError(f"{self.source.name} was not checked.")
        error = error_document(problem)
        return {
            "file": self.source.name,
            "sha256": None,
            "is_valid": False,
            "usable": False,
            "format": None,
            "detection": {"import_category": None, "source_system": None, "confidence": 0.0, "reasons": []},
            "tables": [],
            "records": {"total": 0, "valid": 0, "invalid": 0},
            "agents": [],
            "findings": [
                {
                    "table": None,
                    "row_number": None,
                    "line": None,
                    "field": None,
                    "code": error["code"],
                    "severity": Severity.ERROR,
                    "agent": "reader",
                    "message": error["message"],
                    "excerpt": None,
                }
            ],
            "counts": [],
            "error": error,
        }


def check(  # noqa: PLR0913 - each is a word of the command line
    ctx: typer.Context,
    files: FilesArgument,
    *,
    category: CategoryOption = "auto",
    mapping: MappingOption = None,
    fail_on: Annotated[FailOn, typer.Option(help="From which findings on to end with exit code 1.")] = FailOn.ERROR,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Read and check files; nothing is stored.

    Says what each file is, which column feeds which field, and what is wrong with which rows. No database is needed.
    With `--json`, one file gives its report, several give `{"reports": [...]}`.

    Exit codes: 0 clean, 1 findings at the level of `--fail-on`, 2 unreadable.
    """
    del home  # read from the context
    settings = settings_of(ctx)
    limits = limits_of(settings)
    category_of(category)
    choices = read_mapping_file(mapping)
    with collected(files, settings.max_upload_bytes) as sources:
        checked = asyncio.run(_check_all(sources, category, choices, limits))
    if as_json:
        documents = [one.as_json() for one in checked]
        print_json(documents[0] if is_one_file(files) else {"reports": documents})
    for number, one in enumerate(checked):
        if one.problem is not None:
            remarks().print(f"muster: {sentence_of(one.problem)}", soft_wrap=True)
        elif one.report is not None and not as_json:
            if number:
                results().print()
            show_report(one.report)
    raise typer.Exit(worst(one.exit_code(fail_on) for one in checked))


async def _check_all(
    sources: Sequence[Source], category: str, choices: tuple[MappingChoice, ...], limits: Limits
) -> list[_Checked]:
    with Board() as board:
        return [await _check_one(source, category, choices, limits, board) for source in sources]


async def _check_one(
    source: Source, category: str, choices: tuple[MappingChoice, ...], limits: Limits, board: Board
) -> _Checked:
    if source.problem is not None:
        return _Checked(source, problem=source.problem)
    request = CheckRequest(source.path, now().date(), source.name, category, choices)
    bar = board.begin(source.filename)
    try:
        return _Checked(source, report=await check_file(request, limits, partial(board.stage, bar)))
    except (MusterError, OSError) as error:
        return _Checked(source, problem=error)
    finally:
        board.end(bar)
