"""Lists the rows of an import, raw beside cleansed, with their outcome: readable in every state of the import."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from muster.services.paging import FIRST_PAGE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from muster.domain.tenant import RequestContext
    from muster.services.context import Services
    from muster.services.paging import Page, PageRequest


class RecordOutcome(StrEnum):
    """What became of a row. PENDING: not checked yet; SKIPPED: its table or the row is no record of the inventory."""

    PENDING = "pending"
    VALID = "valid"
    HELD_BACK = "held_back"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class RecordReason:
    """Why a row was held back: the agent's code and the field (or header) it is about."""

    code: str
    field: str | None
    agent: str


@dataclass(frozen=True, slots=True)
class Record:
    """One row. `raw` are its cells under the file's own headers.

    `cleansed` are its values by canonical field, in canonical text, None before validation. `asset_id` is set once the
    row is part of an asset.
    """

    table: str
    table_number: int
    row_number: int
    line: int | None
    outcome: RecordOutcome
    raw: Mapping[str, str | None]
    cleansed: Mapping[str, object] | None
    reasons: tuple[RecordReason, ...]
    asset_id: UUID | None


@dataclass(frozen=True, slots=True)
class RecordFilter:
    """Which rows to list; None: any."""

    table: str | None = None
    outcome: RecordOutcome | None = None


async def list_records(
    services: Services,
    context: RequestContext,
    data_import_id: UUID,
    where: RecordFilter | None = None,
    page: PageRequest = FIRST_PAGE,
) -> Page[Record]:
    """A page of rows in the order of the file.

    Raises NotFoundError when this engagement has no such import, InvalidRequestError for a bad cursor, limit or table.
    """
    raise NotImplementedError
