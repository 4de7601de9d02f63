"""The categories and sources that are there: whatever stands in their folders, and the template of each category."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from muster.catalog import categories as _categories
from muster.catalog import sources as _sources
from muster.catalog.model import Category, Source
from muster.catalog.templates import template_sources
from muster.kit.registry import discover

if TYPE_CHECKING:
    from collections.abc import Mapping


@cache
def categories() -> Mapping[str, Category]:
    """Every category by id. Raises RegistryError at the first call when a module declares none."""
    return discover(_categories, "CATEGORY", Category)


@cache
def sources() -> Mapping[str, Source]:
    """Every source system by id. Raises RegistryError at the first call when a module declares none."""
    return {**discover(_sources, "SOURCE", Source), **template_sources(categories())}
