"""`muster export`: writes assets, findings or rejected rows to a file."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Annotated

import typer

from muster.cli.desk import IMPORT_KINDS, Desk, at_desk, read_id
from muster.cli.options import ClientOption, EngagementOption, HomeOption, JsonOption, settings_of
from muster.cli.report_error import CommandError
from muster.cli.views.consoles import remarks
from muster.cli.views.text import printable, size
from muster.cli.whole_file import appearing_whole
from muster.domain.errors import NotFoundError
from muster.services.export_findings import FindingsFormat, export_findings
from muster.services.export_inventory import ExportFormat, export_assets
from muster.services.export_rejects import RejectsFormat, export_rejects
from muster.services.list_imports import list_imports
from muster.services.paging import PageRequest
from muster.services.read_status import read_status

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from uuid import UUID

    from muster.domain.tenant import RequestContext

_STDOUT = "-"
_NO_TEXT = frozenset({"parquet", "xlsx"})


class Kind(StrEnum):
    """What can be exported."""

    ASSETS = "assets"
    FINDINGS = "findings"
    REJECTS = "rejects"


_FORMATS: dict[Kind, type[StrEnum]] = {
    Kind.ASSETS: ExportFormat,
    Kind.FINDINGS: FindingsFormat,
    Kind.REJECTS: RejectsFormat,
}


@dataclass(frozen=True, slots=True)
class _Wanted:
    kind: Kind
    file_format: str | None
    """None: the kind of file that the rows came in."""
    import_id: UUID | None
    client: str | None
    engagement: str | None
    output: str


def export(  # noqa: PLR0913 - each is a word of the command line
    ctx: typer.Context,
    kind: Annotated[Kind, typer.Argument(help="What to write.")],
    *,
    import_id: Annotated[
        str | None,
        typer.Option("--import", metavar="ID", help="Whose findings or rejects; default: of the newest import."),
    ] = None,
    file_format: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="assets: csv, json, ndjson, parquet, xlsx; findings: csv, json, ndjson; rejects: csv, xlsx. "
            "Default: by the name of the file, else csv; rejects: else the kind of file that the rows came in.",
        ),
    ] = None,
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help="File to write; `-` is standard output.")
    ] = _STDOUT,
    client: ClientOption = None,
    engagement: EngagementOption = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Write assets, findings or rejected rows to a file.

    Rejects are the rows that an import held back, as your own kind of file with the reasons in a last column: correct
    them and send the file back with `muster resubmit`. A file appears when it is whole, or not at all. `--json` means
    `--format json`.
    """
    del home  # read from the context
    chosen = _format_of(kind, "json" if as_json and file_format is None else file_format, output)
    if output == _STDOUT:
        _check_terminal(chosen)
    wanted = _Wanted(kind, chosen, None if import_id is None else read_id(import_id), client, engagement, output)

    async def write(desk: Desk) -> int:
        pieces = await _pieces(desk, wanted)
        return await (_to_stdout(pieces) if output == _STDOUT else _to_file(pieces, Path(output)))

    written = at_desk(settings_of(ctx), write)
    if output != _STDOUT:
        remarks().print(f"{printable(output)}: {size(written)}", soft_wrap=True)


def _format_of(kind: Kind, stated: str | None, output: str) -> str | None:
    """The format that is asked for, else that of the file's ending, else CSV, or for rejects None: their own kind.

    Raises CommandError.
    """
    known = [str(member) for member in _FORMATS[kind]]
    if stated is None:
        ending = Path(output).suffix.removeprefix(".").lower()
        otherwise = None if kind is Kind.REJECTS else "csv"
        return ending if ending in known else otherwise
    if stated.lower() not in known:
        raise CommandError(f"{kind} can not be written as {stated!r}, but as {', '.join(known)}.", field="format")
    return stated.lower()


def _check_terminal(file_format: str | None) -> None:
    """Raise CommandError for a format that is no text when standard output is a terminal."""
    if file_format in _NO_TEXT and sys.stdout.isatty():
        raise CommandError(f"{file_format} is nothing for a terminal: name a file with -o.", field="output")


async def _pieces(desk: Desk, wanted: _Wanted) -> AsyncIterator[bytes]:
    if wanted.kind is Kind.ASSETS:
        context = await _assets_of(desk, wanted)
        return export_assets(desk.services, context, ExportFormat(str(wanted.file_format))).chunks
    context, data_import_id = await _import_of(desk, wanted)
    if wanted.kind is Kind.FINDINGS:
        findings = FindingsFormat(str(wanted.file_format))
        return (await export_findings(desk.services, context, data_import_id, findings)).chunks
    stated = None if wanted.file_format is None else RejectsFormat(wanted.file_format)
    rejects = await export_rejects(desk.services, context, data_import_id, stated)
    if wanted.output == _STDOUT:
        _check_terminal(PurePath(rejects.filename).suffix.removeprefix("."))
    return rejects.chunks


async def _assets_of(desk: Desk, wanted: _Wanted) -> RequestContext:
    if wanted.import_id is not None:
        raise CommandError("Assets are exported for the whole engagement: leave --import out.", field="import")
    return await desk.engagement(wanted.client, wanted.engagement)


async def _import_of(desk: Desk, wanted: _Wanted) -> tuple[RequestContext, UUID]:
    """The import that is named, else the newest, which is said. Raises NotFoundError."""
    if wanted.import_id is not None:
        context = await desk.engagement_of(wanted.import_id, *IMPORT_KINDS)
        return context, (await read_status(desk.services, context, wanted.import_id)).data_import_id
    context = await desk.engagement(wanted.client, wanted.engagement)
    newest = (await list_imports(desk.services, context, page=PageRequest(limit=1))).items
    if not newest:
        raise NotFoundError("There is no import in this engagement yet.")
    remarks().print(f"{wanted.kind} of {printable(newest[0].filename)}, the newest import", soft_wrap=True)
    return context, newest[0].data_import_id


async def _to_stdout(pieces: AsyncIterator[bytes]) -> int:
    written = 0
    async for piece in pieces:
        written += sys.stdout.buffer.write(piece)
    sys.stdout.buffer.flush()
    return written


async def _to_file(pieces: AsyncIterator[bytes], target: Path) -> int:
    written = 0
    with appearing_whole(target) as file:
        async for piece in pieces:
            written += file.write(piece)
    return written
