"""The declaration of the field that a column feeds: one of the catalog, or one of the engagement's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.catalog.fields import FIELDS
from muster.catalog.model import Field, FieldGroup, FieldType

if TYPE_CHECKING:
    from muster.domain.custom_fields import CustomField
    from muster.domain.mapping import ColumnMapping


def field_of(column: ColumnMapping) -> Field | None:
    """The field, None when the column feeds none. Raises KeyError for one that neither catalog nor column declares."""
    if column.target_field is None:
        return None
    return FIELDS[column.target_field] if column.custom is None else as_field(column.custom)


def as_field(custom: CustomField) -> Field:
    """A custom field as the catalog would declare it; it is no column of `assets`."""
    return Field(
        name=custom.target,
        title=custom.title,
        group=FieldGroup.OWNERSHIP,
        type=FieldType(custom.type),
        description=custom.description,
        unit=custom.unit,
        vocabulary=dict.fromkeys(custom.words, ()),
        on_asset=False,
    )
