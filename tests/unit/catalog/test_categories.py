"""The four categories of imports are declared whole, and everything that works by category knows each of them."""

from __future__ import annotations

import pytest

from muster.catalog.fields import FIELDS
from muster.catalog.model import Category, FieldGroup
from muster.catalog.registry import categories, sources
from muster.catalog.templates import template_source_id, template_tables
from muster.pipeline.validate import all_agents
from muster.services.processors.factory import DataImportProcessorFactory

TILES = {
    "app_discovery": ("Application discovery", "elevated"),
    "cmdb_export": ("CMDB export", "standard"),
    "infrastructure": ("Infrastructure assessment", "high"),
    "sensitive_data": ("Sensitive data assets", "maximum"),
}
EVERY = pytest.mark.parametrize("category", categories().values(), ids=lambda category: category.id)


def test_there_are_four_with_the_titles_and_levels_of_their_tiles() -> None:
    assert {name: (entry.title, entry.security_level) for name, entry in categories().items()} == TILES


@EVERY
def test_a_category_tells_what_its_files_give_away(category: Category) -> None:
    assert category.description.endswith(".")
    assert category.security_warning.endswith(".")
    assert category.describes


@EVERY
def test_its_agents_exist_and_begin_with_the_schema(category: Category) -> None:
    assert category.agents[0] == "schema_validation"
    assert set(category.agents) <= set(all_agents())
    assert len(set(category.agents)) == len(category.agents)


@EVERY
def test_its_processor_is_registered_under_the_name_that_it_declares(category: Category) -> None:
    assert DataImportProcessorFactory.registered()[category.id].__name__ == category.processor_name


@EVERY
def test_what_it_requires_can_be_mapped(category: Category) -> None:
    required = {name for group in category.required for name in group}
    assert {FIELDS[name].group for name in required} <= set(category.field_groups)
    assert set(category.about) <= set(category.field_groups)


@EVERY
def test_its_template_brings_what_it_requires(category: Category) -> None:
    assert template_source_id(category) in sources()
    for table in template_tables(category):
        fields = {field.name for field in table.fields}
        assert all(fields.intersection(group) for group in category.required)


def test_every_group_of_fields_is_what_some_category_is_about() -> None:
    assert {group for category in categories().values() for group in category.about} == set(FieldGroup)
