"""Remembers, in the home, which engagement was used last."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING
from uuid import UUID

from muster.domain.ids import ClientAccountId, EngagementId
from muster.domain.tenant import Tenant

if TYPE_CHECKING:
    from pathlib import Path

_NAME = "last-engagement.json"


def recall(home: Path) -> Tenant | None:
    """The engagement used last; None when there is none, or the note can not be read."""
    try:
        note = json.loads((home / _NAME).read_text(encoding="utf-8"))
        return Tenant(
            ClientAccountId(UUID(str(note["client_account_id"]))),
            EngagementId(UUID(str(note["engagement_id"]))),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def remember(home: Path, tenant: Tenant) -> None:
    """Note the engagement; a home that can not be written to is no reason to fail."""
    if recall(home) == tenant:
        return
    note = {"client_account_id": str(tenant.client_account_id), "engagement_id": str(tenant.engagement_id)}
    draft = home / f".{_NAME}"
    with suppress(OSError):
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft.write_text(json.dumps(note), encoding="utf-8")
        draft.replace(home / _NAME)
