"""Reads many rows straight into a frame (ADBC), as the application role and inside the tenant's wall.

Measured in the design: the keys of a million assets in 0.6 s, against 2.4 s and more through row objects.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from adbc_driver_postgresql import dbapi

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muster.domain.tenant import Tenant

_SET_TENANT = """
select set_config('muster.client_account_id', $1, true), set_config('muster.engagement_id', $2, true)
"""


def read_frame(url: str, tenant: Tenant, statement: str, parameters: Sequence[str] = ()) -> pl.DataFrame:
    """Run `statement` ($1, $2 … are text) in a transaction of its own that sees only `tenant`; blocks its thread."""
    with dbapi.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(_SET_TENANT, (str(tenant.client_account_id), str(tenant.engagement_id)))
        cursor.fetchall()
        cursor.execute(statement, tuple(parameters))
        table = cursor.fetch_arrow_table()
        connection.rollback()
    frame = pl.from_arrow(table)
    if not isinstance(frame, pl.DataFrame):
        raise TypeError("a statement with columns gives a table")
    return frame
