"""Checks what an upload asks for before a byte is stored: engagement, category, processing configuration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from muster.db.repos import imports
from muster.domain.errors import ConflictError, InvalidRequestError, NotFoundError
from muster.domain.mapping_memory import Learned
from muster.domain.processing_config import ProcessingConfig, parse_time
from muster.pipeline.mapping.remembered import is_custom
from muster.services.remember_mapping import read_learned
from muster.services.understand_file import category_of, check_choices, check_names

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from muster.domain.tenant import RequestContext
    from muster.services.context import Services

_LONGEST = {"filename": 255, "import_name": 255, "source_system": 100, "idempotency_key": 255, "description": 4_000}


@dataclass(frozen=True, slots=True)
class Accepted:
    """A request that was found good: its category (or `auto`), its configuration, the stated observation time."""

    category: str
    config: ProcessingConfig

    @property
    def observed_at(self) -> datetime | None:
        """When the source saw what the file says, if the sender knows."""
        return self.config.observed_at


class ImportValidator:
    """Refuses what can not be imported, with the reason and what to send instead."""

    def __init__(self, services: Services, context: RequestContext) -> None:
        self._services = services
        self._context = context

    async def check(
        self, import_category: str, processing_config: Mapping[str, object], observed_at: datetime | None = None
    ) -> Accepted:
        """Read and check a request's category and configuration. `observed_at` counts when the configuration has none.

        Raises InvalidRequestError, NotFoundError without such an engagement, ConflictError when it is archived.
        """
        category = category_of(import_category)
        raw = dict(processing_config)
        if raw.get("observed_at") is None and observed_at is not None:
            raw["observed_at"] = parse_time(observed_at, "observed_at")
        config = ProcessingConfig.parse(raw)
        custom = {choice.target_field for choice in config.mapping if is_custom(choice.target_field or "")}
        learned = await read_learned(self._services, self._context.tenant) if custom else Learned()
        check_choices(config.mapping, learned.custom_fields)
        check_names(category, "agents", config.agents)
        check_names(category, "enrichment_targets", config.enrichment_targets)
        await self._check_engagement()
        return Accepted(category, config)

    async def _check_engagement(self) -> None:
        async with self._services.database.begin(self._context.tenant) as session:
            is_open = await imports.engagement_open(session, self._context.engagement_id)
        if is_open is None:
            raise NotFoundError("There is no such engagement.", engagement_id=str(self._context.engagement_id))
        if not is_open:
            raise ConflictError("This engagement is archived: open it again before importing into it.")


async def refuse_twin(
    session: AsyncSession, context: RequestContext, sha256: str, category: str, observed_at: datetime | None
) -> None:
    """Raise ConflictError while the same bytes are being imported here for the same category and observation time.

    The caller holds the door of these bytes (imports.lock_doors), so that two uploads can not pass each other.
    """
    twin = await imports.find_running_twin(session, context.engagement_id, sha256, category, observed_at)
    if twin is not None:
        raise ConflictError(
            f"The same file is being imported here already ({twin.filename}, {twin.status}): wait for it or cancel it.",
            data_import_id=str(twin.id),
            master_flow_id=None if twin.master_flow_id is None else str(twin.master_flow_id),
            status=str(twin.status),
        )


def check_texts(**texts: str | None) -> None:
    """Raise InvalidRequestError for a text that is too long or holds what no database takes."""
    for name, text in texts.items():
        if text is None:
            continue
        if len(text) > _LONGEST[name]:
            raise InvalidRequestError(f"{name} takes at most {_LONGEST[name]} characters.", field=name)
        if "\x00" in text or not _encodes(text):
            raise InvalidRequestError(f"{name} holds characters that can not be stored.", field=name)


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
