"""`muster token`: tokens for the HTTP interface."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from muster.cli.desk import Desk, at_desk, read_id
from muster.cli.options import HomeOption, JsonOption, settings_of
from muster.cli.views.as_json import print_json
from muster.cli.views.consoles import remarks, results
from muster.cli.views.text import moment
from muster.services.tokens import CreatedToken, create_token, revoke_token

if TYPE_CHECKING:
    from uuid import UUID

app = typer.Typer(
    help="Make and revoke tokens for the HTTP interface.",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command("create")
def create(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="What the token is for.")] = "command line",
    *,
    days: Annotated[int | None, typer.Option(min=1, max=3650, help="Days until it expires; default: never.")] = None,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Make a token for the user of this machine; it is shown once."""
    del home  # read from the context

    async def make(desk: Desk) -> CreatedToken:
        expires_at = None if days is None else desk.services.clock() + timedelta(days=days)
        return await create_token(desk.services, desk.caller.user_id, name, expires_at=expires_at)

    made = at_desk(settings_of(ctx), make)
    if as_json:
        print_json(made)
        return
    until = "until it is revoked" if made.expires_at is None else f"until {moment(made.expires_at)}"
    remarks().print(f"Keep it: it is not shown again. It is good {until}; its id is {made.token_id}.", soft_wrap=True)
    results().print(made.token, soft_wrap=True)


@app.command("revoke")
def revoke(
    ctx: typer.Context,
    token_id: Annotated[str, typer.Argument(metavar="ID", help="The token's id, as `create` said it.")],
    *,
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Revoke a token: whoever holds it is signed out at once."""
    del home  # read from the context
    wanted = read_id(token_id, "token")

    async def end(desk: Desk) -> UUID:
        await revoke_token(desk.services, desk.caller, wanted)
        return wanted

    revoked = at_desk(settings_of(ctx), end)
    if as_json:
        print_json({"token_id": revoked, "revoked": True})
    else:
        results().print(f"token {revoked} is revoked")
