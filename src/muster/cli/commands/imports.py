"""`muster imports`: the imports of an engagement."""

from __future__ import annotations

from typing import Annotated

import typer

from muster.cli.desk import Desk, at_desk
from muster.cli.options import ClientOption, EngagementOption, HomeOption, JsonOption, settings_of
from muster.cli.views.as_json import print_json
from muster.cli.views.consoles import results, row, table
from muster.cli.views.text import moment
from muster.domain.phases import FlowStatus  # noqa: TC001 - Typer reads the signature
from muster.services.list_imports import ImportFilter, ImportSummary, list_imports
from muster.services.paging import MAX_LIMIT, PageRequest

_SHOWN = 50


def imports(  # noqa: PLR0913 - each is a word of the command line
    ctx: typer.Context,
    *,
    status: Annotated[FlowStatus | None, typer.Option(help="Only imports in this state.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = _SHOWN,
    client: ClientOption = None,
    engagement: EngagementOption = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """List the imports of an engagement, newest first."""
    del home  # read from the context

    async def read(desk: Desk) -> list[ImportSummary]:
        context = await desk.engagement(client, engagement)
        found: list[ImportSummary] = []
        cursor: str | None = None
        while len(found) < limit:
            wanted = PageRequest(cursor, min(limit - len(found), MAX_LIMIT))
            page = await list_imports(desk.services, context, ImportFilter(status=status), wanted)
            found += page.items
            cursor = page.next_cursor
            if cursor is None:
                break
        return found

    found = at_desk(settings_of(ctx), read)
    if as_json:
        print_json({"imports": found})
        return
    headers = ("import", "file", "source", "state", "rows", "held back", "observed")
    shown = table(*headers, right=["rows", "held back"], whole=["import"])
    for item in found:
        row(
            shown,
            item.data_import_id,
            item.filename,
            item.source_system or "-",
            item.status,
            f"{item.total_records:,}",
            f"{item.failed_records:,}",
            moment(item.observed_at),
        )
    results().print(shown if found else "No imports yet: `muster import FILE` makes the first.")
