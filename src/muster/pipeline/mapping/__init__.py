"""Columns to canonical fields, and cells to canonical values."""

from muster.pipeline.mapping.canonical import canonical_text
from muster.pipeline.mapping.convert import convert
from muster.pipeline.mapping.decide import decide_transformations
from muster.pipeline.mapping.propose import propose, refined
from muster.pipeline.mapping.source_tables import source_table_of

__all__ = [
    "canonical_text",
    "convert",
    "decide_transformations",
    "propose",
    "refined",
    "source_table_of",
]
