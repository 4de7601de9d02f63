"""Reads many rows straight into a frame (ADBC), as the application role and inside the tenant's wall.

Measured in the design: the keys of a million assets in 0.6 s, against 2.4 s and more through row objects.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import polars as pl
from adbc_driver_postgresql import dbapi

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muster.domain.tenant import Tenant

_SET_TENANT = """
select set_config('muster.client_account_id', $1, true), set_config('muster.engagement_id', $2, true)
"""


class FrameReader:
    """A connection for several reads, one at a time, each in a transaction of its own that sees only `tenant`.

    To open one takes 45 ms of computing, since ADBC asks the server for its types: reads in a loop share one.
    """

    def __init__(self, url: str, tenant: Tenant) -> None:
        self._connection = dbapi.connect(url)
        self._tenant = (str(tenant.client_account_id), str(tenant.engagement_id))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the connection go."""
        self._connection.close()

    def read(self, statement: str, parameters: Sequence[str] = ()) -> pl.DataFrame:
        """Run `statement` ($1, $2 … are text) and return its rows; blocks its thread."""
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(_SET_TENANT, self._tenant)
                cursor.fetchall()
                cursor.execute(statement, tuple(parameters))
                table = cursor.fetch_arrow_table()
        finally:
            self._connection.rollback()
        frame = pl.from_arrow(table)
        if not isinstance(frame, pl.DataFrame):
            raise TypeError("a statement with columns gives a table")
        return frame


def read_frame(url: str, tenant: Tenant, statement: str, parameters: Sequence[str] = ()) -> pl.DataFrame:
    """Read once: as FrameReader.read on a connection of its own."""
    with FrameReader(url, tenant) as reader:
        return reader.read(statement, parameters)
