"""What the fold knows of fields: those of the catalog, and the engagement's own, one String column `custom:*` each.

An engagement's own field is folded as what it is in every claim file, canonical text, whatever type it was declared
with: a declaration can change from one import to the next, and what was read by it does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from muster.catalog.fields import FIELDS
from muster.catalog.model import Field, FieldGroup, FieldType
from muster.domain.custom_fields import PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterable

OWN_FIELD = Field(PREFIX, "Custom field", FieldGroup.OWNERSHIP, FieldType.TEXT, "A field of the engagement's own.")
"""How every custom field is folded: as a text about whose a thing is, decided by rank."""


def field_of(name: str) -> Field:
    """The field of a folded column. Raises KeyError for a name that is neither of the catalog nor custom."""
    return OWN_FIELD if name.startswith(PREFIX) else FIELDS[name]


def custom_columns(*frames: pl.DataFrame) -> list[str]:
    """The names of the custom fields that any of `frames` has, sorted."""
    return sorted({name for frame in frames for name in frame.columns if name.startswith(PREFIX)})


def with_custom(frame: pl.DataFrame, names: Iterable[str]) -> pl.DataFrame:
    """`frame` with those of the custom fields `names` that it lacks, empty."""
    absent = [pl.lit(None, dtype=pl.String).alias(name) for name in names if name not in frame.columns]
    return frame.with_columns(absent) if absent else frame
