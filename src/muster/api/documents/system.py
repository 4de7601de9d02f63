"""Is it there, and can it serve."""

from typing import Literal

from muster.api.documents.base import Document


class HealthDocument(Document):
    """The process answers."""

    status: Literal["ok"] = "ok"
    version: str


class ReadyDocument(Document):
    """The process can serve: its database answers with the schema and role it needs."""

    status: Literal["ready"] = "ready"
