"""Documents about how far sources are believed, and about changing that."""

from typing import Any
from uuid import UUID

from pydantic import ConfigDict, Field

from muster.api.documents.base import Document, Request
from muster.services.change_ranks import RankChangeState


class RankDocument(Document):
    """The rank of a source on a group of fields; larger wins."""

    source: str
    group: str
    rank: int
    usual: int = Field(description="What it is where the engagement sets none of its own.")
    own: bool


class RankTableDocument(Document):
    """Every source by every group of fields."""

    inventory_version: int
    ranks: tuple[RankDocument, ...]
    own: dict[str, dict[str, int]] = Field(description="What the engagement set itself; PUT takes the same form.")
    changing: UUID | None = Field(description="The change that waits or runs.")


class RanksRequest(Request):
    """The engagement's own ranks, all of them: what is not given is as the catalog has it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"ranks": {"servicenow": {"capacity": 40}}}]})

    ranks: dict[str, dict[str, int]] = Field(description="Source, group of fields, rank.")


class RankCountsDocument(Document):
    """Counts of assets."""

    updated: int
    unchanged: int
    conflicts: int


class RankEffectDocument(Document):
    """A value that other ranks would change."""

    asset_id: UUID
    asset_name: str | None
    field: str
    before: Any
    after: Any


class RankPlanDocument(Document):
    """What other ranks would do; `first` are up to 100 of the values that change."""

    inventory_version: int
    counts: RankCountsDocument
    first: tuple[RankEffectDocument, ...]


class RankChangeDocument(Document):
    """How far a change of ranks is; version and counts are there once it is done."""

    change_id: UUID
    state: RankChangeState
    inventory_version: int | None
    assets_updated: int | None
    assets_unchanged: int | None
    error: str | None
