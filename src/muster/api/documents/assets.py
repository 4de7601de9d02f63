"""One asset, its fields beside its id, and where each value comes from."""

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import ConfigDict, Field

from muster.api.documents.base import Document, PageQuery
from muster.catalog.fields import FIELDS
from muster.catalog.model import Field as CatalogField
from muster.catalog.model import FieldType
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
    """One asset: its id and every canonical field that has a value."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra=_with_fields,
    )

    id: UUID
    discovery_source: str = Field(description="The source systems that speak of it, separated by commas.")
    conflicts: tuple[str, ...] = Field(description="Fields on which sources contradict each other.")

    @classmethod
    def of_asset(cls, asset: Asset) -> Self:
        """Return the asset with its values as members of their own."""
        return cls(
            id=asset.id, discovery_source=asset.discovery_source, conflicts=asset.conflicts, **dict(asset.values)
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


class FieldWhyDocument(Document):
    """One field: its value, the rule that chose it, and every word on it, the believed one first."""

    field: str
    value: Any
    unit: str | None
    rule: str
    evidence: tuple[EvidenceDocument, ...]


class WhyDocument(Document):
    """An asset (by today's id) and its explained fields."""

    asset_id: UUID
    fields: tuple[FieldWhyDocument, ...]
