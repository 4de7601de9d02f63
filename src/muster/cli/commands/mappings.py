"""`muster mappings`: what is remembered of the columns of tables."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from muster.cli.desk import Desk, at_desk, read_id
from muster.cli.options import ClientOption, EngagementOption, HomeOption, JsonOption, settings_of
from muster.cli.report_error import CommandError
from muster.cli.views.as_json import print_json
from muster.cli.views.consoles import remarks, results, row, table
from muster.cli.views.text import counted, moment, printable, size
from muster.cli.whole_file import appearing_whole
from muster.domain.mapping_memory import Layout, MemoryScope
from muster.services.mapping_memory import (
    Taken,
    export_mappings,
    forget_layout,
    import_mappings,
    list_layouts,
    read_layout,
)
from muster.services.mapping_preset import Preset, read_preset

app = typer.Typer(
    help="Show, export, import and forget what is remembered of columns.",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
)

_STDOUT = "-"
_WHAT = "entry of `muster mappings list`"
LayoutArgument = Annotated[str, typer.Argument(metavar="ID", help="Id, as `muster mappings list` shows it.")]


@app.command("list")
def list_them(
    ctx: typer.Context,
    *,
    client: ClientOption = None,
    engagement: EngagementOption = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """List the kinds of table of which something is remembered."""
    del home  # read from the context

    async def read(desk: Desk) -> list[Layout]:
        return await list_layouts(desk.services, await desk.engagement(client, engagement))

    layouts = at_desk(settings_of(ctx), read)
    if as_json:
        print_json({"items": [_as_json(layout) for layout in layouts]})
        return
    if not layouts:
        remarks().print("Nothing is remembered: confirm a mapping with `muster confirm`, or import some.")
        return
    made = table(
        "id", "holds for", "source", "table", "columns", "words", "last file", "seen", whole=("id",),
        right=("columns", "words"),
    )  # fmt: skip
    for layout in layouts:
        row(
            made,
            layout.id,
            layout.scope,
            layout.source_system,
            layout.source_table or layout.table,
            len(layout.columns),
            len(layout.words),
            layout.filename or "-",
            moment(layout.seen_at),
        )
    results().print(made)


@app.command("show")
def show(  # noqa: PLR0913 - each is a word of the command line
    ctx: typer.Context,
    layout_id: LayoutArgument,
    *,
    client: ClientOption = None,
    engagement: EngagementOption = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Show what is remembered of the columns of one kind of table, with who said it."""
    del home  # read from the context
    wanted = read_id(layout_id, _WHAT)

    async def read(desk: Desk) -> Layout:
        return await read_layout(desk.services, await desk.engagement(client, engagement), wanted)

    layout = at_desk(settings_of(ctx), read)
    if as_json:
        print_json(_as_json(layout))
        return
    made = table("column", "field", "read as", "because", "used", right=("used",))
    for word in layout.in_order():
        target = word.target_field or "- (feeds nothing)"
        row(made, word.source_field, target, word.transformation or "", word.origin.sentence(), word.times_used)
    results().print(made)


@app.command("export")
def export(  # noqa: PLR0913 - each is a word of the command line
    ctx: typer.Context,
    layout_ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID…]", help="Kinds of table; default: all.")
    ] = None,
    *,
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help="File to write; `-` is standard output.")
    ] = _STDOUT,
    client: ClientOption = None,
    engagement: EngagementOption = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Write what is remembered as YAML, to read, keep, and bring elsewhere."""
    del home  # read from the context
    wanted = [read_id(text, _WHAT) for text in layout_ids or ()]

    async def read(desk: Desk) -> Preset:
        return await export_mappings(desk.services, await desk.engagement(client, engagement), wanted)

    preset = at_desk(settings_of(ctx), read)
    if as_json:
        print_json(preset.as_json())
        return
    text = preset.as_yaml().encode()
    if output == _STDOUT:
        sys.stdout.buffer.write(text)
        sys.stdout.buffer.flush()
        return
    with appearing_whole(Path(output)) as file:
        file.write(text)
    remarks().print(f"{printable(output)}: {size(len(text))}", soft_wrap=True)


@app.command("import")
def take(  # noqa: PLR0913 - each is a word of the command line
    ctx: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="FILE", help="YAML or JSON, as `muster mappings export` writes it.")],
    *,
    scope: Annotated[
        MemoryScope, typer.Option("--scope", help="Where it holds: the engagement, or all of the client's.")
    ] = MemoryScope.ENGAGEMENT,
    client: ClientOption = None,
    engagement: EngagementOption = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Remember what a file of mappings says, in place of what was remembered of the same columns."""
    del home  # read from the context
    preset = read_preset(_text_of(path))

    async def write(desk: Desk) -> Taken:
        context = await desk.engagement(client, engagement, create=True)
        return await import_mappings(desk.services, context, preset, scope, path.name)

    taken = at_desk(settings_of(ctx), write)
    if as_json:
        print_json(taken)
        return
    results().print(f"{counted(taken.columns, 'column')} of {counted(taken.layouts, 'kind')} of table remembered")
    if taken.custom_fields:
        results().print(f"fields declared: {', '.join(taken.custom_fields)}")


@app.command("forget")
def forget(  # noqa: PLR0913 - each is a word of the command line
    ctx: typer.Context,
    layout_id: LayoutArgument,
    columns: Annotated[
        list[str] | None, typer.Argument(metavar="[COLUMN…]", help="Only the words on these; default: all of it.")
    ] = None,
    *,
    client: ClientOption = None,
    engagement: EngagementOption = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Forget a kind of table, or the words on some of its columns; imports stay as they are."""
    del home  # read from the context
    wanted = read_id(layout_id, _WHAT)

    async def work(desk: Desk) -> int:
        return await forget_layout(
            desk.services, await desk.engagement(client, engagement), wanted, tuple(columns or ())
        )

    forgotten = at_desk(settings_of(ctx), work)
    if as_json:
        print_json({"layout_id": wanted, "forgotten": forgotten})
    else:
        results().print(f"{counted(forgotten, 'word')} forgotten")


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise CommandError(f"{path} can not be read: {error.strerror}.", field="file") from None
    except UnicodeDecodeError:
        raise CommandError(f"{path} is no text in UTF-8.", field="file") from None


def _as_json(layout: Layout) -> dict[str, object]:
    words: list[dict[str, object]] = [
        {
            "source_field": word.source_field,
            "target_field": word.target_field,
            "transformation": word.transformation,
            "said": word.origin.said,
            "said_at": word.origin.said_at,
            "said_by": word.origin.said_by,
            "said_by_name": word.origin.name,
            "data_import_id": word.origin.data_import_id,
            "filename": word.origin.filename,
            "times_used": word.times_used,
            "last_used_at": word.last_used_at,
        }
        for word in layout.in_order()
    ]
    return {
        "layout_id": layout.id,
        "scope": layout.scope,
        "source_system": layout.source_system,
        "source_table": layout.source_table,
        "table": layout.table,
        "columns": layout.columns,
        "filename": layout.filename,
        "seen_at": layout.seen_at,
        "words": words,
    }
