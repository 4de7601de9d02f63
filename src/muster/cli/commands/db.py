"""`muster db`: the revision of the database."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer
from psycopg.conninfo import conninfo_to_dict

from muster.cli.exit_codes import ExitCode
from muster.cli.options import HomeOption, JsonOption, settings_of
from muster.cli.report_error import CommandError
from muster.cli.views.as_json import print_json
from muster.cli.views.consoles import results
from muster.db import schema
from muster.runtime.embedded import EmbeddedPostgres
from muster.runtime.embedded.tuning import APPLICATION_ROLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muster.db.schema import SchemaStatus
    from muster.runtime.settings import Settings

app = typer.Typer(
    help="Upgrade the database, or show its revision.",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command("upgrade")
def upgrade(ctx: typer.Context, *, as_json: JsonOption = False, home: HomeOption = None) -> None:
    """Make the tables, or bring them to the revision of this program.

    The embedded database is upgraded by itself; another one is upgraded as its owner (MUSTER_DATABASE_OWNER_URL), and
    the role of MUSTER_DATABASE_URL gets its rights.
    """
    del home  # read from the context
    settings = settings_of(ctx)
    with _owner_url(settings) as url:
        before = schema.upgrade(url, _application_role(settings))
    if as_json:
        print_json({"before": before.current, "current": before.head})
    elif before.is_current:
        results().print(f"The database was at revision {before.head} already.")
    else:
        results().print(f"The database is at revision {before.head} now (before: {before.current or 'no tables'}).")


@app.command("status")
def status(ctx: typer.Context, *, as_json: JsonOption = False, home: HomeOption = None) -> None:
    """Show the revision of the database, and the one that this program needs. Exit code 1 when they differ."""
    del home  # read from the context
    with _owner_url(settings_of(ctx)) as url:
        found = schema.status(url)
    if as_json:
        print_json(_as_json(found))
    else:
        hint = "" if found.is_current else ": run `muster db upgrade`"
        results().print(f"database: {found.current or 'no tables'}; this program: {found.head}{hint}")
    raise typer.Exit(ExitCode.CLEAN if found.is_current else ExitCode.FINDINGS)


def _as_json(found: SchemaStatus) -> dict[str, object]:
    return {"current": found.current, "head": found.head, "is_current": found.is_current}


@contextmanager
def _owner_url(settings: Settings) -> Iterator[str]:
    """The address of the database as its owner. Raises CommandError without one, EmbeddedPostgresError."""
    if settings.database_url is None:
        with EmbeddedPostgres(settings.home) as urls:
            yield urls.owner
    elif settings.database_owner_url is None:
        raise CommandError(
            "The tables belong to the database's owner: set MUSTER_DATABASE_OWNER_URL to sign in as it.",
            variable="MUSTER_DATABASE_OWNER_URL",
        )
    else:
        yield settings.database_owner_url.get_secret_value()


def _application_role(settings: Settings) -> str:
    """The role that serves: the one of MUSTER_DATABASE_URL."""
    if settings.database_url is None:
        return APPLICATION_ROLE
    return str(conninfo_to_dict(settings.database_url.get_secret_value()).get("user") or APPLICATION_ROLE)
