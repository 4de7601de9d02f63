"""One asset, its fields beside its id, and where each value comes from."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from muster.api.documents.base import Document, PageQuery, Request
from muster.catalog.fields import FIELDS
from muster.catalog.model import Field as CatalogField
from muster.catalog.model import FieldType
from muster.db.repos.changes import ChangeKind
from muster.pipeline.enrich.explain import Standing
from muster.services.list_assets import FILTERS, Asset

_JSON_TYPES = {FieldType.INTEGER: "integer", FieldType.NUMBER: "number", FieldType.BOOLEAN: "boolean"}
_FORMATS = {FieldType.DATE: "date", FieldType.DATETIME: "date-time"}


def _schema_of(field: CatalogField) -> dict[str, Any]:
    one: dict[str, Any] = {"type": _JSON_TYPES.get(field.type, "string")}
    if field.type in _FORMATS:
        one["format"] = _FORMATS[field.type]
    text = f"{field.description} Unit: {field.unit}." if field.unit else field.description
    return {"description": text, **({"type": "array", "items": one} if field.is_list else one)}


def _with_fields(schema: dict[str, Any]) -> None:
    own = schema["properties"]
    own.update({name: _schema_of(field) for name, field in FIELDS.items() if field.on_asset and name not in own})


class AssetsQuery(PageQuery):
    """Any field that can be compared filters: `environment=production`."""

    model_config = ConfigDict(extra="allow")

    def equal(self) -> dict[str, str]:
        """Return what was given beside the page: field name and value."""
        return {name: str(value) for name, value in (self.model_extra or {}).items()}


FILTER_PARAMETERS: list[dict[str, Any]] = [
    {
        "name": name,
        "in": "query",
        "required": False,
        "description": f"{FIELDS[name].title} equals.",
        "schema": {"type": "string"},
    }
    for name in sorted(FILTERS)
]
"""The filters of AssetsQuery, for the OpenAPI document."""


class AssetDocument(Document):
    """One asset: its id, every canonical field that has a value, and the engagement's own fields that have one."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra=_with_fields,
    )

    id: UUID
    discovery_source: str = Field(description="The source systems that speak of it, separated by commas.")
    conflicts: tuple[str, ...] = Field(description="Fields on which sources contradict each other.")
    custom_fields: dict[str, str] = Field(
        description="The engagement's own fields, by name; the values are text, whatever type they are declared with."
    )

    @classmethod
    def of_asset(cls, asset: Asset) -> Self:
        """Return the asset with its values as members of their own."""
        return cls(
            id=asset.id,
            discovery_source=asset.discovery_source,
            conflicts=asset.conflicts,
            custom_fields=dict(asset.custom_fields),
            **dict(asset.values),
        )


class EvidenceDocument(Document):
    """One source's word on a field, down to the cell; `original` are the texts of the cells that feed it."""

    standing: Standing
    value: Any
    clears: bool
    data_import_id: UUID
    filename: str
    table: str
    row_number: int
    line: int | None
    columns: tuple[str, ...]
    original: tuple[str | None, ...]
    conversion: str
    source_system: str | None
    feed: str | None
    observed_at: datetime
    observed_at_origin: str


class EditEvidenceDocument(Document):
    """Somebody's edit of a field: `pinned` when it holds, `replaced` when a later edit does."""

    standing: Standing
    value: Any
    clears: bool
    decision_id: UUID
    author: UUID | None
    decided_at: datetime
    reason: str | None


class FieldWhyDocument(Document):
    """One field: its value, the rule that chose it, and every word on it, the believed one first."""

    field: str
    value: Any
    unit: str | None
    rule: str
    sources_say: Any = Field(description="The value that there would be without edits.")
    edits: tuple[EditEvidenceDocument, ...] = Field(description="They stand above all evidence; the last one first.")
    evidence: tuple[EvidenceDocument, ...]


class RecordDocument(Document):
    """A record that speaks of the asset. `replaced`: a newer snapshot of its feed took the record over."""

    claim_id: UUID
    record: str | None
    replaced: bool
    data_import_id: UUID
    filename: str
    table: str
    row_number: int
    line: int | None
    source_system: str | None
    feed: str | None
    observed_at: datetime


class JoinedByDocument(Document):
    """What makes some of the records one: a key that they all carry (its `kind` and `value`), or a `decision`."""

    kind: str
    value: str | None
    claim_ids: tuple[UUID, ...]
    decision_id: UUID | None
    author: UUID | None
    decided_at: datetime | None
    reason: str | None


class WhyDocument(Document):
    """An asset (by today's id), its explained fields, and why its records are one."""

    asset_id: UUID
    fields: tuple[FieldWhyDocument, ...]
    missing_from: tuple[str, ...] = Field(description="Feeds whose newest snapshot lists the asset no longer.")
    records: tuple[RecordDocument, ...] = Field(description="Empty when one field was asked for.")
    joined_by: tuple[JoinedByDocument, ...] = Field(description="Empty when one field was asked for.")


class FieldChangeDocument(Document):
    """One field before and after; null: it had, or has, no value."""

    field: str
    before: Any
    after: Any


class HistoryRecordDocument(Document):
    """A record that joined the asset or left it."""

    claim_id: UUID
    data_import_id: UUID
    filename: str | None
    row_number: int


class HistoryEntryDocument(Document):
    """A change that altered the asset. `before_id` null: it came into being; `asset_id` null: it ended."""

    changed_at: datetime
    version: int
    kind: ChangeKind
    changed_by: UUID | None
    data_import_id: UUID | None
    filename: str | None
    decision_id: UUID | None
    decision_kind: str | None
    reason: str | None
    before_id: UUID | None
    asset_id: UUID | None
    fields: tuple[FieldChangeDocument, ...]
    joined: tuple[HistoryRecordDocument, ...]
    left: tuple[HistoryRecordDocument, ...]


class HistoryDocument(Document):
    """The history of an asset, the newest change first."""

    asset_id: UUID
    entries: tuple[HistoryEntryDocument, ...]


Reason = Annotated[str | None, Field(max_length=2000, description="Why, for whoever looks at it later.")]


class EditAssetRequest(Request):
    """Values to pin and fields to unpin."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"values": {"environment": "production"}, "reason": "Checked on site"}]}
    )

    values: dict[str, Any] = Field(
        default={}, description="Field: value, pinned whatever the sources say; null empties the field."
    )
    unpin: tuple[str, ...] = Field(default=(), description="Fields on which the sources are to speak again.")
    reason: Reason = None


class MergeAssetsRequest(Request):
    """Assets that are one."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "asset_ids": ["01980000-0000-7000-8000-000000000001", "01980000-0000-7000-8000-000000000002"],
                    "reason": "Renamed in March",
                }
            ]
        }
    )

    asset_ids: tuple[UUID, ...] = Field(min_length=2, max_length=100)
    reason: Reason = None


class SplitAssetRequest(Request):
    """Claims of an asset that speak of another thing than the rest."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"claim_ids": ["01980000-0000-7000-8000-000000000002"], "reason": "A clone"}]}
    )

    claim_ids: tuple[UUID, ...] = Field(min_length=1, max_length=1000, description="As `why` lists them in `records`.")
    reason: Reason = None
