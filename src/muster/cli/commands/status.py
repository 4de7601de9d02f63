"""`muster status`: how far an import is."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from muster.cli.desk import IMPORT_KINDS, Desk, at_desk, read_id
from muster.cli.options import HomeOption, JsonOption, settings_of
from muster.cli.views.as_json import print_json
from muster.cli.views.status import show_status
from muster.domain.phases import WaitingFor
from muster.services.confirm_mapping import FieldMappings, read_mapping
from muster.services.list_findings import count_findings
from muster.services.list_imports import read_import
from muster.services.read_status import read_status

if TYPE_CHECKING:
    from muster.domain.findings import FindingCount
    from muster.domain.flow_document import FlowDocument


def status(
    ctx: typer.Context,
    import_id: Annotated[str, typer.Argument(metavar="ID", help="The import or its flow.")],
    *,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Show how far an import is, and what became of it.

    While it waits for your look at its mapping, the mapping is shown, too. With `--json` this is the flow document of
    the HTTP interface; a waiting import has `mapping` beside it, which `muster confirm --mapping` takes back.
    """
    del home  # read from the context
    wanted = read_id(import_id)

    async def read(desk: Desk) -> tuple[FlowDocument, str, tuple[FindingCount, ...], FieldMappings | None]:
        context = await desk.engagement_of(wanted, *IMPORT_KINDS)
        document = await read_status(desk.services, context, wanted)
        data_import_id = document.data_import_id
        waits = document.waiting_for is WaitingFor.MAPPING_REVIEW
        return (
            document,
            (await read_import(desk.services, context, data_import_id)).summary.filename,
            await count_findings(desk.services, context, data_import_id),
            await read_mapping(desk.services, context, data_import_id) if waits else None,
        )

    document, filename, counts, mapping = at_desk(settings_of(ctx), read)
    if as_json:
        print_json(_as_json(document, mapping))
        return
    show_status(document, filename, counts, mapping)


def _as_json(document: FlowDocument, mapping: FieldMappings | None) -> dict[str, Any]:
    flow = asdict(document)
    if mapping is not None:
        flow["review_reasons"] = mapping.review_reasons
        flow["mapping"] = [
            {
                "table": column.table,
                "source_field": column.source_field,
                "target_field": column.target_field,
                "transformation": column.transformation,
            }
            for column in mapping.columns
        ]
    return flow
