"""Asks the server over its socket: is it there, does it let us in, and runs the supervisor's few statements."""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import TYPE_CHECKING
from urllib.parse import quote

import psycopg
from psycopg import pq, sql

from muster.runtime.embedded.cluster import DATABASE
from muster.runtime.embedded.errors import EmbeddedPostgresError
from muster.runtime.embedded.places import PORT
from muster.runtime.embedded.tuning import APPLICATION_ROLE

if TYPE_CHECKING:
    from muster.runtime.embedded.credentials import Credentials
    from muster.runtime.embedded.places import Places

_PATIENCE = 5  # seconds for one try
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")


class Answer(Enum):
    """What came back from the socket."""

    READY = auto()
    STARTING = auto()  # starting, recovering or stopping
    SILENT = auto()


def socket_query(places: Places) -> str:
    """Return the part of a libpq address that names the socket."""
    return f"host={quote(str(places.socket_folder), safe='/')}&port={PORT}"


def ping(places: Places) -> Answer:
    """Ask like pg_isready does, without signing in."""
    address = f"postgresql://{APPLICATION_ROLE}@/{DATABASE}?{socket_query(places)}&connect_timeout={_PATIENCE}"
    answer = pq.PGconn.ping(address.encode())
    if answer == pq.Ping.OK:
        return Answer.READY
    return Answer.STARTING if answer == pq.Ping.REJECT else Answer.SILENT


def ask(places: Places, credentials: Credentials) -> Answer:
    """Sign in as the application and let the server compute something: READY is said by a query, not by a process id.

    Raises EmbeddedPostgresError when the server is there and does not let us in.
    """
    try:
        _sign_in(places, credentials)
    except psycopg.OperationalError:
        answer = ping(places)
        if answer is not Answer.READY:
            return answer
    else:
        return Answer.READY
    try:
        _sign_in(places, credentials)  # it may have become ready between the two
    except psycopg.OperationalError as error:
        raise EmbeddedPostgresError(
            f"The database server of {places.home} refuses us: {_reason(error)}. Is {places.credentials} its own file?"
        ) from error
    return Answer.READY


def _sign_in(places: Places, credentials: Credentials) -> None:
    with psycopg.connect(
        host=str(places.socket_folder),
        port=PORT,
        dbname=DATABASE,
        user=APPLICATION_ROLE,
        password=credentials.application,
        connect_timeout=_PATIENCE,
    ) as connection:
        connection.execute("SELECT 1")


def run(url: str, statements: list[str]) -> None:
    """Run statements one by one, each in a transaction of its own. Raises EmbeddedPostgresError."""
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(sql.SQL(statement))
    except psycopg.Error as error:
        raise EmbeddedPostgresError(f"The database server refuses: {_reason(error)}.") from error


def plain(name: str) -> str:
    """Return `name` if it can stand in a statement without quotes. Raises EmbeddedPostgresError."""
    if not _NAME.fullmatch(name):
        raise EmbeddedPostgresError(f"{name!r} is no name for a database: use a-z, 0-9 and underscores.")
    return name


def _reason(error: psycopg.Error) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].rpartition("FATAL:")[2].strip() if lines else type(error).__name__
