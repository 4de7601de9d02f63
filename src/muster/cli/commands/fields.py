"""`muster fields`: the fields that an engagement has of its own."""

from __future__ import annotations

from typing import Annotated

import typer

from muster.cli.desk import Desk, at_desk
from muster.cli.options import ClientOption, EngagementOption, HomeOption, JsonOption, settings_of
from muster.cli.views.as_json import print_json
from muster.cli.views.consoles import remarks, results, row, table
from muster.domain.custom_fields import CustomField, CustomType, parse_custom_field
from muster.services.custom_fields import declare_custom_field, drop_custom_field, list_custom_fields

app = typer.Typer(
    help="Declare fields of the engagement's own, beside those of the catalog.",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
)

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="Such as support_tier; a mapping says custom:NAME.")]


@app.command("list")
def list_them(
    ctx: typer.Context,
    *,
    client: ClientOption = None,
    engagement: EngagementOption = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """List the engagement's own fields; `muster catalog fields` has those of the catalog."""
    del home  # read from the context

    async def read(desk: Desk) -> list[CustomField]:
        return await list_custom_fields(desk.services, await desk.engagement(client, engagement))

    fields = at_desk(settings_of(ctx), read)
    if as_json:
        print_json({"items": [{"target": field.target, **field.as_json()} for field in fields]})
        return
    if not fields:
        remarks().print("This engagement has no fields of its own: `muster fields add` declares one.")
        return
    made = table("mapped as", "title", "type", "unit", "words", "what it is")
    for field in fields:
        words = ", ".join(field.words)
        row(made, field.target, field.title, field.type, field.unit or "", words, field.description)
    results().print(made)


@app.command("add")
def add(  # noqa: PLR0913 - each is a word of the command line
    ctx: typer.Context,
    name: NameArgument,
    *,
    kind: Annotated[CustomType, typer.Option("--type", help="What its values are.")] = CustomType.TEXT,
    title: Annotated[str, typer.Option("--title", metavar="TEXT", help="What people call it.")] = "",
    words: Annotated[
        list[str] | None, typer.Option("--word", metavar="WORD", help="A word that it may hold; repeatable.")
    ] = None,
    unit: Annotated[str | None, typer.Option("--unit", metavar="UNIT", help="The unit of a number.")] = None,
    description: Annotated[str, typer.Option("--description", metavar="TEXT", help="What it is.")] = "",
    client: ClientOption = None,
    engagement: EngagementOption = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Declare a field, or declare it anew for files to come."""
    del home  # read from the context
    field = parse_custom_field({
        "name": name, "title": title, "type": str(kind), "words": words, "unit": unit, "description": description,
    })  # fmt: skip

    async def declare(desk: Desk) -> CustomField:
        context = await desk.engagement(client, engagement, create=True)
        return await declare_custom_field(desk.services, context, field)

    declared = at_desk(settings_of(ctx), declare)
    if as_json:
        print_json({"target": declared.target, **declared.as_json()})
    else:
        results().print(f"map columns to {declared.target}")


@app.command("remove")
def remove(  # noqa: PLR0913 - each is a word of the command line
    ctx: typer.Context,
    name: NameArgument,
    *,
    client: ClientOption = None,
    engagement: EngagementOption = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Take a declaration back: nothing can be mapped to the field any more; imports stay as they are."""
    del home  # read from the context

    async def drop(desk: Desk) -> None:
        await drop_custom_field(desk.services, await desk.engagement(client, engagement), name)

    at_desk(settings_of(ctx), drop)
    if as_json:
        print_json({"name": name, "removed": True})
    else:
        results().print(f"{name} is no field of this engagement any more")
