"""Gives the rows back that were held back: the user's own columns, with the reasons, to fix and send again."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from uuid import UUID

    from muster.domain.tenant import RequestContext
    from muster.services.context import Services


class RejectsFormat(StrEnum):
    """How the rows are given back; XLSX marks the bad cells."""

    CSV = "csv"
    XLSX = "xlsx"


@dataclass(frozen=True, slots=True)
class ExportFile:
    """A file to hand out: its name, its media type and its bytes in pieces (read once)."""

    filename: str
    media_type: str
    chunks: AsyncIterator[bytes]


async def export_rejects(
    services: Services, context: RequestContext, data_import_id: UUID, file_format: RejectsFormat
) -> ExportFile:
    """The rows of an import that were held back, in the order of the file; no row is a header alone.

    Raises NotFoundError, and ConflictError while the rows are not checked yet.
    """
    raise NotImplementedError
